import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { listsPageByPage } from '#connector-kit/testing/lists-page-by-page.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import type { Capability } from '#core/capability.ts';
import { ConnectorError } from '#core/failure.ts';
import { type Iam, openIam } from './api.ts';
import { type FakeIamUser, fakeIam } from './fake.ts';
import { errorXml, IamError } from './fake-xml.ts';
import { awsIam } from './index.ts';
import { connection, groups, priya, priyaId, setUp, virtualFactor } from './test-account.ts';
import { readXml } from './xml.ts';

/** One thing of each kind of call, since each is tried with each bad ending; to be deleted, only a key. */
const small = (of: Capability | null): FakeIamUser => ({
  ...priya(),
  ...{ accessKeys: priya().accessKeys!.slice(0, 1), factors: [virtualFactor] },
  ...{ sshKeys: [], services: [], certificates: [] },
  ...(of === 'account.delete' ? { factors: [], groups: [], attached: [], inline: {} } : {}),
});
const system = (of: Capability | null) =>
  fakeIam({ users: [small(of)], groups: groups(), virtualFactors: new Set([virtualFactor]) });

failsWell(awsIam, {
  settings: connection(),
  accountId: priyaId,
  person: { email: 'priya.nair@meadow.example', employeeNumber: null, name: 'Priya Nair' },
  given: { 'groups.join': { params: { groups: ['Choir'] } } },
  system,
});

listsPageByPage(awsIam, {
  settings: connection(),
  // AWS allows 5,000 to an account.
  count: 600,
  system: (count) =>
    fakeIam({
      users: Array.from({ length: count }, (_, i) => ({
        id: `AIDA${String(i).padStart(16, '0')}`,
        name: `user${i}`,
        accessKeys: [{ id: `AKIA${String(i).padStart(16, '0')}`, active: true }],
      })),
    }),
  notNow: () => errorXml(new IamError(400, 'Throttling', 'Rate exceeded')),
});

describe('IAM says', () => {
  /** What comes of a change that is answered so. */
  async function after(
    status: number,
    code: string,
    message?: string,
    change = ({ leave }: Iam) => leave(priya().name, 'Developers'),
  ): Promise<string> {
    const { client, failNext } = setUp();
    failNext(status, code, message);
    const thrown = await change(client).catch((it: unknown) => it);
    if (thrown === undefined) return 'well';
    assert.ok(thrown instanceof ConnectorError, String(thrown));
    return `${thrown.failure.kind}: ${thrown.failure.detail}`;
  }

  it('“not now” with 400 and 503', async () => {
    assert.match(await after(400, 'Throttling'), /^rate-limited: RemoveUserFromGroup answered 400/);
    assert.match(await after(503, 'RequestLimitExceeded'), /^rate-limited/);
  });

  it('who are you with 403, and which action is missing by name', async () => {
    assert.match(await after(403, 'InvalidClientTokenId'), /^unauthenticated/);
    assert.match(await after(400, 'IncompleteSignature'), /^unauthenticated/);
    const words =
      'User: arn:aws:iam::1:user/gatehouse is not authorized to perform: iam:RemoveUserFromGroup on resource: ' +
      'group Developers of priya.nair@meadow.example';
    const plain = await after(403, 'AccessDenied', words);
    assert.match(plain, /^forbidden: .*iam:RemoveUserFromGroup is not allowed; add it/);
    assert.match(await after(403, 'AccessDenied', `${words} with an explicit deny`), /boundary/);
    assert.match(await after(403, 'AccessDenied'), /iam:RemoveUserFromGroup/);
    assert.doesNotMatch(plain, /priya|arn:/);
  });

  it('that a clock is wrong, which no key mends', async () => {
    assert.match(await after(400, 'RequestExpired'), /^unexpected: .*clock/);
    const words = 'Signature expired: 20261130T090000Z is now earlier than 20261130T101500Z';
    assert.match(await after(403, 'SignatureDoesNotMatch', words), /^unexpected: .*clock/);
  });

  it('that somebody else changes the same, or that a change is not everywhere yet', async () => {
    const factor = (iam: Iam) => iam.removeFactor(priya().name, virtualFactor);
    const user = (iam: Iam) => iam.removeUser(priya().name);
    assert.match(await after(409, 'EntityTemporarilyUnmodifiable', 'x', factor), /^unavailable/);
    assert.match(await after(409, 'ConcurrentModification', 'x', factor), /^unavailable/);
    assert.match(await after(409, 'DeleteConflict', 'x', user), /^unavailable/);
    assert.match(await after(500, 'ServiceFailure'), /^unavailable/);
  });

  it('that what is to go is gone, or no in its own words', async () => {
    assert.equal(await after(404, 'NoSuchEntity'), 'well');
    const words =
      'The group with name Developers of priya.nair@meadow.example and sam@meadow.example';
    const said = await after(409, 'LimitExceeded', words);
    assert.match(said, /^rejected: RemoveUserFromGroup answered 409 LimitExceeded: The group/);
    assert.doesNotMatch(said, /Developers|priya|sam@/);
  });
});

describe('an answer of IAM', () => {
  /** Users as they are read from this. */
  const found = (text: string) =>
    openIam(connection(), { ...loopbackIo, fetch: async () => new Response(text) }).find('x');
  const users = (inside: string) =>
    `<ListUsersResponse><ListUsersResult>${inside}</ListUsersResult></ListUsersResponse>`;

  it('that says there is more and not where, or goes in circles, is no short list', async () => {
    const breaksOff = users('<Users/><IsTruncated>true</IsTruncated>');
    await assert.rejects(found(breaksOff), failsAs('unexpected', /not where/));
    const circle = users('<Users/><IsTruncated>true</IsTruncated><Marker>1</Marker>');
    await assert.rejects(found(circle), failsAs('unexpected', /not where/));
  });

  it('without the list it is about is no empty list', async () => {
    await assert.rejects(found(users('<IsTruncated>false</IsTruncated>')), failsAs('unexpected'));
    assert.equal(await found(users('<Users/><IsTruncated>false</IsTruncated>')), null);
  });

  it('to another action is none', async () => {
    const other = '<ListGroupsResponse><ListGroupsResult/></ListGroupsResponse>';
    await assert.rejects(found(other), failsAs('unexpected', /no XML of IAM/));
  });

  it('is read as it is written, and expands nothing', () => {
    const text =
      '<?xml version="1.0"?>\n<a><b>x &amp; &lt;y&gt; &#233;</b>\n <c>\n<member>1</member></c><d/></a>';
    assert.deepEqual(readXml(text), { name: 'a', value: { b: 'x & <y> é', c: ['1'], d: '' } });
    const bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>';
    assert.equal(readXml(bomb), null);
    assert.equal(readXml('<a><b></a>'), null);
  });
});

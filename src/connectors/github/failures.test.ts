import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { forgetTokens } from '#connector-kit/kept-token.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { listsPageByPage } from '#connector-kit/testing/lists-page-by-page.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import type { Capability } from '#core/capability.ts';
import type { ConnectorError } from '#core/failure.ts';
import { openGitHub } from './api.ts';
import { fakeGitHub } from './fake.ts';
import { github } from './index.ts';
import { settings } from './settings.ts';
import { keysOf, owner, pem, setUp } from './test-organisation.ts';

const common = { organisation: 'meadow', findBy: ['saml'], copilot: true };
const withToken = settings.parse({ ...common, token: 'github_pat' });
/** The requests that bring a token of the installation are broken like every other. */
const asApp = settings.parse({ ...common, clientId: 'Iv1.gatehouse', privateKey: pem });

/** Priya has something of everything. */
const priyasWorld = (of: Capability | null) => ({
  users: [
    { ...owner },
    {
      ...{ id: 1042, login: 'pri-codes' },
      role: of === 'roles.remove' ? ('admin' as const) : ('member' as const),
      ...{ saml: { nameId: 'priya@meadow.example' }, seat: { endsOn: null } },
    },
    { id: 5, login: 'sam', role: 'member' as const },
  ],
  teams: [
    { slug: 'core', name: 'Core', members: [{ id: 1042, role: 'maintainer' as const }] },
    { slug: 'choir', name: 'Choir', members: [] },
  ],
  roles: [{ id: 3, name: 'all_repo_admin', holders: [1042] }],
  credentials: [{ id: 11, login: 'pri-codes', type: 'SSH key' }],
  repositories: [{ name: 'site', keys: [{ id: 31, title: 'deployer', by: 'pri-codes' }] }],
  apps: [{ slug: 'release-bot', name: 'Release bot', owner: 1042 }],
  pageSize: 2,
});
const trial = {
  person: keysOf('priya@meadow.example'),
  accountId: '1042',
  given: { 'groups.join': { params: { groups: ['Choir'] } } },
};

describe('with a token of an owner', () => {
  failsWell(github, {
    ...{ ...trial, settings: withToken },
    system: (of) => fakeGitHub({ ...priyasWorld(of), token: 'github_pat' }),
  });
});
describe('as an app', () => {
  failsWell(github, {
    ...{ ...trial, settings: asApp },
    system: (of) =>
      fakeGitHub({ ...priyasWorld(of), tokens: [{ id: 21, owner: 1042, name: 'deploy' }] }),
  });
});
listsPageByPage(github, {
  settings: withToken,
  system: (count) =>
    fakeGitHub({
      token: 'github_pat',
      users: [
        { ...owner },
        ...Array.from({ length: count - 1 }, (_, i) => ({
          ...{ id: 2_000 + i, login: `u${i}`, role: 'member' as const },
        })),
      ],
    }),
});

describe('being told by GitHub to wait', () => {
  const now = new Date('2026-11-29T08:00:00.000Z');
  const waits = async (response: Response) => {
    const world = setUp();
    const client = openGitHub(world.connection, {
      ...{ ...loopbackIo, fetch: world.fetch },
      now: () => now,
    });
    await client.userById('1');
    world.failNext(response);
    const failure = await client.userById('1').then(
      () => assert.fail('it was answered'),
      (thrown: ConnectorError) => thrown.failure,
    );
    return failure.kind === 'rate-limited' ? failure.retryAfterMs : failure.kind;
  };
  const answer = (status: number, headers: Record<string, string>) =>
    Response.json({ message: 'API rate limit exceeded' }, { status, headers });

  it('is not taken for a missing permission, though GitHub says 403', async () => {
    const reset = `${now.getTime() / 1_000 + 42}`;
    const spent = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
    assert.equal(await waits(answer(403, spent)), 42_000);
    assert.equal(await waits(answer(403, { 'retry-after': '7' })), 7_000);
    assert.equal(await waits(answer(429, {})), 60_000);
    assert.equal(await waits(answer(403, { 'x-ratelimit-remaining': '4999' })), 'forbidden');
  });

  it('is heard as well when it comes in place of a token', async () => {
    forgetTokens();
    const world = setUp();
    world.failNext(answer(403, { 'retry-after': '7' }));
    const failed = failsAs('rate-limited', /installation answered/);
    await assert.rejects(world.client.userById('1'), failed);
  });

  it('is heard in GraphQL, which says it with 200', async () => {
    for (const [type, kind] of [
      ['RATE_LIMITED', 'rate-limited'],
      ['FORBIDDEN', 'forbidden'],
      ['SERVICE', 'unexpected'],
    ] as const) {
      const world = setUp();
      await world.client.userById('1');
      world.failNext(Response.json({ data: null, errors: [{ type, message: 'no' }] }));
      await assert.rejects(
        world.client.identities(null)[Symbol.asyncIterator]().next(),
        failsAs(kind, /no/),
      );
    }
  });
});

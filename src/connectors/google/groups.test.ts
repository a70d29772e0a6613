import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import type { FakeGroup } from './fake-world.ts';
import { google } from './index.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { planFor, setUp } from './test-company.ts';
import { transferOwnership } from './transfer-ownership.ts';

const sam = { id: 'sam', primaryEmail: 'sam@meadow.example' };
const groups = (): FakeGroup[] => [
  { id: 'g1', email: 'sales@meadow.example', members: { priya: 'MEMBER', sam: 'OWNER' } },
  { id: 'g2', email: 'deals@meadow.example', members: { priya: 'OWNER', sam: 'OWNER' } },
  { id: 'g3', email: 'choir@meadow.example', members: { sam: 'OWNER' } },
];
const alone = (): FakeGroup => ({
  ...{ id: 'g4', email: 'partners@meadow.example', members: { priya: 'OWNER' } },
});
const world = (them: FakeGroup[] = groups()) =>
  setUp({}, { users: [{ ...sam }], groups: them, pageSize: 1 });

describe('groups in Google', () => {
  keepsPromises(leaveGroups, {}, () => world());
  keepsPromises(leaveGroups, { keep: ['sales@meadow.example'] }, () => world());
  keepsPromises(joinGroups, { groups: ['choir@meadow.example'] }, () => world());

  it('are given back with the role from before', async () => {
    const { client, groups: them } = world();
    const before = await leaveGroups.read(client, 'priya');
    const planned = leaveGroups.plan(before, {});
    assert.ok(planned.kind === 'change');
    await leaveGroups.apply(client, 'priya', planned.change);
    const back = leaveGroups.restore!(await leaveGroups.read(client, 'priya'), before);
    assert.ok(back.kind === 'change');
    await leaveGroups.apply(client, 'priya', back.change);
    assert.deepEqual(
      them.map(({ members }) => members['priya']),
      ['MEMBER', 'OWNER', undefined],
    );
  });

  it('that nobody else owns are kept back, and only those', async () => {
    const { client, groups: them } = world([...groups(), alone()]);
    const planned = await planFor(leaveGroups, client, {});
    assert.ok(planned.kind === 'change');
    await leaveGroups.apply(client, 'priya', planned.change);
    const rest = await planFor(leaveGroups, client, {});
    assert.ok(rest.kind === 'blocked' && rest.because.startsWith('Nobody else owns partners@'));
    assert.deepEqual(them.at(-1)?.members, { priya: 'OWNER' });
  });

  it('that are gone since do not stop the others', async () => {
    const { client, groups: them } = world();
    const planned = await planFor(leaveGroups, client, {});
    assert.ok(planned.kind === 'change');
    them.shift();
    await leaveGroups.apply(client, 'priya', planned.change);
    assert.equal((await planFor(leaveGroups, client, {})).kind, 'done');
  });

  it('are all looked for before one is joined', async () => {
    const { client, groups: them } = world();
    const wanted = {
      do: 'join',
      groups: ['choir@meadow.example', 'rowing@meadow.example'],
    } as const;
    await assert.rejects(
      joinGroups.apply(client, 'priya', wanted),
      failsAs('rejected', /no group “rowing@meadow\.example”/),
    );
    assert.equal(them[2]?.members['priya'], undefined);
  });
});

describe('groups that somebody owns in Google', () => {
  const to = sam.primaryEmail;
  keepsPromises(transferOwnership, { to }, () => world([...groups(), alone()]));

  it('are told, and which of them nobody else owns', async () => {
    const { client } = world([...groups(), alone()]);
    const owned = await google.owns!({})!(client, 'priya');
    assert.deepEqual(owned, [
      { id: 'g2', name: 'deals@meadow.example', kind: 'group', soleOwner: false },
      { id: 'g4', name: 'partners@meadow.example', kind: 'group', soleOwner: true },
    ]);
  });

  it('get the new owner before they lose the old one, who stays a member until leaving', async () => {
    const { client, groups: them } = world([alone()]);
    const planned = await planFor(transferOwnership, client, { to });
    assert.ok(planned.kind === 'change');
    await transferOwnership.apply(client, 'priya', planned.change);
    assert.deepEqual(them[0]?.members, { priya: 'MEMBER', sam: 'OWNER' });
    assert.equal((await planFor(leaveGroups, client, {})).kind, 'change');
  });

  it('are still read back once the account no longer owns them', async () => {
    const { client } = world([alone()]);
    const before = await transferOwnership.read(client, 'priya', { params: { to }, before: null });
    const planned = transferOwnership.plan(before, { to });
    assert.ok(planned.kind === 'change');
    await transferOwnership.apply(client, 'priya', planned.change);
    const after = await planFor(transferOwnership, client, { to }, before);
    assert.ok(after.kind === 'done' && /sam@meadow\.example owns all of it/.test(after.because));
  });

  it('are handed to nobody who cannot sign in, is not there, or is leaving', async () => {
    for (const [receiver, users] of [
      ['eve@meadow.example', []],
      ['sam@meadow.example', [{ ...sam, suspended: true }]],
      ['priya.nair@meadow.example', []],
    ] as const) {
      const { client } = setUp({}, { users: [...users], groups: [alone()] });
      assert.equal((await planFor(transferOwnership, client, { to: receiver })).kind, 'blocked');
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import type { FakeUserGroup } from './fake-data.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import type { SlackPlan } from './settings.ts';
import { priyaId, settingsFor, setUp } from './test-workspace.ts';

const groups = (plan: SlackPlan): FakeUserGroup[] => {
  const at = plan === 'enterprise' ? { workspace: 'T0SALES' } : {};
  const members = [priyaId, 'U0SAM'];
  return [
    { id: 'S0SALES', name: 'Sales', ...at, members: [...members] },
    { id: 'S0PHONE', name: 'On the phone', ...at, members: [...members] },
    { id: 'S0CHOIR', name: 'Choir', ...at, members: ['U0SAM'] },
    ...(plan === 'pro'
      ? []
      : [{ id: 'S0OKTA', name: 'Okta Sales', byScim: true as const, members: [...members] }]),
  ];
};
const world = (plan: SlackPlan) => {
  const made = setUp(plan, {}, { groups: groups(plan) });
  return { ...made, data: made.groups };
};

for (const plan of ['pro', 'business', 'enterprise'] as const) {
  describe(`user groups of the plan ${plan}`, () => {
    keepsPromises(leaveGroups(settingsFor(plan)), { keep: ['On the phone'] }, () => world(plan));
    keepsPromises(joinGroups(settingsFor(plan)), { groups: ['Choir'] }, () => world(plan));
  });
}

describe('user groups', () => {
  const leave = leaveGroups(settingsFor('business'));
  const join = joinGroups(settingsFor('business'));
  const planFor = async (all: FakeUserGroup[]) => {
    const { client } = setUp('business', {}, { groups: all });
    return leave.plan(await leave.read(client, priyaId), {});
  };

  it('of an identity provider are left by SCIM, the others by whole lists', async () => {
    const { client, groups: all } = world('business');
    const planned = leave.plan(await leave.read(client, priyaId), {});
    assert.ok(planned.kind === 'change');
    await leave.apply(client, priyaId, planned.change);
    assert.deepEqual(
      all.map(({ members }) => members),
      [['U0SAM'], ['U0SAM'], ['U0SAM'], ['U0SAM']],
    );
  });

  it('keep those who joined since the list was first read', async () => {
    const { client, groups: all } = world('business');
    const planned = leave.plan(await leave.read(client, priyaId), {});
    assert.ok(planned.kind === 'change');
    all[0]!.members.push('U0EVE');
    await leave.apply(client, priyaId, planned.change);
    assert.deepEqual(all[0]!.members, ['U0SAM', 'U0EVE']);
  });

  it('with nobody else in them are left to a person: Slack keeps no empty one', async () => {
    const planned = await planFor([{ id: 'S0ONE', name: 'Press', members: [priyaId] }]);
    assert.ok(planned.kind === 'blocked' && /Alone in Press/.test(planned.because));
    const { client } = setUp(
      'pro',
      {},
      { groups: [{ id: 'S0ONE', name: 'P', members: [priyaId] }] },
    );
    const one = { id: 'S0ONE', workspace: null, byScim: false };
    await assert.rejects(
      leave.apply(client, priyaId, { do: 'leave', groups: [one] }),
      failsAs('rejected', /no empty one/),
    );
  });

  it('that Slack fills by role end with the role', async () => {
    const members = [priyaId, 'U0SAM'];
    const planned = await planFor([{ id: 'S0ADM', name: 'Admins', auto: 'admin', members }]);
    assert.ok(planned.kind === 'blocked' && /fills by role/.test(planned.because));
  });

  it('are all looked for before one is joined', async () => {
    const made = world('business');
    const apply = join.apply(made.client, priyaId, { do: 'join', groups: ['Choir', 'Rowing'] });
    await assert.rejects(apply, failsAs('rejected', /no user group “Rowing”/));
    assert.deepEqual(made.groups[2]!.members, ['U0SAM']);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AnyTransition, actionsOf } from '#connector-kit/contract.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { github } from './index.ts';
import { joinTeams } from './join-teams.ts';
import { leaveTeams } from './leave-teams.ts';
import { ownedBy } from './owned.ts';
import { removeLicences } from './remove-licences.ts';
import { removeRoles } from './remove-roles.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { setUp, type World } from './test-organisation.ts';

const admin = { role: 'admin' as const };
const roles = () => [
  { id: 3, name: 'all_repo_admin', holders: [1042] },
  { id: 4, name: 'ci_cd_admin', holders: [1] },
];
const teams = () => [
  { slug: 'core', name: 'Core', members: [{ id: 1042, role: 'maintainer' as const }] },
  { slug: 'choir', name: 'Choir', members: [{ id: 1, role: 'member' as const }] },
];
const theirs = (): NonNullable<World['more']> => ({
  credentials: [
    { id: 11, login: 'pri-codes', type: 'SSH key' },
    { id: 12, login: 'gatehouse-bot', type: 'personal access token' },
  ],
  tokens: [
    { id: 21, owner: 1042, name: 'release script' },
    { id: 22, owner: 1, name: 'of somebody else' },
  ],
  repositories: [
    { name: 'site', keys: [{ id: 31, title: 'deployer', by: 'pri-codes' }] },
    { name: 'docs', keys: [] },
    { name: 'app', keys: [{ id: 32, title: 'of somebody else', by: 'gatehouse-bot' }] },
  ],
});

describe('roles in the organisation', () => {
  keepsPromises(removeRoles, {}, () => {
    const world = setUp({ priya: admin, more: { roles: roles() } });
    return { ...world, data: [world.users, world.roles] };
  });

  it('are not taken from the only owner', async () => {
    const world = setUp({ priya: admin });
    world.users[0]!.role = 'member';
    const planned = removeRoles.plan(await removeRoles.read(world.client, '1042'), {});
    assert.equal(planned.kind, 'blocked');
    // As GitHub itself has it.
    await assert.rejects(world.client.setRole('pri-codes', 'member'), failsAs('rejected'));
  });

  it('that come through a team are not called gone', async () => {
    const more = { roles: [{ id: 3, name: 'auditor', holders: [1042], throughTeams: ['Core'] }] };
    const { client } = setUp({ more });
    const planned = removeRoles.plan(await removeRoles.read(client, '1042'), {});
    assert.ok(planned.kind === 'blocked' && /auditor, through Core/.test(planned.because));
  });
});

describe('teams', () => {
  const world = (more: World['more'] = {}) => {
    const it = setUp({ more: { teams: teams(), ...more } });
    return { ...it, data: it.teams };
  };
  keepsPromises(leaveTeams, {}, () => world());
  keepsPromises(joinTeams, { groups: ['Choir'] }, () => world());

  it('of the enterprise, and those that the identity provider fills, are left there', async () => {
    const members = () => [{ id: 1042, role: 'member' as const }];
    const { client } = world({
      teams: [
        { slug: 'ent:all', name: 'All', members: members() },
        { slug: 'sales', name: 'Sales', group: 'EU-Sales', members: members() },
      ],
    });
    const planned = leaveTeams.plan(await leaveTeams.read(client, '1042'), {});
    assert.ok(planned.kind === 'blocked');
    assert.equal(
      planned.because,
      'Still in All, which the enterprise fills; Sales, which the group EU-Sales of the identity provider fills: change it there.',
    );
  });

  it('that turn out to be synchronised do not keep the person in the others', async () => {
    const synchronised = {
      ...{ slug: 'a-sales', name: 'Sales', isSynchronised: true as const },
      members: [{ id: 1042, role: 'member' as const }],
    };
    const it = world({ teams: [synchronised, ...teams()] });
    const planned = leaveTeams.plan(await leaveTeams.read(it.client, '1042'), {});
    assert.ok(planned.kind === 'change');
    await assert.rejects(
      leaveTeams.apply(it.client, '1042', planned.change),
      failsAs('forbidden', /who is in a-sales/),
    );
    const { teams: left } = await leaveTeams.read(it.client, '1042');
    assert.deepEqual(
      left.map(({ name }) => name),
      ['Sales'],
    );
  });

  it('are all looked for before one is joined, and by members only', async () => {
    const it = world();
    const apply = joinTeams.apply(it.client, '1042', { do: 'join', teams: ['Choir', 'Rowing'] });
    await assert.rejects(apply, failsAs('rejected', /no team “Rowing”/));
    assert.equal(it.teams[1]!.members.length, 1);
    const stranger = setUp({ priya: { role: undefined as never }, more: { teams: teams() } });
    const state = await joinTeams.read(stranger.client, '1042');
    assert.equal(joinTeams.plan(state, { groups: ['Choir'] }).kind, 'blocked');
  });
});

describe('tokens and keys', () => {
  keepsPromises(revokeTokens, { deployKeys: 'end' }, () => {
    const world = setUp({ more: theirs() });
    return { ...world, data: [world.tokens, world.credentials, world.repositories] };
  });

  it('end, and those of others stay', async () => {
    const world = setUp({ more: theirs() });
    const state = await revokeTokens.read(world.client, '1042');
    const planned = revokeTokens.plan(state, { deployKeys: 'end' });
    assert.ok(planned.kind === 'change');
    assert.equal(
      planned.summary,
      'End tokens release script; 1 credentials of the single sign-on; deploy keys of site.',
    );
    await revokeTokens.apply(world.client, '1042', planned.change);
    assert.deepEqual(
      [world.tokens, world.credentials, world.repositories.flatMap(({ keys }) => keys)].map((all) =>
        all.map(({ id }) => id),
      ),
      [[22], [12], [32]],
    );
  });

  it('are still there for a while after GitHub has taken the request', async () => {
    const world = setUp({ more: { ...theirs(), slowly: true } });
    const plan = async () =>
      revokeTokens.plan(await revokeTokens.read(world.client, '1042'), { deployKeys: 'end' });
    const first = await plan();
    assert.ok(first.kind === 'change');
    await revokeTokens.apply(world.client, '1042', first.change);
    assert.equal((await plan()).kind, 'change');
    world.settle();
    assert.equal((await plan()).kind, 'done');
  });

  it('that deploy are left to whoever wants them kept', async () => {
    const { client } = setUp({ more: { repositories: theirs().repositories ?? [] } });
    const state = await revokeTokens.read(client, '1042');
    assert.equal(revokeTokens.plan(state, { deployKeys: 'keep' }).kind, 'done');
  });

  it('that a token as sign-in does not show are looked for by a person', async () => {
    const { client } = setUp({ token: 'github_pat_2' });
    const state = await revokeTokens.read(client, '1042');
    assert.equal(state.tokens, null);
    const planned = revokeTokens.plan(state, { deployKeys: 'end' });
    assert.ok(planned.kind === 'by-hand' && /Active tokens/.test(planned.order.instructions));
  });

  it('are not called none where the permission to see deploy keys is missing', async () => {
    const { client } = setUp({ more: { ...theirs(), permissions: { members: 'write' } } });
    await assert.rejects(revokeTokens.read(client, '1042'), failsAs('forbidden', /site\/keys/));
  });
});

describe('a seat of Copilot', () => {
  keepsPromises(removeLicences, {}, () => setUp({ priya: { seat: { endsOn: null } } }));

  it('is under way until the day on which a cancelled one ends', async () => {
    const world = setUp({
      priya: { seat: { endsOn: null } },
      more: { monthEndsOn: '2026-12-31' },
    });
    await removeLicences.apply(world.client, '1042', 'take');
    const planned = removeLicences.plan(await removeLicences.read(world.client, '1042'), {});
    assert.ok(planned.kind === 'underway' && /ends on 2026-12-31/.test(planned.because));
  });

  it('that a team gives is taken with the team', async () => {
    const { client } = setUp({ priya: { seat: { endsOn: null, throughTeam: 'Core' } } });
    const planned = removeLicences.plan(await removeLicences.read(client, '1042'), {});
    assert.ok(planned.kind === 'blocked' && /The team Core/.test(planned.because));
  });

  it('is asked for only where the organisation is said to have Copilot', () => {
    const offered = (copilot: boolean) =>
      actionsOf(github, { copilot }).map(({ capability }) => capability);
    assert.ok(offered(true).includes('licences.remove'));
    assert.ok(!offered(false).includes('licences.remove'));
  });

  it('is not called none because GitHub refuses to tell', async () => {
    const { client } = setUp({ more: { withoutCopilot: true } });
    await assert.rejects(removeLicences.read(client, '1042'), failsAs('rejected', /not enabled/));
  });
});

describe('what an account owns', () => {
  it('is the organisation, teams, deploy keys and apps, and whether alone', async () => {
    const apps = [
      { slug: 'release-bot', name: 'Release bot', owner: 1042 },
      { slug: 'other', name: 'Other', owner: 1 },
    ];
    const { client } = setUp({ priya: admin, more: { ...theirs(), teams: teams(), apps } });
    assert.deepEqual(await ownedBy(client, '1042'), [
      { id: 'meadow', kind: 'other', name: 'the organisation meadow', soleOwner: false },
      { id: 'core', kind: 'group', name: 'Core', soleOwner: true },
      {
        id: 'site/keys/31',
        kind: 'integration',
        name: 'deploy key deployer of site',
        soleOwner: true,
      },
      { id: 'release-bot', kind: 'integration', name: 'app Release bot', soleOwner: true },
    ]);
    assert.deepEqual(await ownedBy(client, '4711'), []);
  });
});

describe('the permissions of an action', () => {
  const params: Record<string, unknown> = {
    'groups.join': { groups: ['Choir'] },
    'tokens.revoke': { deployKeys: 'end' },
  };
  for (const action of actionsOf(github, { copilot: true })) {
    if (action.kind !== 'transition') continue;
    const transition: AnyTransition = action;
    const carryOut = async (declared: readonly string[]) => {
      const isOwner = action.capability === 'roles.remove';
      const { client } = setUp({
        ...{ declared, priya: { ...(isOwner ? admin : {}), seat: { endsOn: null } } },
        more: { ...theirs(), teams: teams(), roles: roles() },
      });
      const state = await transition.read(client, '1042');
      const planned = transition.plan(state, params[action.capability] ?? {});
      assert.equal(planned.kind, 'change');
      if (planned.kind === 'change') await transition.apply(client, '1042', planned.change);
    };

    it(`${action.capability} are enough, and none is too much`, async () => {
      await carryOut(action.scopes);
      for (const left of action.scopes) {
        await assert.rejects(
          carryOut(action.scopes.filter((it) => it !== left)),
          failsAs('unexpected', /needs a scope/),
          left,
        );
      }
    });
  }
});

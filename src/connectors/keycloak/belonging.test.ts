import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { createAccount } from './create-account.ts';
import type { FakeGroup } from './fake-records.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { removeRoles } from './remove-roles.ts';
import { setUp } from './test-realm.ts';

/* What somebody belongs to in Keycloak, and how they come to belong: roles, groups, and the user itself. */

describe('roles in Keycloak', () => {
  const roles = {
    realmRoles: ['lead'],
    clientRoles: { wiki: ['editor'], 'realm-management': ['manage-users'] },
  };
  keepsPromises(removeRoles, {}, () => setUp(roles));

  it('of realm and clients go, the default one stays', async () => {
    const { client } = setUp(roles);
    const planned = removeRoles.plan(await removeRoles.read(client, 'priya'), {});
    assert.ok(planned.kind === 'change');
    assert.equal(
      planned.summary,
      'Take away lead, manage-users of realm-management, editor of wiki.',
    );
  });

  it('that make an administrator through a group are not called gone', async () => {
    const groups = [{ id: 'g', path: '/Admins', members: ['priya'], adminRoles: ['view-users'] }];
    const { client } = setUp({}, { groups });
    const planned = removeRoles.plan(await removeRoles.read(client, 'priya'), {});
    assert.ok(planned.kind === 'blocked' && /view-users\), through a group/.test(planned.because));
  });

  it('of administrators are taken only by one who has them', async () => {
    const { client } = setUp(roles, { holds: ['manage-users', 'view-clients'] });
    const planned = removeRoles.plan(await removeRoles.read(client, 'priya'), {});
    assert.ok(planned.kind === 'change');
    await assert.rejects(removeRoles.apply(client, 'priya', planned.change), failsAs('forbidden'));
  });
});

describe('groups in Keycloak', () => {
  const groups = (): FakeGroup[] => [
    { id: 'g1', path: '/Sales', members: ['priya', 'sam'] },
    { id: 'g2', path: '/Sales/Berlin', members: ['priya'] },
    { id: 'g3', path: '/VPN', members: ['priya'] },
    { id: 'g4', path: '/Choir/Berlin', members: [] },
  ];
  const world = () => {
    const made = setUp({}, { groups: groups() });
    return { ...made, data: made.groups };
  };
  keepsPromises(leaveGroups, { keep: ['VPN'] }, world);
  keepsPromises(joinGroups, { groups: ['/Choir/Berlin'] }, world);

  it('are told apart by their path, or by their id', async () => {
    const { client } = world();
    const now = await leaveGroups.read(client, 'priya');
    const summary = (only: string[]) => {
      const planned = leaveGroups.plan(now, { only });
      return planned.kind === 'change' ? planned.summary : planned.kind;
    };
    assert.equal(summary(['/Sales/Berlin', 'g3']), 'Remove from /Sales/Berlin, /VPN.');
    assert.equal(summary(['Berlin']), 'done');
  });

  it('that a directory fills again are seen to have the account still', async () => {
    const bySync = [{ id: 'a', path: '/LDAP', bySync: true as const, members: ['priya'] }];
    const { client } = setUp({}, { groups: bySync });
    await leaveGroups.apply(client, 'priya', { do: 'leave', groups: [{ id: 'a' }] });
    assert.equal(leaveGroups.plan(await leaveGroups.read(client, 'priya'), {}).kind, 'change');
  });

  it('are all looked for before one is joined', async () => {
    const made = world();
    await assert.rejects(
      joinGroups.apply(made.client, 'priya', { do: 'join', groups: ['/Choir/Berlin', '/Berlin'] }),
      failsAs('rejected', /no group \/Berlin/),
    );
    assert.deepEqual(made.groups[3]!.members, []);
  });
});

describe('new users in Keycloak', () => {
  const person = {
    ...{ name: 'Sam van der Berg', email: 'Sam@meadow.example', employeeNumber: 'E-2' },
    ...{ department: 'Sales', title: null },
  };
  const wanted = (users: Parameters<typeof setUp>[0][] = []) => {
    const made = setUp(
      {},
      { users: users.map((it, i) => ({ id: `u${i}`, username: `u${i}`, ...it })) },
    );
    return { ...made, accountId: person.email };
  };
  keepsPromises(createAccount, { person }, () => wanted());
  keepsPromises(createAccount, { person }, () =>
    wanted([{ email: 'sam@meadow.example', enabled: false }]),
  );

  it('have no password, and the number where people are known by it', async () => {
    const made = setUp({}, {}, { findBy: ['email', 'employeeNumber'] });
    await createAccount.apply(made.client, person.email, { do: 'create', person });
    assert.deepEqual(made.users.at(-1), {
      ...{ id: 'made-1', username: 'sam@meadow.example', email: 'sam@meadow.example' },
      ...{ enabled: true, passwordSetAt: null, attributes: { employeeNumber: ['E-2'] } },
    });
  });

  it('are not made twice', async () => {
    const { client } = wanted([
      { email: 'sam@meadow.example' },
      { username: 'sam@meadow.example', email: 'x@y.example' },
    ]);
    const planned = createAccount.plan(await createAccount.read(client, person.email), { person });
    assert.ok(planned.kind === 'blocked' && /2 accounts/.test(planned.because));
  });
});

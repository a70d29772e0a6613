import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import type { Account, AnyAction, AnyTransition } from '#connector-kit/contract.ts';
import { conforming } from '#connector-kit/testing/conforming.ts';
import type { ApiSpec } from '#connector-kit/testing/document-operations.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { sliceProblem } from '#connector-kit/testing/slice.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { openOkta } from './api.ts';
import { deleteAccount } from './delete-account.ts';
import { type FakeOktaOptions, type FakeUser, fakeOkta } from './fake.ts';
import { okta } from './index.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { removeFactors } from './remove-factors.ts';
import { removeRoles } from './remove-roles.ts';
import { resetPassword } from './reset-password.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { scopes } from './scopes.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };
import { suspendAccount } from './suspend-account.ts';

/**
 * The document gives one enrollment as the answer of a call that lists them, while its own example
 * and Okta itself answer the list.
 */
const enrollments = '/api/v1/users/{userId}/authenticator-enrollments';
const listed = { type: 'array', items: { $ref: '#/components/schemas/AuthenticatorEnrollment' } };
const corrected: ApiSpec = {
  ...spec,
  paths: {
    ...spec.paths,
    [enrollments]: {
      get: {
        ...spec.paths[enrollments].get,
        responses: { 200: { content: { 'application/json': { schema: listed } } } },
      },
    },
  },
};

const connection = settings.parse({ orgUrl: 'https://meadow.okta.test', token: 'a token' });

/** `declared`: what may be asked of Okta; default: all that the connector names. */
function setUp(
  priya: Partial<FakeUser> = {},
  options: Partial<FakeOktaOptions> = {},
  declared: readonly string[] = Object.values(scopes),
) {
  const user: FakeUser = { id: 'priya', login: 'Priya.Nair@meadow.example', ...priya };
  const { users = [] } = options;
  const service = fakeOkta({ ...options, users: [...users, user] });
  const client = openOkta(connection, {
    ...loopbackIo,
    fetch: conforming(service.fetch, corrected, declared),
  });
  return { ...service, client, user, data: service.users, accountId: 'priya' };
}

const failsAs =
  (kind: Failure['kind'], says = /./) =>
  (thrown: unknown) =>
    thrown instanceof ConnectorError &&
    thrown.failure.kind === kind &&
    says.test(thrown.failure.detail);

const keysOf = (email: string, employeeNumber: string | null = null) => ({
  ...{ email, employeeNumber, name: 'Priya Nair' },
});

describe('the document of Okta', () => {
  const whole = path.resolve(
    import.meta.dirname,
    '../../../../shared/specs/okta-management-minimal.yaml',
  );
  if (existsSync(whole)) {
    it('says what our slice of it says', () => {
      const document = parse(readFileSync(whole, 'utf8'), { maxAliasCount: -1 }) as ApiSpec;
      assert.equal(sliceProblem(spec, document), null);
    });
  }

  it('refuses what is not in it', async () => {
    const { fetch } = setUp();
    const strict = conforming(fetch, corrected, Object.values(scopes));
    const at = 'https://meadow.okta.test/api/v1/users/priya';
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
    await assert.rejects(
      strict(`${at}/roles`, { ...post, body: '{"type":"EMPEROR"}' }),
      failsAs('unexpected', /does not fit/),
    );
    await assert.rejects(
      strict(`${at}/lifecycle/banish`, post),
      failsAs('unexpected', /not in the vendor/),
    );
  });
});

describe('people in Okta', () => {
  it('are found by login and address, whatever the case, deactivated or not', async () => {
    const users = [
      {
        id: 'second',
        login: 'admin-priya@meadow.example',
        email: 'priya.nair@meadow.example',
        roles: [{ type: 'ORG_ADMIN' }],
      },
      { id: 'old', login: 'priya.nair@meadow.example', status: 'DEPROVISIONED' },
      { id: 'other', login: 'sam@meadow.example', employeeNumber: 'E-1' },
    ];
    const { client } = setUp({}, { users });
    const found = await okta.accounts!.find(client, keysOf('priya.nair@meadow.example', 'E-1'));
    assert.deepEqual(
      found.map(({ id, status, privileged }) => [id, status, privileged]),
      [
        ['second', 'active', true],
        ['old', 'suspended', false],
        ['priya', 'active', false],
      ],
    );
    assert.deepEqual(await okta.accounts!.find(client, keysOf('eve@meadow.example')), []);
  });

  it('are found by the number only where that was said', async () => {
    const users = [{ id: 'other', login: 'p@other.example', employeeNumber: 'E-1' }];
    const service = fakeOkta({ users });
    const known = settings.parse({ ...connection, findBy: ['employeeNumber'] });
    const client = openOkta(known, { ...loopbackIo, fetch: service.fetch });
    const ids = async (number: string | null) =>
      (await okta.accounts!.find(client, keysOf('priya@meadow.example', number))).map(
        ({ id }) => id,
      );
    assert.deepEqual(await ids('E-1'), ['other']);
    assert.deepEqual(await ids(null), []);
  });

  it('are listed one page after the other, those with a role as privileged', async () => {
    const users = Array.from({ length: 450 }, (_, i) => ({
      ...{ id: `u${i}`, login: `u${i}@meadow.example` },
      ...(i === 7 ? { roles: [{ type: 'SUPER_ADMIN' }] } : {}),
      ...(i === 8 ? { status: 'DEPROVISIONED' } : {}),
    }));
    const { client } = setUp({}, { users });
    const all: Account[] = [];
    for await (const account of okta.accounts!.list(client)) all.push(account);
    assert.equal(all.length, 451);
    assert.deepEqual(
      all.filter((it) => it.privileged).map(({ id }) => id),
      ['u7'],
    );
    assert.deepEqual(
      all.filter((it) => it.status !== 'active').map(({ id }) => id),
      ['u8'],
    );
  });

  it('are not called nobody when Okta refuses to tell', async () => {
    const world = setUp();
    world.failNext(Response.json({ errorCode: 'E0000006' }, { status: 403 }));
    await assert.rejects(
      okta.accounts!.find(world.client, keysOf('priya.nair@meadow.example')),
      failsAs('forbidden'),
    );
  });
});

describe('suspending in Okta', () => {
  keepsPromises(suspendAccount, {}, () => setUp());

  it('unlocks a locked account first, which Okta wants', async () => {
    const { client, user } = setUp({ status: 'LOCKED_OUT' });
    const planned = suspendAccount.plan(await suspendAccount.read(client, 'priya'), {});
    assert.ok(planned.kind === 'change');
    await suspendAccount.apply(client, 'priya', planned.change);
    assert.equal(user.status, 'SUSPENDED');
  });

  it('asks a person about a status that Okta cannot suspend', () => {
    for (const status of ['STAGED', 'PROVISIONED', 'RECOVERY', 'PASSWORD_EXPIRED']) {
      const planned = suspendAccount.plan({ status, movingTo: null }, {});
      assert.ok(planned.kind === 'blocked' && planned.because.includes(status));
    }
  });

  it('waits while Okta is still changing the account', () => {
    const planned = suspendAccount.plan({ status: 'ACTIVE', movingTo: 'DEPROVISIONED' }, {});
    assert.equal(planned.kind, 'underway');
  });

  it('does not take a user that is gone, or out of our sight, for suspended', async () => {
    await assert.rejects(suspendAccount.read(setUp().client, 'nobody'), failsAs('not-found'));
  });

  it('waits until the moment that Okta names when it is asked too often', async () => {
    const world = setUp();
    const now = new Date('2026-11-29T08:00:00.000Z');
    const client = openOkta(connection, { ...loopbackIo, fetch: world.fetch, now: () => now });
    const reset = `${now.getTime() / 1_000 + 42}`;
    world.failNext(Response.json({}, { status: 429, headers: { 'x-rate-limit-reset': reset } }));
    await assert.rejects(client.user('priya'), (thrown) => {
      const { failure } = thrown as ConnectorError;
      return failure.kind === 'rate-limited' && failure.retryAfterMs === 42_000;
    });
  });
});

describe('second factors in Okta', () => {
  const all = {
    factors: [
      { id: 'f1', factorType: 'push' },
      { id: 'f2', factorType: 'token:software:totp' },
      { id: 'f3', factorType: 'webauthn' },
      { id: 'f4', factorType: 'email' },
    ],
    enrolled: ['okta_password', 'okta_email', 'okta_verify', 'webauthn'],
  };
  keepsPromises(removeFactors, {}, () => setUp(all));

  it('are not called gone because the list of factors is empty', async () => {
    const { client } = setUp({ enrolled: ['okta_password', 'okta_verify'] });
    const planned = removeFactors.plan(await removeFactors.read(client, 'priya'), {});
    assert.deepEqual(planned, {
      ...{ kind: 'change', summary: 'Remove okta_verify.' },
      change: { factorIds: [], reset: true },
    });
  });

  it('have to go before the user is deactivated: after that Okta removes none', async () => {
    assert.ok(removeFactors.mustPrecede?.includes('account.delete'));
    const world = setUp({ ...all, status: 'DEPROVISIONED' });
    const planned = removeFactors.plan(await removeFactors.read(world.client, 'priya'), {});
    assert.equal(planned.kind, 'blocked');
    await assert.rejects(
      world.client.removeFactor('priya', 'f1'),
      failsAs('rejected', /deactivated/),
    );
  });
});

describe('tokens in Okta', () => {
  const held = {
    grants: ['okta.users.read', 'okta.logs.read'],
    apps: [{ client_id: 'c1', client_name: 'Reports' }],
  };
  const apiTokens = () => [
    { id: 't1', name: 'nightly export', userId: 'priya' },
    { id: 't2', name: 'of somebody else', userId: 'sam' },
  ];
  keepsPromises(revokeTokens, {}, () => setUp(held, { apiTokens: apiTokens() }));

  it('end, and those of others stay', async () => {
    const world = setUp(held, { apiTokens: apiTokens() });
    const planned = revokeTokens.plan(await revokeTokens.read(world.client, 'priya'), {});
    assert.ok(planned.kind === 'change');
    assert.equal(
      planned.summary,
      'End 2 grants of apps; tokens of Reports; API tokens nightly export.',
    );
    await revokeTokens.apply(world.client, 'priya', planned.change);
    assert.deepEqual(
      world.apiTokens.map(({ id }) => id),
      ['t2'],
    );
  });
});

describe('administrator roles in Okta', () => {
  const roles = [{ type: 'ORG_ADMIN' }, { type: 'CUSTOM', role: 'cr1', 'resource-set': 'iam1' }];
  keepsPromises(removeRoles, {}, () => setUp({ roles }));

  it('that come through a group are not called gone', async () => {
    const { client } = setUp({ roles: [{ type: 'USER_ADMIN', assignmentType: 'GROUP' }] });
    const planned = removeRoles.plan(await removeRoles.read(client, 'priya'), {});
    assert.ok(planned.kind === 'blocked' && /through a group/.test(planned.because));
  });
});

describe('groups in Okta', () => {
  const groups = () => [
    { id: 'g0', name: 'Everyone', type: 'BUILT_IN' as const, members: ['priya'] },
    { id: 'g1', name: 'Sales', members: ['priya', 'sam'] },
    { id: 'g2', name: 'VPN', members: ['priya'] },
    { id: 'g3', name: 'Choir', members: [] },
  ];
  keepsPromises(leaveGroups, { keep: ['VPN'] }, () => {
    const world = setUp({}, { groups: groups() });
    return { ...world, data: world.groups };
  });
  keepsPromises(joinGroups, { groups: ['Choir'] }, () => {
    const world = setUp({}, { groups: groups() });
    return { ...world, data: world.groups };
  });

  it('of a directory behind Okta are left to a person', async () => {
    const { client } = setUp(
      {},
      { groups: [{ id: 'a', name: 'AD Sales', type: 'APP_GROUP', members: ['priya'] }] },
    );
    const planned = leaveGroups.plan(await leaveGroups.read(client, 'priya'), {});
    assert.ok(planned.kind === 'blocked' && /AD Sales/.test(planned.because));
    await assert.rejects(
      joinGroups.apply(client, 'priya', { do: 'join', groups: ['AD Sales'] }),
      failsAs('rejected', /There is no group|kept by an app/),
    );
  });

  it('that a rule fills again are seen to have the account still', async () => {
    const { client } = setUp(
      {},
      { groups: [{ id: 'a', name: 'All of sales', byRule: true, members: ['priya'] }] },
    );
    await leaveGroups.apply(client, 'priya', { do: 'leave', groupIds: ['a'] });
    const planned = leaveGroups.plan(await leaveGroups.read(client, 'priya'), {});
    assert.equal(planned.kind, 'change');
  });

  it('are all looked for before one is joined', async () => {
    const world = setUp({}, { groups: groups() });
    const apply = joinGroups.apply(world.client, 'priya', {
      do: 'join',
      groups: ['Choir', 'Rowing'],
    });
    await assert.rejects(apply, failsAs('rejected', /no group “Rowing”/));
    assert.deepEqual(world.groups.find(({ id }) => id === 'g3')!.members, []);
  });
});

describe('the end of a user in Okta', () => {
  keepsPromises(deleteAccount, { end: 'deleted' }, () => setUp());
  keepsPromises(deleteAccount, { end: 'deactivated' }, () => setUp({ status: 'SUSPENDED' }));

  it('goes on where a slow deactivation left it', async () => {
    const world = setUp({}, { slowly: true });
    const plan = async () =>
      deleteAccount.plan(await deleteAccount.read(world.client, 'priya'), { end: 'deleted' });
    const first = await plan();
    assert.ok(first.kind === 'change');
    // Okta refuses to delete what it is still deactivating.
    await assert.rejects(
      deleteAccount.apply(world.client, 'priya', first.change),
      failsAs('rejected'),
    );
    assert.equal((await plan()).kind, 'underway');
    world.settle();
    const second = await plan();
    assert.ok(second.kind === 'change' && !second.change.deactivate);
    await deleteAccount.apply(world.client, 'priya', second.change);
    assert.equal((await plan()).kind, 'done');
  });
});

describe('commands to Okta', () => {
  it('end every session', async () => {
    const { client, user } = setUp({ sessions: 3 });
    await revokeSessions.send(client, 'priya', {});
    assert.equal(user.sessions, 0);
  });

  it('replace the password, and say since when', async () => {
    const { client } = setUp();
    const { summary } = await resetPassword.send(client, 'priya', {});
    assert.match(summary, /since 2026-11-29T08:00:01/);
  });

  it('do not believe that a password changed whose time did not move', async () => {
    const world = setUp();
    const behind = (async (input: string | URL | Request, init?: RequestInit) =>
      new Request(input, init).method === 'POST'
        ? Response.json({ id: 'priya' })
        : world.fetch(input, init)) as typeof fetch;
    const client = openOkta(connection, { ...loopbackIo, fetch: behind });
    await assert.rejects(
      resetPassword.send(client, 'priya', {}),
      failsAs('unexpected', /directory behind Okta/),
    );
  });
});

describe('the scopes of an action', () => {
  const world = () =>
    ({
      priya: {
        ...{ factors: [{ id: 'f', factorType: 'sms' }], enrolled: ['phone_number'] },
        ...{ roles: [{ type: 'ORG_ADMIN' }], grants: ['openid'] },
        apps: [{ client_id: 'c', client_name: 'C' }],
      },
      options: {
        groups: [
          { id: 'g', name: 'Sales', members: ['priya'] },
          { id: 'h', name: 'Choir', members: [] },
        ],
        apiTokens: [{ id: 't', name: 't', userId: 'priya' }],
      },
    }) as const;
  const params: Record<string, unknown> = {
    'groups.join': { groups: ['Choir'] },
    'account.delete': { end: 'deleted' },
  };
  for (const action of okta.actions as readonly AnyAction[]) {
    if (action.kind === 'by-hand') continue;
    const carryOut = async (declared: readonly string[]) => {
      const { priya, options } = world();
      const { client } = setUp(
        {
          ...priya,
          factors: [...priya.factors],
          enrolled: [...priya.enrolled],
          roles: [...priya.roles],
          grants: [...priya.grants],
          apps: [...priya.apps],
        },
        {
          groups: options.groups.map((it) => ({ ...it, members: [...it.members] })),
          apiTokens: [...options.apiTokens],
        },
        declared,
      );
      const given = params[action.capability] ?? {};
      if (action.kind === 'command') return void (await action.send(client, 'priya', given));
      const transition: AnyTransition = action;
      const planned = transition.plan(await transition.read(client, 'priya'), given);
      assert.equal(planned.kind, 'change');
      if (planned.kind === 'change') await transition.apply(client, 'priya', planned.change);
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

describe('the settings of Okta', () => {
  const problems = (it: object) =>
    settings
      .safeParse({ orgUrl: 'https://meadow.okta.com', ...it })
      .error?.issues.map(({ message }) => message) ?? [];

  it('want an app or a token, and say what is missing', () => {
    assert.deepEqual(problems({ token: 'x' }), []);
    assert.deepEqual(problems({}), [
      'Enter the client ID of the app',
      'Enter the private key of the app',
    ]);
    assert.deepEqual(problems({ clientId: 'a', token: 'x' }), [
      'Enter the app or the API token, not both',
    ]);
  });

  it('bind the credential to the one host', () => {
    assert.deepEqual(okta.hosts(connection), ['meadow.okta.test:443']);
  });

  it('tell whose token it is', async () => {
    const users = [{ id: 'admin', login: 'gatehouse@meadow.example' }];
    const { client } = setUp({}, { users });
    assert.deepEqual(await okta.check(client), {
      actingAs: 'gatehouse@meadow.example',
      scopes: null,
    });
  });
});

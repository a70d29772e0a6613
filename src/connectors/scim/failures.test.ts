import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import type { Capability } from '#core/capability.ts';
import type { Failure } from '#core/failure.ts';
import type { ScimBehaviour } from '../../../practice/servers/scim.ts';
import { failsAs, groups, people, practise } from '../../../practice/servers/scim-testing.ts';
import { openScim, type Scim } from './api.ts';
import { deleteAccount } from './delete-account.ts';
import { discover } from './discover.ts';
import { findAccounts } from './find-accounts.ts';
import { scim } from './index.ts';
import { leaveGroups } from './leave-groups.ts';
import { moveReports, ownedBy } from './move-reports.ts';
import { enterprise } from './resources.ts';
import { settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

const ada = { email: 'ada@acme.test', employeeNumber: 'E-1', name: 'Ada' };
const removal = deleteAccount({ canDelete: true, deactivation: 'suspends' });

const calls: Record<string, (client: Scim) => Promise<unknown>> = {
  check: discover,
  find: (client) => findAccounts(client, ada),
  'reading whether it is active': (client) => suspendAccount.read(client, 'ada'),
  'reading whether it exists': (client) => removal.read(client, 'ada'),
  'reading its groups': (client) => leaveGroups.read(client, 'ada'),
  'asking whom it manages': (client) => ownedBy(client, 'ada'),
  'moving its reports': (client) =>
    moveReports.apply(client, 'ada', {
      manager: 'bob',
      reports: [{ id: 'cem', name: 'cem', manager: 'ada' }],
    }),
  suspending: (client) => suspendAccount.apply(client, 'ada', { active: false }),
  deleting: (client) => removal.apply(client, 'ada', 'delete'),
  'leaving groups': (client) =>
    leaveGroups.apply(client, 'ada', { do: 'leave', groups: [{ id: 'eng' }] }),
};

async function everyCallFailsAs(kind: Failure['kind'], client: Scim) {
  for (const [name, call] of Object.entries(calls)) {
    await assert.rejects(call(client), failsAs(kind), name);
  }
}

describe('what goes wrong at a SCIM server', () => {
  it('is unauthenticated when the token is wrong', async () => {
    const { settings } = await practise();

    // The practice server, as many real ones, says who it is only to those who may ask.
    await everyCallFailsAs('unauthenticated', openScim({ ...settings, token: 'x' }, loopbackIo));
  });

  it('is unavailable when nobody listens', async () => {
    const { client, server } = await practise();
    await server.close();

    await everyCallFailsAs('unavailable', client);
  });

  it('is unavailable when the answer does not come in time', async () => {
    const { server, settings } = await practise();
    server.behaviour = 'slow';
    const fetch: typeof globalThis.fetch = (input, init) =>
      globalThis.fetch(input, { ...init, signal: AbortSignal.timeout(20) });

    await everyCallFailsAs('unavailable', openScim(settings, { ...loopbackIo, fetch }));
  });

  it('waits as long as the server says when there were too many requests', async () => {
    const { client, server } = await practise();
    server.behaviour = 'rate-limited';

    await assert.rejects(suspendAccount.read(client, 'ada'), {
      failure: {
        kind: 'rate-limited',
        detail: 'GET /scim/v2/Users/ada answered 429',
        retryAfterMs: 7_000,
      },
    });
  });

  const reading = [
    'check',
    'find',
    'reading whether it is active',
    'reading whether it exists',
    'reading its groups',
  ];
  const nonsense: [string, ScimBehaviour][] = [
    ['success that carries an error', { status: 200, body: '{"status":"404","detail":"none"}' }],
    ['404 for everything', { status: 404, body: '{"detail":"no route"}' }],
    ['another user', { status: 200, body: '{"id":"bob","active":false}' }],
    ['neither true nor false', { status: 200, body: '{"id":"ada","active":"perhaps"}' }],
  ];
  for (const [name, behaviour] of nonsense) {
    it(`is unexpected, never an absence, when it answers ${name}`, async () => {
      const { client, server } = await practise();
      server.behaviour = behaviour;

      for (const call of reading) {
        await assert.rejects(calls[call]!(client), failsAs('unexpected'), call);
      }
    });
  }
});

const address = 'https://app.acme.test/scim/v2';

/** Two trials may run side by side; each begins with the same people. */
const servers = [(await practise()).server, (await practise()).server] as const;
let trials = 0;

/** Ada manages Cem. */
function system(of: Capability | null) {
  trials += 1;
  const server = servers[trials % 2]!;
  const cem = { id: 'cem', userName: 'cem@acme.test', [enterprise]: { manager: { value: 'ada' } } };
  server.users.clear();
  for (const it of [...people, cem]) {
    const active = it.id !== 'ada' || of !== 'sessions.revoke';
    server.users.set(it.id, { ...it, active });
  }
  server.groups.clear();
  for (const it of groups) server.groups.set(it.id, it);
  const fetch: typeof globalThis.fetch = (input, init) => {
    const request = new Request(input, init);
    return globalThis.fetch(new Request(request.url.replace(address, server.url), request));
  };
  return { fetch };
}

const trial = {
  person: ada,
  accountId: 'ada',
  given: {
    'account.create': {
      accountId: 'dee@acme.test',
      params: {
        person: {
          ...{ name: 'Dee', email: 'dee@acme.test', employeeNumber: 'E-4' },
          ...{ department: null, title: null },
        },
      },
    },
    'groups.join': { params: { groups: ['Operations'] } },
    'reports.move': { params: { to: 'bob@acme.test' } },
  },
  system,
};
const declared = {
  ...{ baseUrl: address, token: 'letmein', canCreate: true, canDelete: true },
  ...{ suspendingEndsSessions: true, managers: 'search' },
};

failsWell(scim, { ...trial, settings: settings.parse(declared) });
describe('with everything declared in the other way', () => {
  const other = { update: 'put', filters: false, groups: 'list', managers: 'list' };
  failsWell(scim, { ...trial, settings: settings.parse({ ...declared, ...other }) });
});

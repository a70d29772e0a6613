import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import type { Failure } from '#core/failure.ts';
import type { ScimBehaviour } from '../../../practice/servers/scim.ts';
import { failsAs, practise } from '../../../practice/servers/scim-testing.ts';
import { openScim, type Scim } from './api.ts';
import { deleteAccount } from './delete-account.ts';
import { discover } from './discover.ts';
import { findAccounts } from './find-accounts.ts';
import { leaveGroups } from './leave-groups.ts';
import { suspendAccount } from './suspend-account.ts';

const ada = { email: 'ada@acme.test', employeeNumber: 'E-1', name: 'Ada' };
const removal = deleteAccount({ canDelete: true, deactivation: 'suspends' });

const calls: Record<string, (client: Scim) => Promise<unknown>> = {
  check: discover,
  find: (client) => findAccounts(client, ada),
  'reading whether it is active': (client) => suspendAccount.read(client, 'ada'),
  'reading whether it exists': (client) => removal.read(client, 'ada'),
  'reading its groups': (client) => leaveGroups.read(client, 'ada'),
  suspending: (client) => suspendAccount.apply(client, 'ada', { active: false }),
  deleting: (client) => removal.apply(client, 'ada', 'delete'),
  'leaving groups': (client) =>
    leaveGroups.apply(client, 'ada', { do: 'leave', groupIds: ['eng'] }),
};

async function everyCallFailsAs(kind: Failure['kind'], client: Scim) {
  for (const [name, call] of Object.entries(calls)) {
    await assert.rejects(call(client), failsAs(kind), name);
  }
}

describe('what goes wrong at a SCIM server', () => {
  const answers: [string, ScimBehaviour, Failure['kind']][] = [
    ['400', { status: 400, body: '{"scimType":"invalidValue"}' }, 'rejected'],
    ['403', { status: 403 }, 'forbidden'],
    ['409', { status: 409 }, 'rejected'],
    ['422', { status: 422 }, 'rejected'],
    ['429', 'rate-limited', 'rate-limited'],
    ['500', { status: 500 }, 'unavailable'],
    ['503', 'down', 'unavailable'],
    ['a redirect to a login page', { status: 302 }, 'unexpected'],
  ];
  for (const [name, behaviour, kind] of answers) {
    it(`is ${kind} when it answers ${name}`, async () => {
      const { client, server } = await practise();
      server.behaviour = behaviour;

      await everyCallFailsAs(kind, client);
    });
  }

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
    ['a page for people', { status: 200, type: 'text/html', body: '<h1>Sign in</h1>' }],
    ['half an answer', { status: 200, body: '{"id":"ada","act' }],
    ['success that carries an error', { status: 200, body: '{"status":"404","detail":"none"}' }],
    ['an empty page', { status: 200, body: '' }],
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

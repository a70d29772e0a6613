import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  type Account,
  type AnyTransition,
  actionsOf,
  type PersonKeys,
} from '#connector-kit/contract.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { http } from '#connectors/http/index.ts';
import {
  type HttpSystem,
  type HttpSystemOptions,
  startHttpSystem,
} from '../../practice/servers/http-system.ts';
import { exampleSettings } from './http-example.ts';

const service = { id: 'u-1', email: 'service@meadow.example' };
const ada = { id: 'u-2', email: 'ada@meadow.example', sessions: ['s-1', 's-2'] };
const person = (email: string): PersonKeys => ({ email, employeeNumber: null, name: 'Ada' });

const running: HttpSystem[] = [];
after(() => Promise.all(running.map((it) => it.close())));

async function setUp(options: Partial<HttpSystemOptions> = {}) {
  const system = await startHttpSystem({ name: 'Badge Desk', users: [service, ada], ...options });
  running.push(system);
  const settings = exampleSettings(system);
  const client = http.open(settings, loopbackIo);
  const data = () => [...system.users.values()];
  const action = (capability: string) => {
    const found = actionsOf(http, settings).find((it) => it.capability === capability);
    assert.ok(found?.kind === 'transition', `${capability} can be read back`);
    return found;
  };
  return { system, settings, client, action, accountId: ada.id, data };
}

/** One whole pass: read, plan, apply, and read and plan again. */
async function carryOut(it: AnyTransition, client: unknown, accountId: string) {
  const planned = it.plan(await it.read(client, accountId), {});
  assert.equal(planned.kind, 'change');
  if (planned.kind === 'change') await it.apply(client, accountId, planned.change);
  return it.plan(await it.read(client, accountId), {});
}

async function listed(client: unknown): Promise<Account[]> {
  const all: Account[] = [];
  for await (const account of http.accounts!.list(client)) all.push(account);
  return all;
}

const failing = (kind: string, detail: RegExp) => (error: { failure: Record<string, unknown> }) => {
  assert.equal(error.failure['kind'], kind);
  assert.match(String(error.failure['detail']), detail);
  return true;
};

for (const style of ['plain', 'always-200'] as const) {
  describe(`the example of the handbook, against a system of the style ${style}`, async () => {
    const { action } = await setUp();
    for (const capability of [
      'account.suspend',
      'sessions.revoke',
      'groups.leave',
      'account.delete',
    ]) {
      keepsPromises(action(capability), {}, () => setUp({ style }));
    }
  });
}

describe('a system described without code', () => {
  it('tells who we are there', async () => {
    const { client } = await setUp();

    assert.deepEqual(await http.check(client), { actingAs: 'gatehouse', scopes: null });
  });

  it('is called at its own address only', async () => {
    const { settings, system } = await setUp();

    assert.deepEqual(http.hosts(settings), [`127.0.0.1:${system.port}`]);
  });

  it('finds the account of a person, whatever the case of the address', async () => {
    const { client } = await setUp();

    assert.deepEqual(await http.accounts?.find(client, person('ADA@meadow.example')), [
      { id: 'u-2', login: 'ada', status: 'active', privileged: false, lastSeenAt: null },
    ]);
  });

  it('says that there is no account only when it can see the known one', async () => {
    const { client, system } = await setUp();
    assert.deepEqual(await http.accounts?.find(client, person('nobody@meadow.example')), []);

    system.users.delete(service.id);
    await assert.rejects(
      http.accounts!.find(client, person('nobody@meadow.example')),
      failing('forbidden', /known account u-1 of Badge Desk is not found either/),
    );
  });

  it('lists every page', async () => {
    const many = Array.from({ length: 7 }, (_, i) => ({ email: `p${i}@meadow.example` }));
    const { client } = await setUp({ users: [service, ada, ...many], pageSize: 2 });

    const all = await listed(client);

    assert.equal(all.length, 9);
    assert.equal(new Set(all.map(({ id }) => id)).size, 9);
  });

  it('does not call a list whole that lacks the known account', async () => {
    const { client, system } = await setUp();
    system.users.delete(service.id);

    await assert.rejects(
      listed(client),
      failing('forbidden', /u-1 of Badge Desk is not in the list/),
    );
  });

  it('marks administrators, who are cut first', async () => {
    const { client } = await setUp({ users: [service, { ...ada, role: 'owner' }] });

    const [account] = await http.accounts!.find(client, person(ada.email));

    assert.equal(account?.privileged, true);
  });

  it('never believes a system that says yes and changes nothing', async () => {
    for (const capability of ['account.suspend', 'sessions.revoke', 'groups.leave'] as const) {
      const { client, system, action } = await setUp({ style: 'liar' });

      const left = await carryOut(action(capability), client, ada.id);

      assert.equal(left.kind, 'change', `${capability} is still to be done`);
      assert.deepEqual(system.effects, []);
    }
  });

  it('does not take an account that is still there for deleted', async () => {
    const { client, action } = await setUp({ style: 'liar' });

    assert.equal((await carryOut(action('account.delete'), client, ada.id)).kind, 'change');
  });

  it('does not take "not found" for deleted when the known account cannot be seen', async () => {
    const { client, system, action } = await setUp();
    system.users.clear();

    await assert.rejects(
      async () => action('account.delete').read(client, ada.id),
      failing('forbidden', /u-1 of Badge Desk cannot be read either/),
    );
  });

  it('reports "not found" as such where absence is not the goal', async () => {
    const { client, action } = await setUp();

    await assert.rejects(
      async () => action('account.suspend').read(client, 'u-404'),
      failing('not-found', /GET \/api\/users\/u-404 answered 404/),
    );
  });

  it('takes a "no" in an answer of 200 for a no, with its reason', async () => {
    const { client, action } = await setUp({
      style: 'always-200',
      users: [service, { ...ada, role: 'owner' }],
    });

    await assert.rejects(
      carryOut(action('account.suspend'), client, ada.id),
      failing('rejected', /answered 200: owners_cannot_be_suspended$/),
    );
  });

  it('goes on when a session has ended by itself', async () => {
    const { client, system, action } = await setUp();
    const revoke = action('sessions.revoke');
    const planned = revoke.plan(await revoke.read(client, ada.id), {});
    assert.ok(planned.kind === 'change');
    system.users.get(ada.id)!.sessions = ['s-2'];

    await revoke.apply(client, ada.id, planned.change);

    assert.equal(revoke.plan(await revoke.read(client, ada.id), {}).kind, 'done');
  });

  it('gives back the very role from before', async () => {
    const { client, system, action } = await setUp({
      users: [service, { ...ada, role: 'editor' }],
    });
    const leave = action('groups.leave');
    const before = await leave.read(client, ada.id);
    await carryOut(leave, client, ada.id);
    assert.equal(system.users.get(ada.id)?.role, 'guest');

    const back = leave.restore!(await leave.read(client, ada.id), before);
    assert.ok(back.kind === 'change');
    await leave.apply(client, ada.id, back.change);

    assert.equal(system.users.get(ada.id)?.role, 'editor');
  });

  it('tells the approver what will be sent, and why', async () => {
    const { client, action } = await setUp();
    const suspend = action('account.suspend');

    const planned = suspend.plan(await suspend.read(client, ada.id), {});

    assert.ok(planned.kind === 'change');
    assert.equal(planned.summary, 'POST /users/{account.id}/suspend, because status is "active".');
  });

  it('finds out what happened when the line breaks after the change', async () => {
    const { client, system, action } = await setUp();
    const suspend = action('account.suspend');
    const planned = suspend.plan(await suspend.read(client, ada.id), {});
    assert.ok(planned.kind === 'change');

    system.behaviour = 'hangs up';
    await assert.rejects(
      async () => suspend.apply(client, ada.id, planned.change),
      failing('unavailable', /POST \/api\/users\/u-2\/suspend/),
    );
    system.behaviour = 'normal';

    assert.equal(suspend.plan(await suspend.read(client, ada.id), {}).kind, 'done');
    assert.equal(system.effects.length, 1);
  });

  it('is unavailable while it is down, slow or gone', async () => {
    const { system, settings } = await setUp();
    const impatient = http.open(settings, {
      ...loopbackIo,
      fetch: (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(100) }),
    });
    system.behaviour = 'down';
    await assert.rejects(http.check(impatient), failing('unavailable', /answered 503/));
    system.behaviour = 'slow';
    await assert.rejects(http.check(impatient), failing('unavailable', /GET \/api\/me/));

    running.splice(running.indexOf(system), 1);
    await system.close();
    await assert.rejects(http.check(impatient), failing('unavailable', /ECONNREFUSED/));
  });

  it('waits as long as it is told when it is asked too often', async () => {
    const { client, system } = await setUp();
    system.behaviour = 'rate-limited';
    system.retryAfterSeconds = 40;

    await assert.rejects(http.check(client), (error: { failure: unknown }) => {
      assert.deepEqual(error.failure, {
        kind: 'rate-limited',
        detail: 'GET /api/me answered 429: {"error":"too_many_requests"}',
        retryAfterMs: 40_000,
      });
      return true;
    });
  });

  it('says that the credential is no longer accepted', async () => {
    const { settings } = await setUp();
    const client = http.open({ ...settings, secret: 'an-old-token' }, loopbackIo);

    await assert.rejects(http.check(client), failing('unauthenticated', /answered 401/));
  });
});

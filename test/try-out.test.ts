import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { exportDescription, importDescription, listDescriptions } from '#app/descriptions.ts';
import { stopEverything } from '#app/switches.ts';
import { tryAction } from '#app/try-out.ts';
import type { Tried } from '#engine/try-out.ts';
import { type HttpSystem, startHttpSystem } from '../practice/servers/http-system.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { page } from './support/pages.ts';

const shown = page('docs/connect/http-without-code.md').blocks.find((it) =>
  it.text.startsWith('address: http://127.0.0.1:4100/api'),
)!;

describe('an action is tried out on one account', () => {
  let gatehouse: TestGatehouse;
  let badges: HttpSystem;
  const trial = (it: { account?: string; capability?: string; change?: boolean }) =>
    tryAction(gatehouse.app, gatehouse.admin, 'badge', {
      ...{ account: 'u-2', capability: 'account.suspend', params: {}, change: false },
      ...it,
    }) as Promise<Tried>;

  before(async () => {
    gatehouse = await startGatehouse();
    badges = await startHttpSystem({
      name: 'Badge Desk',
      users: [
        { id: 'u-1', email: 'service@meadow.example' },
        { id: 'u-2', email: 'ada@meadow.example', sessions: ['s-1', 's-2'] },
        { id: 'u-3', email: 'root@meadow.example', role: 'owner' },
      ],
    });
    const settings = { ...parse(shown.text), address: badges.url, secret: badges.token };
    await gatehouse.connect({ id: 'badge', connector: 'http', settings }, [badges.port]);
  });
  after(async () => {
    await gatehouse.stop();
    await badges.close();
  });

  it('shows what is read and what would be sent, and changes nothing', async () => {
    const tried = await trial({});

    assert.deepEqual(tried.before, { absent: false, facts: { status: 'active' } });
    assert.equal(tried.plan?.kind, 'change');
    assert.deepEqual(tried.requests, [
      { method: 'POST', url: `${badges.url}/users/u-2/suspend`, body: null },
    ]);
    assert.deepEqual([tried.after, tried.changed, tried.failure], [null, false, null]);
    assert.equal(badges.users.get('u-2')?.status, 'active');
    const [read] = tried.exchanges;
    assert.equal(read?.request.url, `${badges.url}/users/u-2`);
    assert.equal(read?.response?.status, 200);
    assert.doesNotMatch(JSON.stringify(tried), new RegExp(badges.token));
  });

  it('is forgotten an hour later, when the next one is tried', async () => {
    await gatehouse.rows(
      "update orders set answered_at = answered_at - interval '61 minutes' where kind = 'try'",
    );
    await trial({});
    assert.equal((await gatehouse.rows("select from orders where kind = 'try'")).length, 1);
  });

  it('shows a request for each element of a list', async () => {
    const { requests } = await trial({ capability: 'sessions.revoke' });
    assert.deepEqual(
      requests?.map((it) => it.url.slice(badges.url.length)),
      ['/users/u-2/sessions/s-1', '/users/u-2/sessions/s-2'],
    );
  });

  it('changes the account only when it is told to, shows it before and after, and that is a fact', async () => {
    const tried = await trial({ change: true });

    assert.deepEqual(tried.before, { absent: false, facts: { status: 'active' } });
    assert.deepEqual(tried.after, { absent: false, facts: { status: 'suspended' } });
    assert.equal(tried.plan?.kind, 'done');
    assert.ok(tried.changed);
    assert.equal(badges.users.get('u-2')?.status, 'suspended');
    assert.deepEqual(
      tried.exchanges.map((it) => it.request.method),
      ['GET', 'POST', 'GET'],
    );
    const again = await trial({ change: true });
    assert.deepEqual([again.plan?.kind, again.changed], ['done', false]);
    const facts = await gatehouse.rows<{ count: number }>(`
      select count(*)::int
        from (select leaf from ledger.staged union all select leaf from ledger.entry) as stated
       where convert_from(leaf, 'utf8') like '%"connection.tried"%'`);
    assert.deepEqual(facts, [{ count: 2 }]);
  });

  it('does not believe a system that says yes and changes nothing', async () => {
    badges.users.get('u-2')!.status = 'active';
    badges.behaviour = 'lies';
    const tried = await trial({ change: true });
    badges.behaviour = 'normal';
    assert.deepEqual([tried.changed, tried.plan?.kind], [true, 'change']);
  });

  it('hands over the failure with everything up to it', async () => {
    const tried = await trial({ account: 'u-404' });
    assert.equal(tried.failure?.kind, 'not-found');
    assert.equal(tried.exchanges[0]?.response?.status, 404);
  });

  it('never destroys anything, and tells what is offered', async () => {
    await assert.rejects(
      trial({ capability: 'account.delete', change: true }),
      /destroys something, so it is never tried out/,
    );
    assert.equal((await trial({ capability: 'account.delete' })).plan?.kind, 'change');
    await assert.rejects(
      trial({ capability: 'device.wipe' }),
      /It offers account\.delete|It offers/,
    );
    await assert.rejects(trial({ capability: 'rm -rf' }), /no capability rm -rf/);
    assert.equal(badges.users.size, 3);
  });

  it('leaves privileged accounts alone, and stops with everything else', async () => {
    const { app, admin } = gatehouse;
    await gatehouse.rows(
      `insert into accounts (connection_id, account_id, login, status, privileged, found_at)
       values ('badge', 'u-3', 'root', 'active', true, now())`,
    );
    await assert.rejects(trial({ account: 'u-3', change: true }), /u-3 is privileged there/);

    await stopEverything(app, admin, 'a drill');
    await assert.rejects(trial({ change: true }), /Everything outgoing is stopped/);
    assert.equal((await trial({})).failure, null);
  });

  it('is for those who may change connections', async () => {
    const { app, admin } = gatehouse;
    const caller = { ...admin, user: { ...admin.user, roles: ['it-operator'] as const } };
    const asked = { account: 'u-2', capability: 'account.suspend', params: {}, change: false };
    await assert.rejects(tryAction(app, caller, 'badge', asked), /needs one of the roles it-admin/);
  });

  it('has its description handed on and replaced, and a wrong one is refused', async () => {
    const { app, admin } = gatehouse;
    const file = (await exportDescription(app, admin, 'badge')) as {
      description: { capabilities: Record<string, unknown> };
    };
    assert.doesNotMatch(JSON.stringify(file), new RegExp(`${badges.token}|127\\.0\\.0\\.1`));

    const { 'groups.leave': _, ...capabilities } = file.description.capabilities;
    const smaller = { description: { ...file.description, capabilities } };
    const { connection, check } = await importDescription(app, admin, 'badge', smaller);
    assert.deepEqual(connection.settings['description'], smaller.description);
    assert.equal((check as { works: boolean }).works, true);

    const wrong = { description: { ...file.description, account: {} } };
    await assert.rejects(importDescription(app, admin, 'badge', wrong), /not a description/);
    await assert.rejects(importDescription(app, admin, 'nobody', smaller), /nobody/);
  });

  it('has descriptions that come along to begin with', () => {
    const found = listDescriptions(gatehouse.app, gatehouse.admin);
    assert.ok(found.some((it) => it.id === 'pagerduty' && it.connector === 'http'));
  });
});

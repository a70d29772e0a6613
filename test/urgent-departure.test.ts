import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { type CaseWithSteps, showCase } from '#app/cases.ts';
import { receiveHook } from '#app/hooks.ts';
import { signStandardWebhook } from '#connector-kit/testing/sign.ts';
import { until } from '#core/testing/until.ts';
import { startScimServer } from '../practice/servers/scim.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';

const secret = `whsec_${randomBytes(24).toString('base64')}`;
const priya = 'priya@meadow.example';

const confirmed = (id: string, changes: object = {}) => ({
  type: 'departure.confirmed',
  occurred_at: new Date().toISOString(),
  person: { id, name: 'Priya Nair', email: priya, zone: 'Europe/Berlin' },
  departure: { id: 'S-88', kind: 'involuntary', urgent: true, last_working_day: '2026-12-01' },
  ...changes,
});

describe('an urgent departure by signed webhook', () => {
  let gatehouse: TestGatehouse;
  let scim: Awaited<ReturnType<typeof startScimServer>>;

  const deliver = (message: object, messageId: string, at = new Date()) => {
    const body = JSON.stringify(message);
    const headers = signStandardWebhook(secret, messageId, at, body);
    return receiveHook(gatehouse.app, { source: 'meadow-hr', headers, body: Buffer.from(body) });
  };
  const cases = () => gatehouse.rows<{ id: string }>('select id from cases');

  before(async () => {
    gatehouse = await startGatehouse();
    scim = await startScimServer({
      token: 'scim-token',
      users: [{ userName: priya, emails: [{ value: priya }] }],
      groups: [],
    });
    const { port } = new URL(scim.url);
    await gatehouse.connect(
      { id: 'wiki', connector: 'scim', settings: { baseUrl: scim.url, token: 'scim-token' } },
      [Number(port)],
    );
    await gatehouse.connect({
      id: 'meadow-hr',
      connector: 'signed-events',
      settings: { signingSecret: secret },
    });
  });
  after(async () => {
    await gatehouse.stop();
    await scim.close();
  });

  it('closes the account, reads it back, and says access removed', async () => {
    assert.deepEqual(await deliver(confirmed('E-1042'), 'msg-1'), { kind: 'taken' });

    const [opened] = await until('a case', async () => {
      const found = await cases();
      return found.length > 0 && found;
    });
    const show = () => showCase(gatehouse.app, gatehouse.admin, opened!.id);
    const done: CaseWithSteps = await until(
      'access removed',
      async () => {
        const found = await show();
        return found.case.accessRemovedAt !== null && found;
      },
      { seen: show },
    );

    const block = done.steps.find((step) => step.key.startsWith('block-sign-in@wiki'));
    assert.equal(block?.grade, 'verified');
    assert.equal(done.steps.filter((it) => it.layer === 'security' && !it.grade).length, 0);
    const [account] = scim.users.values();
    assert.equal(account?.active, false);
    assert.equal(scim.effects.filter((it) => it.what === 'suspended').length, 1);
  });

  it('answers a repeat of the delivery without doing anything again', async () => {
    assert.deepEqual(await deliver(confirmed('E-1042'), 'msg-1'), { kind: 'taken' });

    assert.equal((await cases()).length, 1);
    assert.equal((await gatehouse.rows('select from deliveries')).length, 1);
  });

  it('refuses a wrong signature and an old timestamp, and keeps nothing of them', async () => {
    const body = Buffer.from(JSON.stringify(confirmed('E-9')));
    const wrong = { 'webhook-id': 'm', 'webhook-timestamp': '1', 'webhook-signature': 'v1,AAAA' };
    const old = new Date(Date.now() - 6 * 60_000);

    const forged = await receiveHook(gatehouse.app, { source: 'meadow-hr', headers: wrong, body });
    const late = await deliver(confirmed('E-9'), 'msg-2', old);

    assert.equal(forged.kind, 'refused');
    assert.equal(late.kind, 'refused');
    assert.equal((await gatehouse.rows('select from deliveries')).length, 1);
  });

  it('keeps a genuine event that makes no sense, and tells a person', async () => {
    const broken = confirmed('E-9', { departure: { id: 'S-1', kind: 'vanished', urgent: true } });

    const answer = await deliver(broken, 'msg-3');

    assert.equal(answer.kind, 'unreadable');
    const kept = await gatehouse.rows<{ outcome: string }>(
      `select outcome from deliveries where message_id = 'msg-3'`,
    );
    assert.deepEqual(kept, [{ outcome: 'rejected' }]);
    const alerts = await gatehouse.rows(`select from alerts where kind = 'source.rejected'`);
    assert.equal(alerts.length, 1);
  });

  it('leaves a record in which every settled step has exactly one fact', async () => {
    await gatehouse.scribe.flush();

    const settled = await gatehouse.rows<{ count: number }>(
      `select count(*)::int as count from steps where status = 'settled'`,
    );
    const facts = await gatehouse.rows<{ count: number }>(
      `select count(*)::int as count from ledger.event_ix
        where type in ('step.verified', 'step.acknowledged', 'step.absent', 'step.attested', 'step.waived')`,
    );
    assert.deepEqual(facts, settled);
  });

  it('keeps the system’s own answer beside what was done', async () => {
    const [applied] = await gatehouse.rows<{
      remote: { status: number; date: string; ms: number };
    }>(
      `select body -> 'remote' as remote from ledger.event_ix
        where type = 'step.applied' and body -> 'step' ->> 'capability' = 'account.suspend'`,
    );

    assert.equal(applied?.remote.status, 200);
    assert.ok(Date.parse(applied.remote.date) > 0);
    assert.ok(applied.remote.ms >= 0);
  });
});

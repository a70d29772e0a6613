import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { createAccount } from './create-account.ts';
import { integrationsOf } from './integrations.ts';
import { email, priyaId, setUp } from './test-workspace.ts';

const person = {
  ...{ name: 'Priya Nair', email, employeeNumber: 'E-1042' },
  ...{ department: 'Sales', title: 'Lead' },
};

describe('an account in Slack', () => {
  const closed = () => ({ ...setUp('business', { deleted: true }), accountId: email });
  keepsPromises(createAccount, { person }, closed);

  it('is made for somebody who has none, and only once', async () => {
    const { client, users } = setUp('enterprise', { email: 'other@meadow.example' });
    const plan = async () =>
      createAccount.plan(await createAccount.read(client, email), { person });
    const first = await plan();
    assert.ok(first.kind === 'change' && first.change.do === 'create');
    await createAccount.apply(client, email, first.change);
    assert.equal(users.at(-1)!.externalId, 'E-1042');
    assert.equal((await plan()).kind, 'done');
    await assert.rejects(
      createAccount.apply(client, email, first.change),
      failsAs('rejected', /email_taken/),
    );
  });

  it('that was made is closed by hand on the way back, since Slack deletes none', () => {
    const now = { accounts: [{ id: priyaId, active: true }] };
    const back = createAccount.restore!(now, { accounts: [] });
    assert.ok(back.kind === 'blocked' && /deletes no accounts/.test(back.because));
  });
});

describe('integrations of somebody in Slack', () => {
  const log = [
    { user: priyaId, change: 'added', date: 10, app: 'A0CRM', type: 'CRM' },
    { user: priyaId, change: 'added', date: 11, app: 'A0OLD', type: 'Old' },
    { user: 'U0SAM', change: 'removed', date: 12, app: 'A0OLD' },
    { user: priyaId, change: 'added', date: 13, service: '77' },
    { user: priyaId, change: 'updated', date: 14, app: 'A0SAM' },
  ];

  it('are those that they put in and nobody took out', async () => {
    const { client } = setUp('business', {}, { integrations: log, pageSize: 1 });
    assert.deepEqual(await integrationsOf(client, priyaId), [
      { id: '77', kind: 'integration', name: 'Incoming WebHooks', soleOwner: true },
      { id: 'A0CRM', kind: 'integration', name: 'CRM', soleOwner: true },
    ]);
  });

  it('are looked for in every workspace of an organisation', async () => {
    const integrations = log.map((it) => ({ ...it, workspace: 'T0LAB' }));
    const { client } = setUp('enterprise', {}, { integrations });
    const found = await integrationsOf(client, priyaId);
    assert.deepEqual(found.map(({ id }) => id).sort(), ['77', 'A0CRM']);
  });
});

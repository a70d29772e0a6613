import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { changeSetting } from '#app/settings.ts';
import { fakeSlack } from '#connectors/slack/fake.ts';
import { until } from '#core/testing/until.ts';
import { serveVendors, type VendorServer } from '../practice/servers/vendors.ts';
import {
  account,
  type Company,
  houseOf,
  person,
  type ScimSystem,
  startCompany,
} from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { stepOf, watching } from './support/watch.ts';

const playbook = `
playbook: involuntary-departure
title: Involuntary departure
for: departure
applies when: { field: departure.kind, is: involuntary }
steps:
  - { id: block, layer: security, do: account.suspend, on: every account, at: access ends }
  - id: tell
    layer: operations
    notice:
      to: [manager, { email: olga@meadow.example }, { channel: "#it-ops" }]
      by: slack
      subject: "{person.title} leaves"
      text: "Access of {person.name} has ended."
    after: [layer security]
  - id: tell-channel
    layer: operations
    notice: { to: [{ channel: C0IT }], by: slack, subject: Laptops, text: "One comes back." }
    after: [layer security]
`;

const departure = (id: string, confidential = false) => ({
  ...{ id, kind: 'involuntary', urgent: true, confidential, last_working_day: '2026-11-01' },
});
/** A name and a title that would call everybody, were they not plain words. */
const eve = person('E-70', 'Eve <!channel>', { title: '@here & <!here>' });
const quinn = person('E-71', 'Quinn Quiet', { title: 'Chair' });

describe('notices and alerts by Slack', () => {
  const slack = fakeSlack({
    plan: 'enterprise',
    token: 'xoxp-1',
    botToken: 'xoxb-1',
    users: [
      { id: 'U0MONA', email: 'mona@meadow.example' },
      { id: 'U0DANA', email: 'dana@meadow.example' },
      { id: 'U0EVE', email: 'eve@meadow.example' },
      { id: 'U0QUINN', email: 'quinn@meadow.example' },
    ],
    channels: [{ id: 'C0IT', name: 'it-ops' }],
  });
  let vendors: VendorServer;
  let gatehouse: TestGatehouse;
  let company: Company;
  let directory: ScimSystem;
  let watch: ReturnType<typeof watching>;

  before(async () => {
    vendors = await serveVendors([{ hosts: ['slack.com', 'api.slack.com'], fetch: slack.fetch }]);
    gatehouse = await startGatehouse({ escalateAfterMs: [500] }, { detours: vendors.detours });
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    const users = [account('Eve'), account('Quinn Quiet')];
    directory = await company.addSystem('directory', 'identity', { users });
    await house.connect({
      ...{ id: 'slack', connector: 'slack', name: 'Slack', ca: vendors.ca },
      settings: { plan: 'enterprise', token: 'xoxp-1', botToken: 'xoxb-1' },
    });
    const { app, admin } = gatehouse;
    const { playbook: draft, problems } = await importPlaybook(app, admin, playbook);
    assert.deepEqual(
      problems.filter((it) => it.severity === 'error'),
      [],
    );
    await publishPlaybook(app, admin, draft.id);
    const dana = { name: 'Dana Designated', email: 'dana@meadow.example' };
    const ops = { name: 'Operations', email: 'ops@meadow.example' };
    await changeSetting(app, admin, 'alerts', {
      contacts: [
        { ...dana, chat: { connection: 'slack' } },
        { ...ops, chat: { connection: 'slack', channel: 'C0IT' } },
      ],
    });
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
    await vendors.close();
  });

  const told = (channel: string) => slack.posted.filter((it) => it.channel === channel);

  it('reach people and channels, and by mail whom Slack does not know', async () => {
    await company.tell('departure.confirmed', eve, departure('S-70'));
    const done = await watch.become(
      'both notices',
      eve,
      (it) => stepOf(it, 'tell')?.grade != null && stepOf(it, 'tell-channel')?.grade != null,
    );

    assert.equal(stepOf(done, 'tell')?.grade, 'acknowledged');
    assert.match(stepOf(done, 'tell')?.because ?? '', /The chat, or the mail server, took all 3/);
    const words = '@here & <!here> leaves\n\nAccess of Eve <!channel> has ended.';
    assert.deepEqual(
      told('D00MONA').map(({ shown }) => shown),
      [words],
    );
    assert.deepEqual(
      told('C0IT')
        .map(({ shown }) => shown)
        .toSorted(),
      [words, 'Laptops\n\nOne comes back.'],
    );
    assert.ok(slack.posted.every(({ called }) => called.length === 0));
    assert.deepEqual(told('D00EVE'), []);
    const letter = await company.mail.waitFor((it) => it.to.includes('olga@meadow.example'));
    assert.match(letter.text, /has ended/);
    const mail = company.mail.messages.filter((it) => it.to.includes('mona@meadow.example'));
    assert.deepEqual(
      mail.filter((it) => it.text.includes('has ended')),
      [],
    );
  });

  it('say nothing in Slack of a confidential case: its letters have quiet subjects', async () => {
    const before = slack.posted.length;
    await company.tell('departure.confirmed', quinn, departure('S-71', true));
    const done = await watch.become('the notice', quinn, (it) => stepOf(it, 'tell')?.grade != null);

    assert.equal(stepOf(done, 'tell-channel'), undefined);
    const letter = await company.mail.waitFor(
      (it) => it.to.includes('mona@meadow.example') && it.text.includes('Quinn'),
    );
    assert.equal(letter.subject, 'A message for you');
    assert.equal(slack.posted.length, before);
  });

  it('tell contacts of an alert in a conversation, and a channel only that there is one', async () => {
    const kim = person('E-72', 'Kim Kay');
    directory.users.set('kim', { ...directory.users.get('quinn')!, ...account('Kim Kay') });
    directory.behaviour = 'lies';
    await company.tell('departure.confirmed', kim, departure('S-72'));

    await until('Dana is told', () => told('D00DANA').length > 0);
    const atChannel = () => told('C0IT').filter((it) => it.shown.startsWith('Gatehouse:'));
    await until('the channel is told', () => atChannel().length > 0);

    const [{ shown } = { shown: '' }] = told('D00DANA');
    assert.match(shown, /^Gatehouse: .+\n\nDana Designated,\n\n/);
    assert.match(shown, /gatehouse case show/);
    assert.match(
      atChannel()[0]!.shown,
      /^Gatehouse: [^\n]+\n\ngatehouse case show \w+\n\nhttp:[^\n]+$/,
    );
    const { rows } = gatehouse;
    const noted = await rows(
      `select channel, recipient from alert_messages where sent_at is not null and level = 0 order by 1`,
    );
    assert.deepEqual(noted, [
      { channel: 'chat', recipient: 'dana@meadow.example' },
      { channel: 'mail', recipient: 'dana@meadow.example' },
    ]);
  });
});

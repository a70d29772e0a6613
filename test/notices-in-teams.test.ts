import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pauseConnection } from '#app/connection-page.ts';
import { type ConnectionInput, removeConnection, saveConnectionInput } from '#app/connections.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { Problem } from '#app/problem.ts';
import { changeSetting } from '#app/settings.ts';
import { retryStep } from '#app/steps.ts';
import { fakeTeams } from '#connectors/teams/fake.ts';
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
      to: [manager, { channel: it operations }]
      by: teams
      subject: "{person.name} leaves"
      text: "Access of {person.name} has ended."
    after: [layer security]
`;

const channel = 'IT operations';
const signature = 'api-version=1&sig=secret-signature';
const host = 'default1.a7.environment.api.powerplatform.com';
const departure = (id: string, confidential = false) => ({
  ...{ id, kind: 'involuntary', urgent: true, confidential, last_working_day: '2026-11-01' },
});
/** A name that would call everybody and make a link, were it not plain words. */
const eve = person('E-80', 'Eve <at>all</at> [x](https://x.example)');
const quinn = person('E-81', 'Quinn Quiet');
const kim = person('E-82', 'Kim Kay');
const olga = person('E-83', 'Olga Off');

describe('notices and alerts by Teams', () => {
  const teams = fakeTeams({ signature });
  let vendors: VendorServer;
  let gatehouse: TestGatehouse;
  let company: Company;
  let directory: ScimSystem;
  let watch: ReturnType<typeof watching>;
  let connection: ConnectionInput;

  before(async () => {
    vendors = await serveVendors([{ hosts: [host], fetch: teams.fetch }]);
    gatehouse = await startGatehouse({ escalateAfterMs: [500] }, { detours: vendors.detours });
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    const users = [eve, quinn, kim, olga].map(({ name }) => account(name));
    directory = await company.addSystem('directory', 'identity', { users });
    const address = `https://${host}:443/powerautomate/automations/direct/workflows/w1/triggers/manual/paths/invoke`;
    connection = {
      ...{ id: 'teams', connector: 'teams', name: 'Teams', ca: vendors.ca },
      settings: { channel, address, signature },
    };
    await house.connect(connection);
    const { app, admin } = gatehouse;
    const { playbook: draft, problems } = await importPlaybook(app, admin, playbook);
    assert.deepEqual(
      problems.filter((it) => it.severity === 'error'),
      [],
    );
    await publishPlaybook(app, admin, draft.id);
    await contacts({ connection: 'teams', channel });
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
    await vendors.close();
  });

  /** Where the one contact is told, beside the mail. */
  const contacts = (chat: object | null) =>
    changeSetting(gatehouse.app, gatehouse.admin, 'alerts', {
      contacts: [{ name: 'Dana Designated', email: 'dana@meadow.example', chat }],
    });
  const letterTo = (address: string, words: string) =>
    company.mail.waitFor((it) => it.to.includes(address) && it.text.includes(words));

  it('post a test message when the connection is added, and nothing else', () => {
    assert.deepEqual(teams.posted, ['Gatehouse\nGatehouse can post into this channel.']);
  });

  it('reach the channel, and by mail whoever is to be told alone', async () => {
    await company.tell('departure.confirmed', eve, departure('S-80'));
    const done = await watch.become('the notice', eve, (it) => stepOf(it, 'tell')?.grade != null);

    assert.equal(stepOf(done, 'tell')?.grade, 'acknowledged');
    assert.match(stepOf(done, 'tell')?.because ?? '', /The chat, or the mail server, took all 2/);
    assert.equal(teams.posted.at(-1), `${eve.name} leaves\nAccess of ${eve.name} has ended.`);
    await letterTo('mona@meadow.example', eve.name);
  });

  it('say nothing in Teams of a confidential case, neither the notice nor an alert', async () => {
    const before = teams.posted.length;
    directory.behaviour = 'lies';
    await company.tell('departure.confirmed', quinn, departure('S-81', true));

    const alert = await letterTo('dana@meadow.example', 'confidential departure');

    assert.match(alert.subject, /^Gatehouse: /);
    directory.behaviour = 'normal';
    const [held] = (await watch.caseOf(quinn))!.steps.filter((it) => it.status === 'held');
    await retryStep(gatehouse.app, gatehouse.admin, held!.id);
    await watch.become('the notice', quinn, (it) => stepOf(it, 'tell')?.grade != null);
    await letterTo('mona@meadow.example', quinn.name);
    assert.deepEqual(teams.posted.slice(before), []);
  });

  it('tell the channel that there is an alert and where to look, and the contact the rest by mail', async () => {
    directory.behaviour = 'lies';
    await company.tell('departure.confirmed', kim, departure('S-82'));
    const isAlert = (it: string) => it.startsWith('Gatehouse: ');
    await until('the channel is told', () => teams.posted.some(isAlert));

    assert.match(
      teams.posted.find(isAlert)!,
      /^Gatehouse: [^\n]+\ngatehouse case show \w+\nhttp:[^\n]+$/,
    );
    assert.doesNotMatch(teams.posted.find(isAlert)!, /Kim/);
    await letterTo('dana@meadow.example', 'Dana Designated');
    directory.behaviour = 'normal';
  });

  it('reach a person by mail when the channel refuses, and the channel once it takes them again', async () => {
    teams.workflow.isOff = true;
    const before = teams.posted.length;
    await company.tell('departure.confirmed', olga, departure('S-83'));
    const found = await watch.become('held', olga, (it) => stepOf(it, 'tell')?.status === 'held');

    const { id, failure } = stepOf(found, 'tell')!;
    assert.match(failure?.detail ?? '', /it operations: .*WorkflowTriggerIsNotEnabled/);
    await letterTo('dana@meadow.example', found.case.id);
    const letters = () =>
      company.mail.messages.filter(
        (it) => it.to.includes('mona@meadow.example') && it.text.includes(olga.name),
      ).length;
    assert.deepEqual([letters(), teams.posted.slice(before)], [1, []]);

    teams.workflow.isOff = false;
    await retryStep(gatehouse.app, gatehouse.admin, id);

    await watch.become('told', olga, (it) => stepOf(it, 'tell')?.grade === 'acknowledged');
    const told = teams.posted.slice(before).filter((it) => it.startsWith(olga.name));
    assert.deepEqual([letters(), told.length], [1, 1]);
  });

  const refused =
    (...words: readonly RegExp[]) =>
    (error: unknown) => {
      assert.ok(error instanceof Problem);
      const said = [error.message, ...error.details.flatMap((it) => [it.at, it.problem])];
      for (const it of words) assert.match(said.join('\n'), it);
      return true;
    };

  it('are refused where they could not arrive', async () => {
    const at = /contacts\.0\.chat\.connection/;
    const cases: [object, RegExp[]][] = [
      [
        { connection: 'tems', channel },
        [at, /There is no connection tems\. Connect the chat first/],
      ],
      [{ connection: 'post' }, [at, /\(post\) is not set up to carry messages to people/]],
      [
        { connection: 'teams' },
        [/“IT operations” only, and tells nobody alone\. Name the channel/],
      ],
      [{ connection: 'teams', channel: 'Sales' }, [/“IT operations” only, and not into “Sales”/]],
    ];
    for (const [chat, words] of cases) await assert.rejects(contacts(chat), refused(...words));
    await contacts({ connection: 'teams', channel: ' it Operations' });

    const { app, admin } = gatehouse;
    const dana = { name: 'Dana Designated', email: 'dana@meadow.example' };
    const others: [Record<string, unknown>, RegExp[]][] = [
      [{ mailConnection: 'pots' }, [/^mailConnection$/m, /no connection pots\. Connect the mail/]],
      [{ mailConnection: 'teams' }, [/Teams \(teams\) is no mail connection/]],
      [
        { contacts: [{ ...dana, webhook: 'pager' }] },
        [/contacts\.0\.webhook/, /no connection pager\. Connect the webhook first/],
      ],
      [{ contacts: [{ ...dana, webhook: 'post' }] }, [/\(post\) is no receiver of webhooks/]],
    ];
    for (const [change, words] of others) {
      await assert.rejects(changeSetting(app, admin, 'alerts', change), refused(...words));
    }
  });

  it('keep their connection from being removed or turned to another channel', async () => {
    const { app, admin } = gatehouse;
    const settings = { ...connection.settings, channel: 'Sales' };
    await assert.rejects(
      saveConnectionInput(app, admin, { ...connection, settings }),
      refused(/Dana Designated cannot be told there\. Teams \(teams\) posts into “Sales” only/),
    );
    await assert.rejects(
      removeConnection(app, admin, 'teams'),
      refused(/how these contacts are told of alerts: Dana Designated\. In the settings, alerts/),
    );

    await assert.rejects(
      removeConnection(app, admin, 'post'),
      refused(/It carries alerts, tasks and notices.*name another, or null/),
    );
    for (const id of ['teams', 'post'])
      await assert.rejects(pauseConnection(app, admin, id, 'Silence'), refused(/Then pause it\./));

    await contacts(null);
    await removeConnection(app, admin, 'teams');

    await assert.rejects(
      contacts({ connection: 'teams', channel }),
      refused(/The connection teams was removed/),
    );
  });
});

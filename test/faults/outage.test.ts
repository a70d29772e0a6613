import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { acknowledge, listAlerts } from '#app/alerts.ts';
import { changeSetting } from '#app/settings.ts';
import { attestStep } from '#app/steps.ts';
import { until } from '#core/testing/until.ts';
import { climb } from '#store/alerts.ts';
import { startScimServer } from '../../practice/servers/scim.ts';
import { startSmtpServer } from '../../practice/servers/smtp.ts';
import { checkInvariants } from '../support/invariants.ts';
import { type House, type Leaver, leaver, newSecret, startHouse } from './house.ts';
import { observe } from './observe.ts';
import { startReceiver } from './receiver.ts';

const playbook = `
  playbook: involuntary-departure
  title: Block everywhere
  for: departure
  steps:
    - { id: block, layer: security, do: account.suspend, on: every account }
`;
const contact = (name: string, webhook: string | null = null) => ({
  name,
  email: `${name.toLowerCase()}@meadow.example`,
  webhook,
});

/** When the second and the third contact are told. */
const escalateAfterMs = [700, 1_400];
const people = [1, 2, 3, 4].map((i) => leaver(`p${i}`));

describe('a system that is down for longer than we try at once', () => {
  let house: House;
  let wiki: Awaited<ReturnType<typeof startScimServer>>;
  let chat: Awaited<ReturnType<typeof startScimServer>>;
  let mails: Awaited<ReturnType<typeof startSmtpServer>>;
  let pager: Awaited<ReturnType<typeof startReceiver>>;
  const password = newSecret();
  /** What left the house through servers that are gone. */
  const seen: object[] = [];

  before(async () => {
    house = await startHouse(playbook, { escalateAfterMs, callMs: 2_000 });
    const users = people.map(({ id, email }) => ({ id, userName: email }));
    mails = await startSmtpServer({ user: 'gate', password });
    await house.connect(
      {
        id: 'post',
        connector: 'mail',
        settings: {
          host: mails.host,
          port: mails.port,
          tls: 'none',
          user: 'gate',
          password,
          from: 'gate@meadow.example',
        },
      },
      mails.port,
    );
    const signingSecret = `whsec_${randomBytes(24).toString('base64')}`;
    pager = await startReceiver(signingSecret);
    const settings = { url: pager.url, signingSecret };
    await house.connect({ id: 'pager', connector: 'webhook', settings }, pager.port);
    [wiki, chat] = (await Promise.all(
      ['wiki', 'chat'].map(async (id) => {
        const token = newSecret();
        const server = await startScimServer({ token, users });
        const owner = id === 'wiki' ? { name: 'Olga', email: 'olga@meadow.example' } : null;
        const settings = { baseUrl: server.url, token, groups: 'none' };
        const port = Number(new URL(server.url).port);
        await house.connect({ id, connector: 'scim', settings, owner }, port);
        return server;
      }),
    )) as [typeof wiki, typeof chat];
    await contacts(contact('First', 'pager'), contact('Second'), contact('Third'));
  });
  after(async () => {
    await house.stop();
    await Promise.all([wiki.close(), chat.close(), mails.close(), pager.close()]);
  });

  const contacts = (...contacts: object[]) =>
    changeSetting(house.gatehouse.app, house.gatehouse.admin, 'alerts', {
      contacts,
      mailConnection: 'post',
    });
  const { alerts, connection } = observe(() => house);
  const openAlert = (kind: string) =>
    until(`an alert ${kind}`, async () =>
      (await alerts()).find((it) => it.kind === kind && it.resolvedAt === null),
    );
  const blocked = (server: typeof wiki, who: Leaver) => server.users.get(who.id)?.active === false;

  it('stops nothing else, and a person hears of it by mail and by webhook', async () => {
    const [who] = people as [Leaver];
    wiki.behaviour = 'down';
    await house.confirm(who);

    await until('the other system to be closed', () => blocked(chat, who));
    const alert = await openAlert('connection.down');
    const mail = await mails.waitFor((it) => it.to.includes('first@meadow.example'));
    assert.equal(mail.subject, 'Gatehouse: wiki does not answer');
    assert.match(mail.text, /Steps in wiki wait until it answers; all others go on/);
    const message = await until('a webhook', () =>
      pager.messages.find((it) => it['type'] === 'alert.opened'),
    );
    assert.deepEqual(
      { alert: message['alert'], kind: message['kind'], connection: message['connection'] },
      { alert: alert.id, kind: 'connection.down', connection: 'wiki' },
    );
    assert.doesNotMatch(JSON.stringify(message), /Leaver|p1@/, 'nobody is named outside');
    assert.deepEqual(pager.refused, []);
  });

  it('shows that the departure is not complete, and which system is down', async () => {
    const found = await house.find(people[0]!);

    assert.equal(found?.case.state, 'running');
    assert.equal(found?.case.accessRemovedAt, null);
    const waiting = found?.steps.filter((it) => it.grade === null) ?? [];
    assert.deepEqual([...new Set(waiting.map((it) => it.connectionId ?? 'wiki'))], ['wiki']);
    const lookUp = waiting.find((it) => it.connectionId === 'wiki');
    assert.match(lookUp?.because ?? '', /answered 503/);
    assert.ok((await connection('wiki'))?.downSince);
    assert.equal((await connection('chat'))?.downSince, null);
  });

  it('is told of rung by rung, the owner of the connection first, nobody twice', async () => {
    const alert = await openAlert('connection.down');
    const third = await mails.waitFor((it) => it.to.includes('third@meadow.example'));
    const mailTo = (name: string) =>
      mails.messages.filter((it) => it.to.includes(`${name}@meadow.example`));

    const afterMs = (at: Date) => at.getTime() - alert.openedAt.getTime();
    assert.equal(mailTo('olga').length, 1);
    assert.equal(mailTo('first').length, 1);
    assert.equal(mailTo('second').length, 1);
    assert.equal(mailTo('third').length, 1);
    // Written down once the mail server has taken them.
    const rungs = await until('three rungs to be told', async () => {
      const rows = await house.gatehouse.rows<{ recipients: string[] }>(
        `select array_agg(split_part(recipient, '@', 1) order by recipient) as recipients
           from alert_messages
          where alert_id = $1 and channel = 'mail' and sent_at is not null
          group by level
          order by level`,
        alert.id,
      );
      return rows.length === 3 && rows.map((it) => it.recipients);
    });
    assert.deepEqual(rungs, [['first', 'olga'], ['second'], ['third']]);
    assert.ok(afterMs(mailTo('second')[0]!.at) >= escalateAfterMs[0]!);
    assert.ok(afterMs(third.at) >= escalateAfterMs[1]!);
  });

  it('is told to the last one again while nobody sees to it, and no more once somebody does', async () => {
    const { app, admin, rows } = house.gatehouse;
    const { id } = await openAlert('connection.down');
    const letters = () =>
      ['olga', 'first', 'second', 'third'].map(
        (name) => mails.messages.filter((it) => it.to.includes(`${name}@meadow.example`)).length,
      );
    const told = await until('the end of the ladder', async () => {
      const alert = await openAlert('connection.down');
      return alert.level === 3 && alert;
    });
    assert.ok(told.nextAt && told.nextAt.getTime() > Date.now() + 3.5 * 3_600_000);

    await rows(`update alerts set next_at = now() - interval '2 seconds' where id = $1`, id);
    await until('one more letter', () => letters()[3] === 2);
    assert.deepEqual(letters(), [1, 1, 1, 2]);
    assert.ok(mails.messages.at(-1)?.text.includes(`gatehouse alerts acknowledge ${id}`));
    await until(
      'it to be written down',
      async () => (await openAlert('connection.down')).level === 4,
    );

    await acknowledge(app, admin, id);
    const seenTo = await openAlert('connection.down');
    assert.deepEqual([seenTo.nextAt, seenTo.acknowledgedBy], [null, admin.user.id]);
    // Even if somebody had been about to tell of it.
    await climb(app.pool, { alertId: id, level: 5, nextAt: new Date() });
    assert.equal((await openAlert('connection.down')).nextAt, null);
    await assert.rejects(acknowledge(app, admin, id), /Somebody sees to this alert already/);
  });

  it('is asked again and again, by few, and finishes by itself once it answers', async () => {
    const asked = wiki.requests.length;
    await until('the next probe', () => wiki.requests.length > asked);

    wiki.behaviour = 'normal';
    await house.completed(people[0]!);

    assert.ok(blocked(wiki, people[0]!));
    assert.equal((await connection('wiki'))?.downSince, null);
    const [alert] = (await alerts()).filter((it) => it.kind === 'connection.down');
    assert.ok(alert?.resolvedAt);
    assert.equal(alert.nextAt, null, 'nobody else is told');
  });

  it('is told of when all that there is to tell with was down as well', async () => {
    const who = people[1]!;
    const { port } = mails;
    await contacts(contact('First'));
    await mails.close();
    wiki.behaviour = 'down';
    await house.confirm(who);
    const alert = await openAlert('connection.down');
    await until('a mail that did not go out', async () => {
      const [row] = await house.gatehouse.rows<{ last_error: string }>(
        'select last_error from alert_messages where alert_id = $1 and sent_at is null',
        alert.id,
      );
      return row?.last_error.includes('ECONNREFUSED');
    });

    seen.push(...mails.messages);
    mails = await startSmtpServer({ port, user: 'gate', password });
    const mail = await mails.waitFor((it) => it.to.includes('first@meadow.example'));
    assert.equal(mail.subject, 'Gatehouse: wiki does not answer');
    wiki.behaviour = 'normal';
    await house.completed(who);
  });

  it('is visible and in the log when nobody is set up to be told, and told to who comes', async () => {
    const who = people[2]!;
    await contacts();
    await house.connect({ id: 'wiki', connector: 'scim', settings: wikiSettings(), owner: null });
    wiki.behaviour = 'down';
    await house.confirm(who);
    const alert = await openAlert('connection.down');

    await until('a line in the log', () =>
      house.gatehouse.logs.some(
        (it) => it.includes(alert.id) && it.includes('no alert contact is set'),
      ),
    );
    assert.equal((await openAlert('connection.down')).level, 0);

    await contacts(contact('Late'));
    await mails.waitFor((it) => it.to.includes('late@meadow.example'));
    wiki.behaviour = 'normal';
    await house.completed(who);
  });

  it('is not down when it only says no, and that is told as well', async () => {
    const who = people[3]!;
    chat.behaviour = { status: 404, body: '{}' };
    await house.confirm(who);
    await until('the other system to be closed', () => blocked(wiki, who));
    const held = await openAlert('step.held');
    assert.equal(held.connectionId, 'chat');
    assert.equal((await connection('chat'))?.downSince, null);
  });

  it('leaves an unbroken record, and no secret anywhere', async () => {
    const all = [...seen, ...mails.messages, ...pager.messages].map((it) => JSON.stringify(it));
    const effects = [...wiki.effects, ...chat.effects].map((it, i) => ({
      id: `${i < wiki.effects.length ? 'wiki' : 'chat'} ${it.id}`,
      what: it.what,
    }));
    await checkInvariants(house.gatehouse, { secrets: house.secrets, seen: all, effects });
  });

  const wikiSettings = () => ({ baseUrl: wiki.url, groups: 'none' });
});

describe('a mail server that is down when people are to be asked and told', () => {
  it('gets every letter once it is back, each of them once', async (t) => {
    const house = await startHouse(`
      playbook: involuntary-departure
      title: Letters
      for: departure
      steps:
        - id: tell
          layer: operations
          notice: { to: [{ email: ops@meadow.example }], subject: "{person.name} left", text: Done. }
        - id: keys
          layer: operations
          task:
            title: Collect the keys
            assign to: { email: porter@meadow.example }
            due: last working day + 5 days
    `);
    t.after(() => house.stop());
    const { app, admin } = house.gatehouse;
    const before = await startSmtpServer();
    const { host, port } = before;
    const settings = { host, port, tls: 'none', from: 'gate@meadow.example' };
    await house.connect({ id: 'post', connector: 'mail', settings }, port);
    await changeSetting(app, admin, 'alerts', { mailConnection: 'post' });
    await before.close();

    const who = leaver('p1');
    await house.confirm(who);
    const untold = await until('an alert', async () =>
      (await listAlerts(app, admin, 100)).find((it) => it.kind === 'task.untold'),
    );
    const keys = await until('the task to be there', async () =>
      (await house.find(who))?.steps.find((it) => it.key === 'keys'),
    );
    assert.match(keys.because ?? '', /the mail did not go out: .*ECONNREFUSED/);

    const mails = await startSmtpServer({ port });
    t.after(() => mails.close());
    const task = await mails.waitFor((it) => it.to.includes('porter@meadow.example'));
    assert.equal(task.subject, 'Gatehouse: Collect the keys', 'not a reminder');
    await mails.waitFor((it) => it.subject === 'Leaver p1 left');
    const asked = await until('it to be known that somebody was asked', async () => {
      const found = await house.find(who);
      return found?.steps.find((it) => it.key === 'keys' && it.because?.startsWith('Asked'));
    });
    await attestStep(app, admin, asked.id, { reason: 'He brought them.', proof: 'keys' });
    await house.completed(who);

    assert.equal(mails.messages.length, 2);
    const alert = (await listAlerts(app, admin, 100)).find((it) => it.id === untold.id);
    assert.ok(alert?.resolvedAt);
    await checkInvariants(house.gatehouse, { secrets: house.secrets });
  });
});

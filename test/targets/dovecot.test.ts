import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createTransport } from 'nodemailer';
import { openGuard } from '#connector-kit/guard.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { type Dovecot as Client, openDovecot } from '#connectors/dovecot/api.ts';
import { forgetPasswords } from '#connectors/dovecot/forget-passwords.ts';
import { handOverMailbox } from '#connectors/dovecot/hand-over-mailbox.ts';
import { dovecot as connector } from '#connectors/dovecot/index.ts';
import { revokeSessions } from '#connectors/dovecot/revoke-sessions.ts';
import { scopes } from '#connectors/dovecot/scopes.ts';
import { settings } from '#connectors/dovecot/settings.ts';
import { until } from '#core/testing/until.ts';
import { freePort } from '../../practice/servers/program.ts';
import { type SmtpTestServer, startSmtpServer } from '../../practice/servers/smtp.ts';
import { type Dovecot, startDovecot } from './dovecot.ts';
import { type Postfix, startPostfix } from './postfix.ts';

type Params = Parameters<typeof handOverMailbox.plan>[1];

const domain = 'meadow.example';
const at = (name: string) => `${name}@${domain}`;
const sam = at('sam');
/** Of whom everybody belongs to one test. */
const leavers = ['priya', 'ada', 'tom', 'eve', 'ola', 'kim'];

let server: Dovecot;
let postfix: Postfix;
/** Customers, and where people have their mail at home. */
let outside: SmtpTestServer;
let client: Client;
const guard = openGuard({
  onPremises: () => [
    { host: 'localhost', port: server.httpsPort, network: '127.0.0.0/8', http: false },
  ],
  lookup: async () => [{ address: '127.0.0.1', family: 4 }],
});

function clientWith(apiKey: string, more: object = {}): Client {
  const filled = settings.parse({ address: server.httpsUrl, apiKey, ...more });
  const binding = { hosts: connector.hosts(filled), ca: server.caPem, now: () => new Date() };
  return openDovecot(filled, guard.ioFor(binding));
}

before(async () => {
  const port = await freePort();
  outside = await startSmtpServer();
  const people = Object.fromEntries(['sam', ...leavers].map((it) => [at(it), `${it} 1`]));
  server = await startDovecot({ people, submissionPort: port });
  postfix = await startPostfix({
    ...{ port, domain, lmtpPort: server.lmtpPort },
    elsewhere: { 'customer.example': outside.port, 'home.example': outside.port },
  });
  client = clientWith(server.apiKey);
});
after(async () => {
  await guard.close();
  await postfix.stop();
  await server.stop();
  await outside.close();
});

/** Mail from a customer, through Postfix. */
async function write(to: string, subject: string): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port: postfix.port, ignoreTLS: true });
  await transport.sendMail({ from: 'ed@customer.example', to, subject, text: 'An order.' });
  transport.close();
}

/** Waits until somebody, by a mail program, sees mail of this subject in a mailbox. */
async function arrives(reader: string, mailbox: string, subject: string): Promise<string> {
  const imap = await server.imap(reader);
  try {
    return await until(`“${subject}” to arrive in ${mailbox} of ${reader}`, async () => {
      const mail = await imap.mailIn(mailbox);
      return mail.includes(`Subject: ${subject}`) && mail;
    });
  } finally {
    imap.close();
  }
}

async function handOver(login: string, params: Params) {
  const before = await handOverMailbox.read(client, login, { params, before: null });
  const planned = handOverMailbox.plan(before, params);
  assert.ok(planned.kind === 'change', JSON.stringify(planned));
  // Twice, as after an answer that was never heard.
  for (const _ of [1, 2]) await handOverMailbox.apply(client, login, planned.change);
  const after = await handOverMailbox.read(client, login, { params, before });
  assert.deepEqual(handOverMailbox.plan(after, params).kind, 'done', JSON.stringify(after));
  return { before, after };
}

/** What others may do in a mailbox. */
const rightsIn = (login: string, mailbox: string) =>
  server.doveadm('aclGet', { user: login, mailbox });

describe('a real Dovecot', () => {
  it('has every command that we name, and lets nobody in with a wrong key', async () => {
    const { actingAs, scopes: there } = await connector.check(client);
    assert.equal(actingAs, `doveadm at localhost:${server.httpsPort}`);
    assert.deepEqual(there, Object.values(scopes));
    await assert.rejects(connector.check(clientWith('wrong')), failsAs('unauthenticated'));
    await assert.rejects(clientWith('wrong').sessionsOf(sam), failsAs('unauthenticated'));
  });

  it('says who is there, and who is not', async () => {
    const found = (email: string) =>
      connector.accounts!.find(client, { email, employeeNumber: null, name: '' });
    assert.deepEqual(
      (await found('Sam@Meadow.example')).map(({ id }) => id),
      [sam],
    );
    assert.deepEqual(await found(at('nobody')), []);
    const all: string[] = [];
    for await (const { login } of connector.accounts!.list(client)) all.push(login);
    assert.deepEqual(all.toSorted(), ['sam', ...leavers].map(at).toSorted());
  });
});

describe('signing out', () => {
  it('ends a live session that the new password left alone, and the old password opens nothing', async () => {
    const login = at('ada');
    const [live, other] = [await server.imap(login), await server.imap(sam)];
    await server.setPassword(login, 'changed elsewhere');
    await live.command('NOOP');
    // The trap: Dovecot remembers what was right before.
    (await server.imap(login, 'ada 1')).close();

    const state = await revokeSessions.read(client, login);
    const planned = revokeSessions.plan(state, {});
    assert.ok(planned.kind === 'change', JSON.stringify(planned));
    await revokeSessions.apply(client, login, planned.change);

    await live.ended();
    await until('nobody to be signed in', async () => {
      return revokeSessions.plan(await revokeSessions.read(client, login), {}).kind === 'done';
    });
    await assert.rejects(server.imap(login, 'ada 1'), /AUTHENTICATIONFAILED/);
    (await server.imap(login)).close();
    await other.command('NOOP');
    other.close();
    // Nobody there is nothing wrong.
    await client.kick(at('tom'));
  });

  it('without a live session, has Dovecot forget the old password all the same', async () => {
    const login = at('tom');
    (await server.imap(login)).close();
    await server.setPassword(login, 'changed elsewhere');
    (await server.imap(login, 'tom 1')).close();

    const { summary } = await forgetPasswords.send(client, login, {});

    assert.match(summary, /1 entries/);
    await assert.rejects(server.imap(login, 'tom 1'), /AUTHENTICATIONFAILED/);
  });
});

describe('handing over a mailbox', () => {
  it('delivers, replies and sends on, the reader reads by a mail program, and all of it can be undone', async () => {
    const login = at('priya');
    const folder = 'Projekte/Größe & Maß';
    await server.doveadm('mailboxCreate', { user: login, mailbox: [folder] });
    await server.doveadm('aclSet', {
      ...{ user: login, mailbox: 'INBOX', id: `user=${at('eve')}`, right: ['lookup', 'read'] },
    });
    await server.doveadm('sievePut', {
      ...{ user: login, scriptname: 'mine', activate: true },
      file: 'require "copy";\nredirect :copy "priya@home.example";\n',
    });
    await write(login, 'Before');
    await outside.waitFor((it) => it.to.includes('priya@home.example'));
    await arrives(at('eve'), `shared/${login}`, 'Before');

    // Long, and with letters that Dovecot spoils when it gives a script back.
    const reply = `Priya arbeitet nicht mehr hier. "Grüße" \\ $\{1} 🌻${' Grüße'.repeat(700)}`;
    const wanted: Params = {
      ...{ to: sam, reply, subject: 'Schöne Grüße:', until: '2999-12-31' },
      forward: 'to the reader',
    };
    const { before, after } = await handOver(login, wanted);

    assert.deepEqual(
      after.shares?.map(({ mailbox, who }) => [mailbox, who]),
      ['INBOX', folder].map((mailbox) => [mailbox, `user=${sam}`]),
    );
    await write(login, 'After');
    const answer = await outside.waitFor((it) => /After/.test(it.subject));
    assert.deepEqual(answer.to, ['ed@customer.example']);
    assert.equal(answer.subject, 'Schöne Grüße: After');
    assert.equal(answer.text.replaceAll(/\s+/g, ' ').trim(), reply);
    await arrives(sam, 'INBOX', 'After');
    await arrives(sam, `shared/${login}`, 'After');
    await arrives(login, 'INBOX', 'After');
    await assert.rejects(arrives(at('eve'), `shared/${login}`, 'After'), /a\d+ NO/);
    assert.equal(outside.messages.filter((it) => it.to.includes('priya@home.example')).length, 1);
    const reader = await server.imap(sam);
    await assert.rejects(reader.command(`DELETE "shared/${login}/Projekte"`), /a\d+ NO/);
    reader.close();

    const known = { params: wanted, before };
    const back = handOverMailbox.restore!(await handOverMailbox.read(client, login, known), before);
    assert.ok(back.kind === 'change');
    await handOverMailbox.apply(client, login, back.change);

    assert.deepEqual(await server.doveadm('sieveList', { user: login }), [
      { script: 'mine', active: 'ACTIVE' },
    ]);
    await arrives(at('eve'), `shared/${login}`, 'After');
    await assert.rejects(arrives(sam, `shared/${login}`, 'After'), /a\d+ NO/);
  });

  it('replies no more once the last day is over, and runs no script that was made by hand', async () => {
    const login = at('ola');
    await server.writeScript(login, 'redirect "ola@home.example";\n');
    const params: Params = {
      ...{ to: sam, reply: 'Gone.', until: '2020-12-31' },
      forward: 'to the reader',
    };
    const { before } = await handOver(login, params);
    assert.equal(before.script?.active, null);

    await write(login, 'Too late');

    // The reply would have been sent first.
    await arrives(sam, 'INBOX', 'Too late');
    await arrives(login, 'INBOX', 'Too late');
    assert.ok(!outside.messages.some((it) => /Too late/.test(it.subject)));

    const now = await handOverMailbox.read(client, login, { params, before });
    const back = handOverMailbox.restore!(now, before);
    assert.ok(back.kind === 'change');
    await handOverMailbox.apply(client, login, back.change);
    await write(login, 'Back');
    await outside.waitFor((it) => it.to.includes('ola@home.example'));
  });

  it('lets nobody into mailboxes that others share with the person, or that are everybody’s', async () => {
    const login = at('kim');
    await server.doveadm('aclSet', {
      ...{ user: sam, mailbox: 'INBOX', id: `user=${login}`, right: ['lookup', 'read'] },
    });
    const imap = await server.imap(login);
    const listed = await imap.command('LIST "" "*"');
    assert.ok(/public\/News/.test(listed) && /shared\/sam/.test(listed), listed);
    imap.close();
    const untouched = [await rightsIn(sam, 'INBOX'), await rightsIn(login, 'public/News')];

    const mistaken = clientWith(server.apiKey, { shared: 'user/%u/' });
    const seen = await handOverMailbox.read(mistaken, login);
    assert.equal(handOverMailbox.plan(seen, {}).kind, 'blocked', JSON.stringify(seen));
    assert.deepEqual(seen.foreign, [`shared/${sam}`]);
    assert.deepEqual(await client.mailboxesOf(login), ['INBOX']);
    await handOver(login, { to: at('eve') });

    assert.deepEqual(
      [await rightsIn(sam, 'INBOX'), await rightsIn(login, 'public/News')],
      untouched,
    );
  });
});

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import type { Io, Message } from '#connector-kit/contract.ts';
import { type Certificate, makeAuthority } from '#connector-kit/testing/certificate.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { mail } from '#connectors/mail/index.ts';
import { settings } from '#connectors/mail/settings.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { type SmtpServerOptions, startSmtpServer } from '../../practice/servers/smtp.ts';

const message: Message = {
  to: 'ada@meadow.example',
  subject: 'Your last day',
  text: 'Hello Ada',
  messageId: '<case-1.step-2@gatehouse.meadow.example>',
};

async function start(t: TestContext, options: SmtpServerOptions = {}) {
  const server = await startSmtpServer(options);
  t.after(() => server.close());
  return server;
}

/** A client of the server, with whatever else an administrator fills in. */
function clientOf({ port }: { port: number }, more: object = {}, io: Io = loopbackIo) {
  const basis = { host: '127.0.0.1', port, tls: 'none', from: 'hr@meadow.example' };
  return mail.open(settings.parse({ ...basis, ...more }), io);
}

const send = (client: unknown, change: Partial<Message> = {}) =>
  mail.mail!.send(client, { ...message, ...change });

async function failureOf(ending: Promise<unknown>): Promise<Failure> {
  const error = await ending.then(
    () => null,
    (it: unknown) => it,
  );
  assert.ok(error instanceof ConnectorError, `Expected a failure, not ${error}`);
  return error.failure;
}

describe('a mail', () => {
  it('arrives as it was written, at the one it was written to', async (t) => {
    const server = await start(t);
    const subject = 'Dein letzter Tag — schöne Grüße, und ein Betreff länger als eine Zeile 🌻';
    const text = `Liebe Ada,\n\n.a line with a dot in front\nÜber ${'sehr '.repeat(300)}lang 🌻`;

    const receipt = await send(clientOf(server, { fromName: 'Meadow & Co, HR' }), {
      subject,
      text,
    });

    assert.match(receipt.summary, /^127\.0\.0\.1:\d+ accepted the message: 250 Kept as 1$/);
    const [got] = server.messages;
    assert.equal(got?.from, 'hr@meadow.example');
    assert.deepEqual(got?.to, ['ada@meadow.example']);
    assert.equal(got?.subject, subject);
    assert.equal(got?.text, text);
    assert.equal(got?.messageId, message.messageId);
    assert.equal(got?.headers['from'], '"Meadow & Co, HR" <hr@meadow.example>');
    assert.equal(got?.headers['auto-submitted'], 'auto-generated');
  });

  it('keeps its id in every attempt, so that a repeat can be dropped', async (t) => {
    const server = await start(t);

    await send(clientOf(server));
    await send(clientOf(server), { messageId: message.messageId.slice(1, -1) });

    assert.deepEqual(
      server.messages.map((it) => it.messageId),
      [message.messageId, message.messageId],
    );
  });

  it('can be waited for', async (t) => {
    const server = await start(t);
    const coming = server.waitFor((it) => it.subject === 'Later');

    await send(clientOf(server), { subject: 'Sooner' });
    await send(clientOf(server), { subject: 'Later' });

    assert.equal((await coming).subject, 'Later');
    await assert.rejects(
      server.waitFor((it) => it.subject === 'Never', 10),
      /No such mail came in 10 ms\. What came: "Sooner", "Later"/,
    );
  });

  const injections: [what: string, change: Partial<Message>, because: RegExp][] = [
    ['a header in the subject', { subject: 'Hi\r\nBcc: all@meadow.example' }, /subject/],
    ['a bare line feed in the subject', { subject: 'Hi\nBcc: all@meadow.example' }, /subject/],
    ['a header in the address', { to: 'ada@meadow.example\r\nBcc: x@y.example' }, /recipient/],
    [
      'a command in the address',
      { to: 'ada@meadow.example>\r\nRCPT TO:<x@y.example' },
      /recipient/,
    ],
    ['a second address', { to: 'ada@meadow.example, x@y.example' }, /recipient/],
    ['a name beside the address', { to: 'Ada <ada@meadow.example>' }, /recipient/],
    ['a group of addresses', { to: 'all:ada@meadow.example;' }, /recipient/],
    ['no address', { to: 'ada' }, /recipient/],
    ['a header in the id', { messageId: '<a@b>\r\nBcc: x@y.example' }, /its id/],
    ['no id', { messageId: '' }, /its id/],
  ];
  for (const [what, change, because] of injections) {
    it(`is not sent with ${what}`, async (t) => {
      const server = await start(t);

      const failure = await failureOf(send(clientOf(server), change));

      assert.equal(failure.kind, 'rejected');
      assert.match(failure.detail, because);
      assert.deepEqual(server.messages, []);
    });
  }
});

describe('a mail server that refuses', () => {
  const refusals: [number, Failure['kind']][] = [
    [421, 'rate-limited'],
    [450, 'unavailable'],
    [452, 'rate-limited'],
    [550, 'rejected'],
    [554, 'rejected'],
  ];
  for (const [code, kind] of refusals) {
    it(`with ${code} is ${kind}`, async (t) => {
      const server = await start(t, { refuse: (to) => (to.startsWith('ada@') ? code : null) });

      const failure = await failureOf(send(clientOf(server)));

      assert.equal(failure.kind, kind);
      assert.match(failure.detail, new RegExp(`answered: ${code} `));
      await send(clientOf(server), { to: 'bob@meadow.example' });
      assert.equal(server.messages.length, 1);
    });
  }

  it('our password makes us unauthenticated, and the password stays out of it', async (t) => {
    const server = await start(t, { user: 'hr', password: 'right-one' });
    const client = clientOf(server, { user: 'hr', password: 'wrong-secret' });

    for (const attempt of [send(client), mail.check(client)]) {
      const failure = await failureOf(attempt);
      assert.equal(failure.kind, 'unauthenticated');
      assert.match(failure.detail, /answered: 535/);
      assert.doesNotMatch(failure.detail, /wrong-secret/);
    }
  });

  it('strangers makes us unauthenticated when we have no password', async (t) => {
    const server = await start(t, { user: 'hr', password: 'right-one' });

    assert.equal((await failureOf(send(clientOf(server)))).kind, 'unauthenticated');
  });

  it('is not used without signing in when it offers no sign-in', async (t) => {
    const server = await start(t);
    const client = clientOf(server, { user: 'hr', password: 'x' });

    assert.equal((await failureOf(send(client))).kind, 'unauthenticated');
    assert.deepEqual(server.messages, []);
  });
});

describe('the check of a mail server', () => {
  it('signs in and sends nothing', async (t) => {
    const server = await start(t, { user: 'hr', password: 'right-one' });
    const client = clientOf(server, { user: 'hr', password: 'right-one' });

    assert.deepEqual(await mail.check(client), { actingAs: 'hr', scopes: null });
    assert.deepEqual(server.messages, []);
  });

  it('says when nobody is there', async () => {
    const server = await startSmtpServer();
    await server.close();

    const failure = await failureOf(mail.check(clientOf(server)));

    assert.equal(failure.kind, 'unavailable');
    assert.match(failure.detail, /^127\.0\.0\.1:\d+: ECONNREFUSED$/);
  });

  it('says when the line breaks', async (t) => {
    const rude = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    t.after(() => rude.close());
    await new Promise((resolve) => rude.once('listening', resolve));
    const address = rude.address();
    assert.ok(typeof address === 'object' && address !== null);

    assert.equal((await failureOf(mail.check(clientOf(address)))).kind, 'unavailable');
  });

  it('says when something else than a mail server is there', async (t) => {
    const web = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    web.listen(0, '127.0.0.1');
    t.after(() => web.close());
    await new Promise((resolve) => web.once('listening', resolve));
    const address = web.address();
    assert.ok(typeof address === 'object' && address !== null);

    assert.equal((await failureOf(mail.check(clientOf(address)))).kind, 'unexpected');
  });

  it('calls the checked address and no other, and heeds a refusal', async (t) => {
    const server = await start(t);
    const asked: string[] = [];
    const io: Io = {
      ...loopbackIo,
      address: async (host, port) => {
        asked.push(`${host}:${port}`);
        return { ip: '127.0.0.1', port, serverName: host };
      },
    };
    await mail.check(clientOf(server, { host: 'no-such-name.invalid' }, io));
    assert.deepEqual(asked, [`no-such-name.invalid:${server.port}`]);

    const refused = new ConnectorError({ kind: 'forbidden', detail: 'Not on the list' });
    const guarded: Io = { ...loopbackIo, address: () => Promise.reject(refused) };
    assert.deepEqual(await failureOf(mail.check(clientOf(server, {}, guarded))), refused.failure);
  });
});

describe('an encrypted mail server', () => {
  const name = 'mail.practice.test';
  const authority = makeAuthority('Practice authority');
  const certificate = authority.issue([name]);
  const longAgo = { from: new Date('2020-01-01'), until: new Date('2020-12-31') };
  const expired = authority.issue([name], longAgo);

  /** As the guard does it: the name is for the certificate, the address for the call. */
  const trusting = (ca: string | null): Io => ({
    ...loopbackIo,
    ca,
    address: async (host, port) => ({ ip: '127.0.0.1', port, serverName: host }),
  });

  for (const mode of ['implicit', 'starttls'] as const) {
    it(`is believed (${mode}) when its certificate names it and is trusted`, async (t) => {
      const server = await start(t, {
        user: 'hr',
        password: 'right-one',
        tls: { ...certificate, mode },
      });
      const way = { host: name, tls: mode, user: 'hr', password: 'right-one' };

      await send(clientOf(server, way, trusting(authority.ca)));

      assert.equal(server.messages.length, 1);
    });

    const doubts: [why: string, host: string, ca: string | null, shown: Certificate][] = [
      ['nobody vouches for it', name, null, certificate],
      ['it is made out to another name', 'other.practice.test', authority.ca, certificate],
      ['it has expired', name, authority.ca, expired],
    ];
    for (const [why, host, ca, shown] of doubts) {
      it(`is not believed (${mode}) when ${why}`, async (t) => {
        const server = await start(t, { tls: { ...shown, mode } });

        const failure = await failureOf(send(clientOf(server, { host, tls: mode }, trusting(ca))));

        assert.equal(failure.kind, 'unexpected');
        assert.match(failure.detail, /certificate of .* is not to be trusted/);
        assert.deepEqual(server.messages, []);
      });
    }
  }

  it('gets nothing in the clear when it suddenly offers no STARTTLS', async (t) => {
    const server = await start(t, { user: 'hr', password: 'right-one' });
    const way = { tls: 'starttls', user: 'hr', password: 'right-one' };

    const failure = await failureOf(send(clientOf(server, way)));

    assert.equal(failure.kind, 'unexpected');
    assert.match(failure.detail, /offers no STARTTLS/);
    assert.deepEqual(server.messages, []);
  });
});

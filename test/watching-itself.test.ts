import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { changeSetting } from '#app/settings.ts';
import { until } from '#core/testing/until.ts';
import { startSmtpServer } from '../practice/servers/smtp.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';

const timing = { selfWatchMs: 100, deadManMs: 100, alertPathMs: 200, callMs: 3_000 };
const secretPath = '/ping/8b7d-the-key-of-the-switch';

describe('Gatehouse, which watches itself', () => {
  let gatehouse: TestGatehouse;
  let mails: Awaited<ReturnType<typeof startSmtpServer>>;
  let calls = 0;
  let answers = 200;
  const outside = createServer((request, response) => {
    if (request.url === secretPath) calls += 1;
    response.writeHead(answers).end();
  });

  before(async () => {
    outside.listen(0, '127.0.0.1');
    await once(outside, 'listening');
    mails = await startSmtpServer();
    gatehouse = await startGatehouse(timing);
    const { app, admin } = gatehouse;
    const { port } = outside.address() as AddressInfo;
    await gatehouse.connect(
      {
        ...{ id: 'mail', connector: 'mail' },
        settings: { host: '127.0.0.1', port: mails.port, tls: 'none', from: 'gate@meadow.example' },
      },
      [mails.port, port],
    );
    await changeSetting(app, admin, 'alerts', {
      contacts: [{ name: 'Sam Okafor', email: 'sam@meadow.example' }],
      mailConnection: 'mail',
      deadManUrl: `http://127.0.0.1:${port}${secretPath}`,
    });
  });
  after(async () => {
    await gatehouse?.stop();
    await mails?.close();
    outside.close();
  });

  const open = async () =>
    (
      await gatehouse.rows<{ kind: string }>(
        'select kind from alerts where resolved_at is null order by kind',
      )
    ).map(({ kind }) => kind);
  /** Calls go on for as long as all is well. */
  const isCalled = async () => {
    const before = calls;
    await until('the switch outside to be called', () => calls > before);
  };
  const isSilent = () =>
    until('the switch outside to be left alone', async () => {
      const before = calls;
      await until('two looks', lookedTwice());
      return calls === before;
    });
  const lookedTwice = () => {
    let seen = 0;
    let at = '';
    return async () => {
      const [pulse] = await gatehouse.rows<{ at: string }>(
        `select at::text from pulses where name = 'engine'`,
      );
      if (pulse && pulse.at !== at) seen += 1;
      at = pulse?.at ?? '';
      return seen > 2;
    };
  };

  const letterAbout = (words: RegExp) =>
    until('a letter', () =>
      mails.messages.some(
        ({ to, subject }) => to[0] === 'sam@meadow.example' && words.test(subject),
      ),
    );

  it('calls the switch outside while all is well', isCalled);

  it('falls silent while the record is not written on, and tells of it by mail', async () => {
    await gatehouse.scribe.stop();
    await changeSetting(gatehouse.app, gatehouse.admin, 'surveys', { days: 31 }); // a fact that waits
    await gatehouse.rows(
      `update ledger.staged set staged_at = clock_timestamp() - interval '2 minutes'`,
    );
    await until('it to be told', async () => (await open()).includes('record.waiting'));
    await letterAbout(/record is not written/);
    await isSilent();

    gatehouse.restartScribe();
    await until('it to be over', async () => (await open()).length === 0);
    await isCalled();
  });

  it('says when the switch outside cannot be reached, without its address', async () => {
    answers = 503;
    await until('it to be told', async () => (await open()).includes('dead-man.unreached'));
    const [alert] = await gatehouse.rows<{ body: string }>(
      `select body from alerts where kind = 'dead-man.unreached'`,
    );
    assert.match(alert!.body, /it answered 503/);
    await letterAbout(/dead man/);
    answers = 200;
    await until('it to be over', async () => (await open()).length === 0);
    assert.doesNotMatch([alert!.body, ...gatehouse.logs].join(), /8b7d/);
  });

  it('tries the way of an alert without writing to anybody, and is silent when it is blocked', async () => {
    const wentThrough = async () => {
      const [pulse] = await gatehouse.rows<{ at: string }>(
        `select at::text from pulses where name = 'alerts'`,
      );
      return pulse?.at;
    };
    const letters = mails.messages.length;
    const before = await wentThrough();
    await until('a trial to go through', async () => (await wentThrough()) !== before);
    assert.equal(mails.messages.length, letters);

    await mails.close();
    // As when it has not gone through for as long as a server may take to restart.
    await gatehouse.rows(
      `update pulses set at = clock_timestamp() - interval '1 hour' where name = 'alerts'`,
    );
    await until('it to be told', async () => (await open()).includes('mail.failing'));
    await isSilent();
  });
});

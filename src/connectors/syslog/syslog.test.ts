import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { sampleRecord } from '#connector-kit/testing/records.ts';
import { type Client, openSyslog } from './client.ts';
import { deliverRecord } from './deliver-record.ts';
import { startSyslogServer } from './fake.ts';
import { frame } from './message.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

async function start() {
  const server = await startSyslogServer();
  open.push(() => server.close());
  const { port } = server;
  return { server, client: openSyslog({ host: '127.0.0.1', port, tls: 'no' }, loopbackIo) };
}

const record = sampleRecord();
const delivery = deliverRecord(record, 'gate.example');
const send = (client: Client) => {
  assert.ok(delivery.kind === 'command');
  return delivery.send(client, record.caseId, undefined);
};

describe('a syslog message', () => {
  const at = new Date('2026-12-01T10:00:00.123Z');

  it('is of RFC 5424, counted in octets', () => {
    const text = frame({ at, hostname: null, kind: 'case.sealed', text: '{"a":1}' }).toString();
    assert.equal(text, '67 <110>1 2026-12-01T10:00:00.123Z - gatehouse - case.sealed - {"a":1}');
  });

  it('says so when its text is not ASCII, and counts bytes, not characters', () => {
    const bytes = frame({ at, hostname: 'h', kind: 'x', text: 'Zoë\nLind' });
    const [count = ''] = bytes.toString().split(' ');
    assert.equal(Number(count), bytes.length - count.length - 1);
    assert.ok(bytes.toString().endsWith(' - x - \ufeffZoë\nLind'));
  });
});

describe('a record sent to a syslog server', () => {
  it('arrives fact by fact, with the manifest at the end', async () => {
    const { server, client } = await start();
    const receipt = await send(client);

    assert.match(receipt.summary, /took 4 messages and closed the line after the last \(manifest/);
    const texts = server.messages.map((it) => it.slice(it.indexOf(' - {') + 3));
    assert.deepEqual(
      texts.slice(0, -1),
      record.facts.map((it) => it.line),
    );
    assert.match(server.messages[0]!, /^<110>1 \S+ gate\.example gatehouse - case\.opened - \{/);
    assert.deepEqual(JSON.parse(texts.at(-1)!), JSON.parse(record.manifest.bytes.toString()));
  });

  it('is not called sent when the receiver hangs up in the middle, or is not there', async () => {
    const { server, client } = await start();
    server.hangUpAfter(1);
    const many = Array.from({ length: 5_000 }, () => ({
      ...{ at: new Date(), hostname: null, kind: 'x' },
      text: 'a'.repeat(1_000),
    }));
    await assert.rejects(client.send(many), /^ConnectorError: unavailable: /);
    await server.close();
    open.length = 0;
    await assert.rejects(send(client), /ECONNREFUSED/);
  });
});

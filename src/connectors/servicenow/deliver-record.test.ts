import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Plan } from '#connector-kit/contract.ts';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { deliveryPromises, readable, sampleRecord } from '#connector-kit/testing/records.ts';
import { openServiceNow } from './api.ts';
import { deliverRecord } from './deliver-record.ts';
import { fakeServiceNow } from './fake.ts';
import { serviceNow } from './index.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };
import { tickets } from './tickets.ts';

const account = { user: 'gatehouse', password: 'a password' };
const elsewhere = { recordsId: '00000000000000000000000000000001' };
const content = { title: 'Departure of Ada', text: 'Done: all', open: true };

async function start() {
  const service = fakeServiceNow({ ...account, table: 'incident' });
  const given = settings.parse({
    instance: 'https://fake.service-now.com',
    ...account,
    table: 'incident',
    records: 'attached',
  });
  const client = openServiceNow(given, {
    ...loopbackIo,
    fetch: conforming(service.fetch, spec, null),
  });
  const ticketId = await tickets.create(client, 'gatehouse-1-ticket', content);
  return { service, client, ticketId };
}
type Client = Awaited<ReturnType<typeof start>>['client'];

/** The first ticket of a new service always has this id. */
const firstId = '00000000000000000000000000000001';
const record = { ...sampleRecord(), ticketId: firstId };
const rules = { recordsId: undefined, table: 'incident' };
const delivery = readable((it) => deliverRecord(it, rules), record);

const planAt = async (client: Client, it = delivery): Promise<Plan<unknown>> =>
  it.plan(await it.read(client, record.caseId), undefined);

async function deliver(client: Client, it = delivery): Promise<Plan<unknown>> {
  const planned = await planAt(client, it);
  assert.equal(planned.kind, 'change');
  if (planned.kind === 'change') await it.apply(client, record.caseId, planned.change);
  return planAt(client, it);
}

deliveryPromises(
  (it) => deliverRecord({ ...it, ticketId: firstId }, rules),
  async () => {
    const { service, client } = await start();
    return { client, data: () => [...service.attachments.values()] };
  },
);

describe('a record attached to a ticket in ServiceNow', () => {
  it('hangs on the ticket of the case, each file once, and every byte is read back', async () => {
    const { service, client, ticketId } = await start();
    assert.equal(ticketId, firstId);

    const done = await deliver(client);
    assert.ok(done.kind === 'done');
    assert.ok(done.because.includes(`the attachments of ${firstId}: 3 files`), done.because);
    assert.ok(done.because.includes(record.manifest.sha256), done.because);
    const held = [...service.attachments.values()];
    assert.deepEqual(
      held.map(({ bytes }) => bytes),
      record.files.map(({ bytes }) => bytes),
    );
    assert.deepEqual(
      held.map(({ about }) => about['file_name']),
      record.files.map(({ name }) => name),
    );
  });

  it('is finished where it was cut off, and nothing is attached twice', async () => {
    const { service, client } = await start();
    await client.attach(firstId, record.files[0]!);

    assert.equal((await deliver(client)).kind, 'done');
    assert.equal(service.attachments.size, 3);
  });

  it('never takes the place of what has its name, whether of the same size or not', async () => {
    const { service, client } = await start();
    await deliver(client);
    const [first] = service.attachments.values();
    const { bytes } = first!;
    for (const changed of [Buffer.from('short'), Buffer.alloc(bytes.length, 'x')]) {
      first!.bytes = changed;
      const blocked = await planAt(client);
      assert.ok(blocked.kind === 'blocked');
      assert.match(blocked.because, /with other content: .*\.jsonl\. Nothing is overwritten/);
    }
    // Ours beside it does not make it right.
    await client.attach(firstId, record.files[0]!);
    assert.equal((await planAt(client)).kind, 'blocked');
    first!.bytes = bytes;
    assert.equal((await planAt(client)).kind, 'done');
  });

  it('goes where the settings say when there is no ticket, and nowhere else', async () => {
    const { service, client } = await start();
    const homeless = { ...record, ticketId: null };
    const nowhere = await planAt(
      client,
      readable((it) => deliverRecord(it, rules), homeless),
    );
    assert.ok(nowhere.kind === 'blocked');
    assert.match(nowhere.because, /no ticket of this case/);

    const there = readable((it) => deliverRecord(it, { ...rules, ...elsewhere }), homeless);
    assert.equal((await deliver(client, there)).kind, 'done');
    assert.equal(service.attachments.size, 3);
  });

  it('waits for a person when the ticket was deleted, whatever the settings say', async () => {
    const { client } = await start();
    const gone = { ...record, ticketId: 'f'.repeat(32) };
    const blocked = await planAt(
      client,
      readable((it) => deliverRecord(it, { ...rules, ...elsewhere }), gone),
    );
    assert.ok(blocked.kind === 'blocked');
    assert.match(blocked.because, /was deleted there, or we may no longer see it/);
  });

  it('is never read from somebody else’s: a query that is not understood is answered with anything', async () => {
    const { service, client } = await start();
    const other = await tickets.create(client, 'gatehouse-2-ticket', content);
    await client.attach(other, record.files[0]!);
    assert.equal((await planAt(client)).kind, 'change');

    service.knowsAttachedTo = false;
    await assert.rejects(planAt(client), /may we read sys_attachment/);
  });

  it('is kept only where somebody has said so', () => {
    const given = settings.parse({
      instance: 'https://fake.service-now.com',
      ...account,
      table: 'incident',
    });
    const { records } = serviceNow;
    assert.ok(typeof records === 'function');
    assert.equal(records(given), null);
    assert.ok(records({ ...given, records: 'attached' }));
    assert.ok(!settings.safeParse({ ...given, recordsId: 'INC0010001' }).success);
  });
});

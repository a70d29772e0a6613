import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaseRecord } from '#connector-kit/contract.ts';
import { attachedRecordPromises, planOf } from '#connector-kit/testing/attached-record.ts';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { sampleRecord } from '#connector-kit/testing/records.ts';
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

const firstId = '00000000000000000000000000000001';
const record = { ...sampleRecord(), ticketId: firstId };
const rules = { recordsId: undefined, table: 'incident' };
const deliver = (it: CaseRecord) => deliverRecord(it, rules);

attachedRecordPromises({
  deliver,
  deliverElsewhere: (it) => deliverRecord(it, { ...rules, ...elsewhere }),
  firstId,
  missingId: 'f'.repeat(32),
  start: async () => {
    const { service, ...started } = await start();
    const attached = () =>
      [...service.attachments.values()].map((held) => ({ name: held.about['file_name'], held }));
    return { ...started, attached };
  },
});

describe('a record attached to a ticket in ServiceNow', () => {
  it('is never read from somebody else’s: a query that is not understood is answered with anything', async () => {
    const { service, client } = await start();
    const other = await tickets.create(client, 'gatehouse-2-ticket', content);
    await client.attach(other, record.files[0]!);
    assert.equal((await planOf(deliver, client, record)).kind, 'change');

    service.knowsAttachedTo = false;
    await assert.rejects(planOf(deliver, client, record), /may we read sys_attachment/);
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

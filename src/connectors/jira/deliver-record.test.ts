import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaseRecord } from '#connector-kit/contract.ts';
import {
  attachedRecordPromises,
  carryOut,
  planOf,
} from '#connector-kit/testing/attached-record.ts';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { sampleRecord } from '#connector-kit/testing/records.ts';
import { openJira } from './api.ts';
import { deliverRecord } from './deliver-record.ts';
import { fakeJira } from './fake.ts';
import { jira } from './index.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };
import { tickets } from './tickets.ts';

const account = { email: 'gate@meadow.example', token: 'a token' };
const elsewhere = { recordsIssue: 'IT-1' };
const content = { title: 'Departure of Ada', text: 'Done: all', open: true };

async function start() {
  const service = fakeJira({ ...account, project: 'IT' });
  const given = settings.parse({
    site: 'https://fake.atlassian.net',
    ...account,
    project: 'IT',
    records: 'attached',
  });
  const client = openJira(given, {
    ...loopbackIo,
    fetch: conforming(service.fetch, spec, tickets.scopes),
  });
  const ticketId = await tickets.create(client, 'gatehouse-1-ticket', content);
  return { service, client, ticketId };
}

const firstId = '10001';
const record = { ...sampleRecord(), ticketId: firstId };
const rules = { recordsIssue: undefined };
const deliver = (it: CaseRecord) => deliverRecord(it, rules);

attachedRecordPromises({
  deliver,
  deliverElsewhere: (it) => deliverRecord(it, { ...rules, ...elsewhere }),
  firstId,
  missingId: '999',
  start: async () => {
    const { service, ...started } = await start();
    const attached = () =>
      [...service.attachments.values()].map((held) => ({ name: held.filename, held }));
    return { ...started, attached };
  },
});

describe('a record attached to a ticket in Jira', () => {
  it('is not called done while Jira answers less than it says it holds', async () => {
    const { service, client } = await start();
    await carryOut(deliver, client, record);
    const { fetch } = service;
    const cut = openJira(client.settings, {
      ...loopbackIo,
      fetch: async (input, init) =>
        /content/.test(String(input)) ? new Response('{}') : fetch(input, init),
    });
    await assert.rejects(planOf(deliver, cut, record), /bytes there, and 2 were answered/);
  });

  it('is kept only where somebody has said so', () => {
    const given = settings.parse({ site: 'https://fake.atlassian.net', ...account, project: 'IT' });
    const { records } = jira;
    assert.ok(typeof records === 'function');
    assert.equal(records(given), null);
    assert.ok(records({ ...given, records: 'attached' }));
    assert.ok(!settings.safeParse({ ...given, recordsIssue: 'IT' }).success);
  });
});

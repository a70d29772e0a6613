import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { ticketTransition } from '#connector-kit/tickets.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { openServiceNow } from './api.ts';
import { type FakeServiceNowOptions, fakeServiceNow } from './fake.ts';
import { serviceNow } from './index.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };
import { tickets } from './tickets.ts';

const reference = 'gatehouse-01M83WKA6Y76MD47WC2RGWKHY7-ticket';
const wanted = { title: 'Departure of Ada', text: 'Done:\n- all', open: true };
const account = { user: 'gatehouse', password: 'a password' };

function setUp(extra: object = {}, options: Partial<FakeServiceNowOptions> = {}) {
  const service = fakeServiceNow({ ...account, table: 'incident', ...options });
  const given = { instance: 'https://fake.service-now.com', ...account, ...extra };
  const client = openServiceNow(settings.parse(given), {
    ...loopbackIo,
    fetch: conforming(service.fetch, spec, null),
  });

  /** One whole pass: read, plan, apply, and read and plan again. */
  async function pass(content: typeof wanted, id: string | null = null) {
    const it = ticketTransition(tickets, { reference, id, takenBack: null });
    const planned = it.plan(await it.read(client, reference), content);
    if (planned.kind !== 'change') return planned;
    await it.apply(client, reference, planned.change);
    return it.plan(await it.read(client, reference), content);
  }
  return { service, client, pass, records: () => [...service.records.values()] };
}

const failing = (kind: Failure['kind'], says: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof ConnectorError, String(thrown));
  assert.equal(thrown.failure.kind, kind);
  assert.match(thrown.failure.detail, says);
  return true;
};

const closeInfo = { states: ['6', '7'], fields: ['close_code', 'close_notes'] };
const closing = { close_code: 'Solution provided', close_notes: 'Recorded by Gatehouse' };

describe('a ticket in ServiceNow', () => {
  it('is made once, with our reference as its correlation id', async () => {
    const { pass, records } = setUp({ fields: { caller_id: 'c1', correlation_id: 'not this' } });

    assert.equal((await pass(wanted)).kind, 'done');
    assert.deepEqual(await pass(wanted), {
      kind: 'done',
      because: 'INC0010001 shows this, and is open for what people have to do.',
    });
    assert.deepEqual(records(), [
      {
        sys_id: '00000000000000000000000000000001',
        number: 'INC0010001',
        state: '1',
        caller_id: 'c1',
        correlation_id: reference,
        short_description: wanted.title,
        description: wanted.text,
      },
    ]);
  });

  it('is changed, resolved with what the table wants then, and opened again', async () => {
    const { pass, records } = setUp({ closing }, { neededWhen: closeInfo });
    await pass(wanted);

    assert.equal((await pass({ ...wanted, text: 'Over', open: false })).kind, 'done');
    assert.equal(records()[0]?.['state'], '6');
    assert.equal(records()[0]?.['close_code'], 'Solution provided');

    assert.equal((await pass(wanted)).kind, 'done');
    assert.equal(records()[0]?.['state'], '2');
  });

  it('is made and resolved where nobody has anything to do', async () => {
    const { pass, records } = setUp({ closing }, { neededWhen: closeInfo });

    assert.equal((await pass({ ...wanted, open: false })).kind, 'done');
    assert.equal(records()[0]?.['state'], '6');
  });

  it('is refused in the words of the table where something is missing', async () => {
    const { pass, service } = setUp({}, { neededWhen: closeInfo });

    await assert.rejects(
      pass({ ...wanted, open: false }),
      failing('forbidden', /mandatory: close_code, close_notes/),
    );
    // The next pass finds it, and makes no second one.
    assert.equal((await pass(wanted)).kind, 'done');
    assert.equal(service.records.size, 1);
  });

  it('knows the states of other tables', async () => {
    const states = { table: 'sc_task', resolvedStates: ['3', '4', '7'], openState: '1' };
    const { pass, records } = setUp(states, { table: 'sc_task' });

    assert.equal((await pass({ ...wanted, open: false })).kind, 'done');
    assert.equal(records()[0]?.['state'], '3');
  });

  it('is not believed where a field was dropped without a word', async () => {
    const { pass, service } = setUp();
    await pass(wanted);
    service.readOnly = ['description'];

    assert.equal((await pass({ ...wanted, text: 'New' })).kind, 'change');
  });

  it('is never somebody else’s: a query that is not understood is answered with anything', async () => {
    const { client, service } = setUp();
    await tickets.create(client, 'gatehouse-other', wanted);
    assert.equal(await tickets.find(client, reference), null);

    service.knowsCorrelation = false;
    await assert.rejects(
      tickets.find(client, reference),
      failing('unexpected', /INC0010001 was found .* may we read correlation_id/),
    );
  });

  it('is no answer when there are two of the same', async () => {
    const { client } = setUp();
    await tickets.create(client, reference, wanted);
    await tickets.create(client, reference, wanted);

    await assert.rejects(
      tickets.find(client, reference),
      failing('unexpected', /INC0010001 and INC0010002 both carry/),
    );
  });

  it('is gone when ServiceNow says so', async () => {
    const { client, pass } = setUp();

    assert.equal(await tickets.read(client, 'f'.repeat(32)), null);
    assert.equal((await pass(wanted, 'f'.repeat(32))).kind, 'blocked');
  });
});

describe('ServiceNow', () => {
  it('says who we are there, and whether we may read the table', async () => {
    assert.deepEqual(await serviceNow.check(setUp().client), {
      actingAs: 'gatehouse at fake.service-now.com',
      scopes: null,
    });
    const stranger = setUp({ password: 'wrong' });
    await assert.rejects(
      serviceNow.check(stranger.client),
      failing('unauthenticated', /User Not Authenticated/),
    );
    await assert.rejects(
      serviceNow.check(setUp({ table: 'u_nowhere' }).client),
      failing('rejected', /Invalid table u_nowhere/),
    );
  });

  it('is called at its own address only, and at a table', () => {
    const given = settings.parse({ instance: 'https://a.service-now.com', ...account });
    assert.deepEqual(serviceNow.hosts(given), ['a.service-now.com:443']);
    assert.ok(!settings.safeParse({ ...given, table: '../sys_user' }).success);
    assert.ok(!settings.safeParse({ ...given, user: 'a:b' }).success);
  });

  it('is unavailable when it breaks off behind a 200', async () => {
    const { service, client: known } = setUp();
    const client = openServiceNow(known.settings, { ...loopbackIo, fetch: service.fetch });
    const error = { message: 'Transaction cancelled', detail: 'too long' };
    service.failNext(Response.json({ result: [], error }));
    await assert.rejects(client.search('correlation_id=x'), failing('unavailable', /too long/));
  });
});

failsWell(serviceNow, {
  settings: settings.parse({ instance: 'https://a.service-now.com', ...account }),
  system: () => fakeServiceNow({ ...account, table: 'incident' }),
});

describe('the description of ServiceNow’s Table API', () => {
  it('refuses what is not in it', async () => {
    const answering = conforming(async () => Response.json({ result: {} }), spec, null);
    const base = 'https://fake.service-now.com/api/now/table/incident';
    const bad: [string, RegExp][] = [
      [`${base}?sysparm_qurey=x`, /no query parameter "sysparm_qurey"/],
      [`${base}?sysparm_limit=many`, /sysparm_limit is "many"/],
      [base, /off the document/],
      [`${base}/1`, /off the document at \/result/],
      [`${base}/1/attachment`, /not in the vendor's API/],
    ];
    for (const [address, says] of bad)
      await assert.rejects(answering(address), failing('unexpected', says), address);
  });
});

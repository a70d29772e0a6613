import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { until } from '#core/testing/until.ts';
import { startScimServer } from '../practice/servers/scim.ts';
import { openTelemetry, type Telemetry } from '../src/telemetry.ts';
import { type House, leaver, newSecret, startHouse } from './faults/house.ts';
import { page, quoted, rowsIn, section } from './support/pages.ts';

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: { stringValue: string } }[];
}

const who = { ...leaver('p1'), name: 'Priya Nair', department: 'Sales' };
const broken = leaver('p2');

describe('what is measured', () => {
  let house: House;
  let wiki: Awaited<ReturnType<typeof startScimServer>>;
  let worker: Telemetry;
  let web: Telemetry;
  const spans: Span[] = [];
  const errors: unknown[] = [];
  /** A collector, as far as traces go. */
  const collector = createServer(async (request, response) => {
    assert.equal(request.url, '/v1/traces');
    const sent = (await json(request)) as {
      resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
    };
    spans.push(
      ...sent.resourceSpans.flatMap((it) => it.scopeSpans.flatMap((scope) => scope.spans)),
    );
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });

  before(async () => {
    collector.listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const onError = (error: unknown) => errors.push(error);
    const traceTo = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    worker = await openTelemetry({ pools: {}, traceTo, onError });
    house = await startHouse(
      `
      playbook: involuntary-departure
      title: Block
      for: departure
      steps:
        - { id: block, layer: security, do: account.suspend, on: every account }
    `,
      {},
      { measures: worker.measures },
    );
    web = await openTelemetry({ pools: house.gatehouse.database.pools, onError });
    const token = newSecret();
    const users = [who, broken].map(({ id, email }) => ({ id, userName: email }));
    wiki = await startScimServer({ token, users });
    await house.connect(
      { id: 'wiki', connector: 'scim', settings: { baseUrl: wiki.url, token, groups: 'none' } },
      Number(new URL(wiki.url).port),
    );
    await house.confirm(who);
    await house.completed(who);
  });
  after(async () => {
    await house?.stop();
    await wiki?.close();
    await Promise.all([worker?.stop(), web?.stop()]);
    collector.close();
  });

  const scraped = async () => `${await worker.metrics()}\n${await web.metrics()}`;
  /** The value of a series, by its name and part of its labels. */
  const value = (text: string, name: string, ...labels: string[]) => {
    const line = text
      .split('\n')
      .find((it) => it.startsWith(name) && labels.every((label) => it.includes(label)));
    return line === undefined ? null : Number(line.split(' ').at(-1));
  };

  it('counts a departure from the word of the HR system to the proof', async () => {
    const text = await until('it to be measured', async () => {
      const text = await scraped();
      return value(text, 'gatehouse_access_removed_seconds_count') === 1 && text;
    });
    assert.equal(value(text, 'gatehouse_access_first_change_seconds_count'), 1);
    assert.equal(
      value(
        text,
        'gatehouse_step_duration_seconds_count',
        'connection="wiki"',
        'outcome="verified"',
      ),
      1,
    );
    assert.ok(value(text, 'gatehouse_call_duration_seconds_count', 'wiki', '"2xx"')! >= 3);
    assert.equal(value(text, 'gatehouse_cases', 'state="complete"'), 1);
    assert.equal(value(text, 'gatehouse_cases', 'state="quarantined"'), 0);
    assert.equal(value(text, 'gatehouse_connections', 'state="active"'), 2);
    assert.ok(value(text, 'gatehouse_pulse_age_seconds', 'part="engine"')! < 60);
    assert.notEqual(value(text, 'gatehouse_queue_oldest_seconds'), null);
    assert.notEqual(value(text, 'gatehouse_database_sessions', 'role="web"', 'state="used"'), null);
    assert.deepEqual(errors, []);
  });

  it('counts what is tried again, and for how long a system asked to be left alone', async () => {
    worker.measures.toldToWait({ connection: 'wiki', ms: 2_000 });
    await wiki.close();
    await house.confirm(broken);
    await until('a retry', async () =>
      Boolean(value(await scraped(), 'gatehouse_retries_total', '"wiki"', '"unavailable"')),
    );
    const text = await scraped();
    assert.ok(value(text, 'gatehouse_call_duration_seconds_count', 'result="unavailable"')! > 0);
    assert.equal(value(text, 'gatehouse_rate_limit_waits_total', '"wiki"'), 1);
    assert.equal(value(text, 'gatehouse_rate_limit_wait_seconds_total', '"wiki"'), 2);
  });

  it('has labels of a few words, and nothing of people or secrets', async () => {
    const text = await scraped();
    const labels = new Set([...text.matchAll(/[{,]([a-z_]+)="/g)].map(([, it]) => it));
    const known = [
      'connection',
      'kind',
      'le',
      'outcome',
      'part',
      'result',
      'role',
      'state',
      'status',
    ];
    assert.deepEqual(
      [...labels].filter((it) => !known.includes(it!)),
      [],
    );
    for (const [, it] of text.matchAll(/="([^"]*)"/g)) assert.match(it!, /^[a-z0-9.+-]+$|^\+Inf$/i);
    const said = `${text}${JSON.stringify(spans)}`;
    const secret = [who.email, 'Priya', 'Sales', broken.email, ...house.secrets];
    for (const it of secret) assert.ok(!said.includes(it), it);
  });

  it('is listed in docs/operate/metrics.md, name by name', async () => {
    const text = await scraped();
    const told = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!));
    const rows = rowsIn(section(page('docs/operate/metrics.md'), 'What there is'));
    const listed = rows.flatMap(([cell = '']) => quoted(cell));
    // Nobody was told of anything here, so that no alert may be open.
    told.add('gatehouse_open_alerts');
    assert.deepEqual(listed.toSorted(), [...told].toSorted());
  });

  it('goes to a collector as traces: each call within the pass that made it', async () => {
    await worker.stop();
    const pass = spans.filter(({ name }) => name === 'pass');
    assert.ok(pass.length > 0);
    assert.equal(pass[0]!.attributes[0]!.key, 'gatehouse.step');
    const calls = spans.filter(
      ({ name, attributes }) =>
        name === 'call' && attributes.some(({ value }) => value.stringValue === 'wiki'),
    );
    const within = calls.filter((call) =>
      pass.some(({ spanId, traceId }) => spanId === call.parentSpanId && traceId === call.traceId),
    );
    assert.ok(within.length >= 3, `${within.length} of ${calls.length}`);
  });
});

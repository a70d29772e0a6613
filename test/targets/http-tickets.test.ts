import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { parse } from 'yaml';
import { ticketsOf } from '#connector-kit/contract.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { ticketTransition } from '#connector-kit/tickets.ts';
import { http } from '#connectors/http/index.ts';
import { settings } from '#connectors/http/settings.ts';
import {
  type HttpSystem,
  type HttpSystemOptions,
  startHttpSystem,
} from '../../practice/servers/http-system.ts';
import { ticketCalls } from '../../practice/systems/descriptions.ts';
import { helpDesk } from '../support/help-desk.ts';

const reference = 'gatehouse-01M83WKA6Y76MD47WC2RGWKHY7-ticket';
const wanted = { title: 'Departure of Ada', text: 'Done:\n- “all” & more', open: true };

const running: HttpSystem[] = [];
after(() => Promise.all(running.map((it) => it.close())));

async function setUp(options: Partial<HttpSystemOptions> = {}) {
  const system = await startHttpSystem({ name: 'Help Desk', users: [], ...options });
  running.push(system);
  const given = settings.parse(helpDesk('desk', system).settings);
  const client = http.open(given, loopbackIo);
  const tickets = ticketsOf(http, given)!;

  /** One whole pass: read, plan, apply, and read and plan again. */
  async function pass(content: typeof wanted) {
    const it = ticketTransition(tickets, { reference, id: null, takenBack: null });
    const planned = it.plan(await it.read(client, reference), content);
    if (planned.kind !== 'change') return planned;
    await it.apply(client, reference, planned.change);
    return it.plan(await it.read(client, reference), content);
  }
  return { system, pass, shown: () => [...system.tickets.values()] };
}

describe('tickets of the practice system', () => {
  it('are described in the handbook as they are here', () => {
    const page = readFileSync(
      new URL('../../docs/connect/http-without-code.md', import.meta.url),
      'utf8',
    );
    const [, yaml = ''] = /^```yaml\n(tickets:.*?)^```$/ms.exec(page) ?? [];
    assert.deepEqual(parse(yaml), { tickets: ticketCalls });
  });

  it('are made once, changed, resolved and opened again', async () => {
    const { pass, shown } = await setUp();
    const own = { id: 't-1', reference };

    assert.equal((await pass(wanted)).kind, 'done');
    assert.equal((await pass(wanted)).kind, 'done');
    assert.deepEqual(shown(), [{ ...own, title: wanted.title, text: wanted.text, status: 'open' }]);

    const ended = { ...wanted, text: 'Done', open: false };
    assert.equal((await pass(ended)).kind, 'done');
    assert.equal(shown()[0]?.status, 'resolved');

    assert.equal((await pass(wanted)).kind, 'done');
    assert.deepEqual(shown(), [{ ...own, title: wanted.title, text: wanted.text, status: 'open' }]);
  });

  it('are not believed of a system that says yes and keeps nothing', async () => {
    const { pass, shown, system } = await setUp({ style: 'liar' });
    assert.equal((await pass(wanted)).kind, 'change');
    assert.deepEqual(shown(), []);

    system.behaviour = 'normal';
    await pass(wanted);
    system.behaviour = 'lies';
    assert.equal((await pass({ ...wanted, text: 'New' })).kind, 'change');
  });
});

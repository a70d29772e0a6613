import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changed, clientOf, failureOf, json, settingsWith } from './example.ts';
import { settings } from './settings.ts';
import { ticketsFor } from './tickets.ts';

const calls = {
  find: {
    request: { method: 'GET', path: '/tickets', query: { ref: '{reference}' } },
    items: '/tickets',
    paging: { kind: 'cursor', at: '/next', parameter: 'cursor' },
    match: '/ref',
  },
  one: { request: { method: 'GET', path: '/tickets/{ticket.id}' }, at: '' },
  ticket: {
    id: '/id',
    name: '/number',
    title: '/title',
    text: '/text',
    resolved: { at: '/status', isOneOf: ['resolved', 'closed'] },
  },
  create: {
    request: { method: 'POST', path: '/tickets', json: { ref: '{reference}', title: '{title}' } },
    id: '/id',
  },
  update: { method: 'PATCH', path: '/tickets/{ticket.id}', json: { title: '{title}' } },
  resolve: { method: 'POST', path: '/tickets/{ticket.id}/resolve' },
  reopen: { method: 'POST', path: '/tickets/{ticket.id}/reopen' },
};

const place = ['description', 'tickets'];
const described = settingsWith(place, calls);
const tickets = ticketsFor(described)!;
const shown = { id: 7, ref: 'gatehouse-1', number: 'IT-7', title: 'T', text: 'X', status: 'open' };
const wanted = { title: 'T', text: 'X', open: false };
const asked = (sent: readonly { method: string; url: string }[]) =>
  sent.map(({ method, url }) => `${method} ${new URL(url).pathname}${new URL(url).search}`);

describe('tickets of a described system', () => {
  it('are there only where the description says how', () => {
    assert.equal(ticketsFor(settings.parse(changed(place, undefined))), null);
  });

  it('are found by the reference on whatever page, and nobody else’s are taken', async () => {
    const alien = { ...shown, id: 3, ref: 'gatehouse-2' };
    const { client, sent } = clientOf(
      described,
      json({ tickets: [alien], next: 'b' }),
      json({ tickets: [shown], next: null }),
    );

    assert.deepEqual(await tickets.find(client, 'gatehouse-1'), {
      id: '7',
      name: 'IT-7',
      title: 'T',
      text: 'X',
      open: true,
    });
    assert.deepEqual(asked(sent), [
      'GET /api/tickets?ref=gatehouse-1',
      'GET /api/tickets?ref=gatehouse-1&cursor=b',
    ]);
  });

  it('are two of the same no answer to work with', async () => {
    const { client } = clientOf(described, json({ tickets: [shown, { ...shown, id: 8 }] }));

    const failure = await failureOf(tickets.find(client, 'gatehouse-1'));
    assert.equal(failure.kind, 'unexpected');
    assert.match(failure.detail, /2 tickets for gatehouse-1/);
  });

  it('are made, and resolved where nobody has anything to do', async () => {
    const { client, sent } = clientOf(described, json({ id: 7 }), json(shown), json({}));

    assert.equal(await tickets.create(client, 'gatehouse-1', wanted), '7');
    assert.deepEqual(asked(sent), [
      'POST /api/tickets',
      'GET /api/tickets/7',
      'POST /api/tickets/7/resolve',
    ]);
  });

  it('are opened before their text is changed, and resolved after it', async () => {
    const other = { ...wanted, title: 'New' };
    const ticket = { id: '7', name: 'IT-7', title: 'T', text: 'X', open: false };
    const again = clientOf(described, json({}), json({}));
    await tickets.update(again.client, ticket, { ...other, open: true });
    assert.deepEqual(asked(again.sent), ['POST /api/tickets/7/reopen', 'PATCH /api/tickets/7']);

    const ended = clientOf(described, json({}), json({}));
    await tickets.update(ended.client, { ...ticket, open: true }, other);
    assert.deepEqual(asked(ended.sent), ['PATCH /api/tickets/7', 'POST /api/tickets/7/resolve']);

    const same = clientOf(described, json({}));
    await tickets.update(same.client, { ...ticket, open: true }, wanted);
    assert.deepEqual(asked(same.sent), ['POST /api/tickets/7/resolve']);
  });

  it('that are gone are told apart from a system that is', async () => {
    const gone = clientOf(described, json({}, { status: 404 }));
    assert.equal(await tickets.read(gone.client, '7'), null);

    const down = clientOf(described, json({}, { status: 503 }));
    assert.equal((await failureOf(tickets.read(down.client, '7'))).kind, 'unavailable');
  });

  it('that lack a part are not believed', async () => {
    const { title: _, ...less } = shown;
    const { client } = clientOf(described, json(less));

    assert.equal((await failureOf(tickets.read(client, '7'))).kind, 'unexpected');
  });
});

describe('a description of tickets', () => {
  const refused = (path: readonly string[], value: string, says: RegExp) => {
    const found = settings.safeParse(changed([...place, ...path], value, changed(place, calls)));
    assert.ok(!found.success);
    assert.match(JSON.stringify(found.error.issues), says);
  };

  it('is refused where a new ticket could not be found again', () => {
    refused(['create', 'request', 'json'], '{title}', /must carry \{reference\}/);
  });

  it('is refused where a placeholder means nothing', () => {
    refused(['resolve', 'path'], '/tickets/{account.id}', /means nothing here. Use \{ticket.id\}/);
    refused(['update', 'path'], '/tickets/{reference}', /\{reference\} means nothing here/);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Plan, Ticket, TicketContent, Tickets } from './contract.ts';
import { ticketIn, ticketTransition } from './tickets.ts';

const wanted: TicketContent = { title: 'Departure', text: 'Done:\n- all', open: true };

/** A ticket system that finds what is new only later. */
function desk() {
  const made = new Map<string, Ticket & { reference: string }>();
  let indexed = 0;
  const tickets: Tickets<null> = {
    scopes: [],
    longestText: 1_000,
    find: async (_, reference) =>
      [...made.values()].slice(0, indexed).find((it) => it.reference === reference) ?? null,
    read: async (_, id) => made.get(id) ?? null,
    async create(_, reference, content) {
      const id = `t-${made.size + 1}`;
      made.set(id, { id, name: id, reference, ...content });
      return id;
    },
    async update(_, { id }, content) {
      made.set(id, { ...made.get(id)!, ...content });
    },
  };
  return { made, tickets, index: () => (indexed = made.size) };
}

async function carryOut(
  it: ReturnType<typeof ticketTransition<null>>,
  content: TicketContent,
): Promise<Plan<unknown>> {
  const planned = it.plan(await it.read(null, ''), content);
  if (planned.kind !== 'change') return planned;
  await it.apply(null, '', planned.change);
  return it.plan(await it.read(null, ''), content);
}

describe('keeping a ticket', () => {
  it('makes it once, and reads it back although no search shows it yet', async () => {
    const { made, tickets, index } = desk();
    const place = { reference: 'gatehouse-1', id: null, takenBack: null };

    const shown = await carryOut(ticketTransition(tickets, place), wanted);
    assert.deepEqual(shown, {
      kind: 'done',
      because: 't-1 shows this, and is open for what people have to do.',
    });

    index();
    assert.equal((await carryOut(ticketTransition(tickets, place), wanted)).kind, 'done');
    assert.equal(made.size, 1);
  });

  it('changes what it shows, by its id', async () => {
    const { made, tickets } = desk();
    const id = await tickets.create(null, 'gatehouse-1', wanted);
    const later = { ...wanted, text: 'Done:\n- really all', open: false };
    const it = ticketTransition(tickets, { reference: 'gatehouse-1', id, takenBack: null });

    const planned = it.plan(await it.read(null, ''), later);
    assert.equal(
      planned.kind === 'change' && planned.summary,
      'Bring it up to date and resolve it: t-1.',
    );
    assert.equal((await carryOut(it, later)).kind, 'done');
    assert.equal(made.get(id)?.open, false);
  });

  it('makes no second one where the first was deleted', async () => {
    const { made, tickets } = desk();
    const it = ticketTransition(tickets, { reference: 'gatehouse-1', id: 't-9', takenBack: null });

    assert.equal((await carryOut(it, wanted)).kind, 'blocked');
    assert.equal(made.size, 0);
  });

  it('does not mind line ends and outer blanks', async () => {
    const { made, tickets } = desk();
    const id = await tickets.create(null, 'gatehouse-1', wanted);
    made.set(id, { ...made.get(id)!, text: 'Done:  \r\n- all\r\n' });
    const it = ticketTransition(tickets, { reference: 'gatehouse-1', id, takenBack: null });

    assert.equal(it.plan(await it.read(null, ''), wanted).kind, 'done');
  });

  it('says on the way back that it was taken back', async () => {
    const { made, tickets } = desk();
    const id = await tickets.create(null, 'gatehouse-1', wanted);
    const takenBack = { ...wanted, text: 'Taken back', open: false };
    const it = ticketTransition(tickets, { reference: 'gatehouse-1', id, takenBack });

    const back = it.restore!(await it.read(null, ''), { ticket: null });
    assert.equal(back.kind, 'change');
    if (back.kind === 'change') await it.apply(null, '', back.change);
    assert.equal(made.get(id)?.text, 'Taken back');
    assert.equal(it.restore!(await it.read(null, ''), { ticket: null }).kind, 'done');
  });

  it('survives storage', async () => {
    const { tickets } = desk();
    const id = await tickets.create(null, 'gatehouse-1', wanted);
    const it = ticketTransition(tickets, { reference: 'gatehouse-1', id: null, takenBack: null });
    assert.equal(ticketIn(JSON.parse(JSON.stringify(await it.read(null, '')))), null);

    const known = ticketTransition(tickets, { reference: 'gatehouse-1', id, takenBack: null });
    const state = await known.read(null, '');
    assert.equal(ticketIn(JSON.parse(JSON.stringify(state)))?.id, id);
    assert.equal(ticketIn(null), null);
  });
});

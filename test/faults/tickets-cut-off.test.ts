import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failpoint } from '#engine/engine.ts';
import { startHttpSystem } from '../../practice/servers/http-system.ts';
import { helpDesk } from '../support/help-desk.ts';
import { checkInvariants } from '../support/invariants.ts';
import { leaver, newSecret, startHouse } from './house.ts';
import { type WorkerProcess, worker } from './worker-process.ts';

const playbook = `
  playbook: involuntary-departure
  title: Record it
  for: departure
  steps:
    - { id: ticket, layer: operations, ticket: { on: { category: ticketing } }, after: [layer security] }
`;

/** Where the worker dies; the first time is the making of the ticket, the second its end. */
const deaths: readonly { point: Failpoint; nth: number; waiting?: true }[] = [
  { point: 'after the intent, before the call', nth: 1 },
  { point: 'during the call', nth: 1, waiting: true },
  { point: 'after the call, before the read-back', nth: 1 },
  { point: 'before the settlement commits', nth: 1 },
  { point: 'after the settlement', nth: 1 },
];

describe('a worker that is cut off while it makes a ticket', () => {
  it('has made one ticket in the end, which says what is so', async (t) => {
    const house = await startHouse(playbook);
    t.after(() => house.stop());
    const desk = await startHttpSystem({
      name: 'Help Desk',
      token: newSecret(),
      users: [{ id: 'service', email: 'service@meadow.example' }],
    });
    t.after(() => desk.close());
    await house.connect(helpDesk('desk', desk), desk.port);
    await house.gatehouse.stopWorker();
    const used: WorkerProcess[] = [];
    const next = () => {
      used.push(worker(house.gatehouse));
      return used.at(-1)!;
    };
    t.after(() => Promise.all(used.map((it) => it.stop())));

    let present = next();
    await present.start();
    for (const [i, { point, nth, waiting }] of deaths.entries()) {
      const who = leaver(`t${i}`);
      const heir = next();
      desk.behaviour = waiting ? 'slow' : 'normal';
      desk.slowMs = 300;
      desk.affects = (method) => method === 'POST';
      await present.dieAt(point, { nth, afterMs: waiting ? 100 : 0 });
      await house.confirm(who);
      assert.deepEqual(await present.ended, { signal: 'SIGKILL', reached: point });

      desk.behaviour = 'normal';
      present = heir;
      await heir.start();
      const found = await house.completed(who);
      const tickets = [...desk.tickets.values()].filter((it) =>
        it.reference.includes(found.case.id),
      );
      assert.equal(tickets.length, 1, point);
      assert.equal(tickets[0]?.status, 'resolved');
      assert.match(tickets[0].title, new RegExp(`Leaver ${who.id}`));
      assert.deepEqual(
        found.steps.map(({ grade }) => grade),
        ['verified', 'verified'],
      );
    }
    await present.stop();
    await checkInvariants(house.gatehouse, {
      secrets: house.secrets,
      effects: desk.effects,
      seen: used.flatMap((it) => it.logs),
    });
  });
});

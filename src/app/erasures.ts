import { randomUUID } from 'node:crypto';
import type { ErasureBasis } from '#core/erasure.ts';
import { obstaclesFor } from '#ledger/erasure.ts';
import { aboutNobody, type Fact, record } from '#ledger/record.ts';
import {
  addErasure,
  decideErasure,
  type ErasureRow,
  listErasures as listStored,
  lockErasure,
} from '#store/erasures.ts';
import { employmentsOf, type PersonRow } from '#store/people.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandStepUp } from './authorize.ts';
import { changedMeanwhile, notFound, Problem } from './problem.ts';

export type { ErasureRow };

/** Asked for, decided and carried out, the newest first. */
export async function listErasures(app: App, caller: Caller): Promise<readonly ErasureRow[]> {
  authorize(caller, 'person.erase');
  return listStored(app.pool);
}

/** Asks that a person be erased. Nothing is destroyed until another person approves it. */
export async function requestErasure(
  app: App,
  caller: Caller,
  it: { personId: string; basis: ErasureBasis },
): Promise<ErasureRow> {
  authorize(caller, 'person.erase');
  return inTransaction(app.pool, async (tx) => {
    await demandErasable(tx, caller, it.personId);
    const id = randomUUID();
    const added = await addErasure(tx, { id, ...it, by: caller.user.id });
    if (!added) {
      throw new Problem('not possible', 'An erasure of this person is open already.');
    }
    await record(tx, aboutNobody, [
      fact(caller, 'erasure.requested', added, { basis: it.basis }, 1),
    ]);
    return added;
  });
}

/** Approves what another person asked for. A scribe carries it out in a moment; it cannot be taken back. */
export async function approveErasure(app: App, caller: Caller, id: string): Promise<void> {
  authorize(caller, 'person.erase');
  demandStepUp(caller);
  await inTransaction(app.pool, async (tx) => {
    const it = await openErasure(tx, id);
    if (it.requestedBy === caller.user.id) {
      throw new Problem(
        'not possible',
        'Who asked for an erasure does not approve it. Ask another person with the role hr or security.',
      );
    }
    await demandErasable(tx, caller, it.personId ?? '');
    const { basis, requestedBy: second } = it;
    await decide(tx, caller, it, fact(caller, 'erasure.approved', it, { basis, second }));
  });
}

/** Takes a request back, or declines it; nothing is destroyed. */
export async function withdrawErasure(app: App, caller: Caller, id: string): Promise<void> {
  authorize(caller, 'person.erase');
  await inTransaction(app.pool, async (tx) => {
    const it = await openErasure(tx, id);
    await decide(tx, caller, it, fact(caller, 'erasure.withdrawn', it, {}));
  });
}

/** Somebody we know, whose data nothing asks to keep, and who is not the caller. */
async function demandErasable(tx: Db, caller: Caller, personId: string): Promise<void> {
  const employments = await employmentsOf(tx, personId);
  if (employments.length === 0) throw notFound(`person with the HR id ${personId}`);
  if (employments.some((it) => isCaller(caller, it))) {
    throw new Problem('not possible', 'Nobody erases their own data. Ask two other people.');
  }
  const obstacles = await obstaclesFor(tx, personId);
  if (obstacles.length === 0) return;
  throw new Problem(
    'not possible',
    'This person cannot be erased yet.',
    obstacles.map(({ kind, detail }) => ({ at: kind, problem: detail })),
  );
}

const isCaller = ({ user }: Caller, { email, facts }: PersonRow): boolean =>
  [email, facts.personalEmail ?? ''].some((it) => it.toLowerCase() === user.email.toLowerCase());

async function openErasure(tx: Db, id: string): Promise<ErasureRow> {
  const it = await lockErasure(tx, id);
  if (!it) throw notFound(`erasure ${id}`);
  if (it.state === 'waiting-for-approval') return it;
  throw new Problem('not possible', `This erasure is ${it.state} already.`);
}

async function decide(tx: Db, caller: Caller, it: ErasureRow, what: Fact): Promise<void> {
  await record(tx, aboutNobody, [what]);
  const state = what.type === 'erasure.approved' ? 'approved' : 'withdrawn';
  const { id, version } = it;
  if (!(await decideErasure(tx, { id, version, state, by: caller.user.id }))) {
    throw changedMeanwhile('The erasure');
  }
}

const fact = (
  caller: Caller,
  type: 'erasure.requested' | 'erasure.approved' | 'erasure.withdrawn',
  { id, version }: ErasureRow,
  data: object,
  becomes = version + 1,
): Fact => ({
  type,
  actor: caller.actor,
  row: { table: 'erasures', id, version: becomes },
  data: { erasure: id, ...data },
});

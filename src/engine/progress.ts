import type { CaseState } from '#core/case.ts';
import { record } from '#ledger/record.ts';
import { noteSealed, watchForAccounts } from '#store/access-checks.ts';
import { type CaseRow, changeCase, countGrades, loadCase, noteProgress } from '#store/cases.ts';
import { listConnections } from '#store/connections.ts';
import { outgrownDeliveries } from '#store/records.ts';
import type { Db } from '#store/sql.ts';
import { loadWork, reopenStep } from '#store/steps.ts';
import { type Engine, engineActor } from './engine.ts';
import { factAbout } from './facts.ts';
import { offersFrom } from './offers.ts';

/**
 * Moves a case on when all of its security steps, or all of its steps, have a grade:
 * access removed, then complete and sealed; on the way back: brought back and sealed.
 */
export async function advanceCase(
  tx: Db,
  engine: Engine,
  it: { caseId: string; allSettled: boolean },
): Promise<void> {
  const found = await loadCase(tx, it.caseId);
  if (!found || !['scheduled', 'running', 'access-removed'].includes(found.state)) return;
  if (found.direction === 'forward' && found.kind === 'departure') {
    const now = await noteProgress(tx, { caseId: found.id, state: 'access-removed' });
    if (now) engine.measures.accessRemoved(timesOf(found, now));
    if (now) await watchPerson(tx, engine, found);
  }
  if (!it.allSettled) return;

  if (found.direction === 'forward' && (await deliverAgain(tx, engine, it.caseId))) return;
  await sealCase(tx, engine, found, found.direction === 'forward' ? 'complete' : 'brought-back');
}

/** Counted from when access was to end: from the confirmation where it was to end at once, or should have already. */
function timesOf(
  { confirmedAt, accessEndsAt, containmentAt }: CaseRow,
  now: Date,
): Parameters<Engine['measures']['accessRemoved']>[0] {
  const from = Math.max(confirmedAt.getTime(), accessEndsAt?.getTime() ?? 0);
  const since = (at: Date) => Math.max(0, at.getTime() - from);
  return { firstChangeMs: containmentAt && since(containmentAt), provenMs: since(now) };
}

/** States how many facts the case has by now, and how its steps ended, and moves it to a state. */
export async function sealCase(
  tx: Db,
  engine: Engine,
  found: CaseRow,
  state: CaseState,
): Promise<void> {
  const counted = await countGrades(tx, { caseId: found.id, direction: found.direction });
  const none = { verified: 0, acknowledged: 0, absent: 0, attested: 0, waived: 0 };
  await Promise.all([
    record(tx, engine.keys, [
      {
        type: 'case.sealed',
        actor: engineActor,
        caseId: found.id,
        row: { table: 'cases', id: found.id, version: found.version + 1 },
        target: { ref: found.ref },
        data: { grades: { ...none, ...counted } },
      },
    ]),
    changeCase(tx, found, { state }),
    noteSealed(tx, found.id),
  ]);
}

/** From here on accounts that appear are none that the plan knows. */
async function watchPerson(tx: Db, { timing, ...engine }: Engine, found: CaseRow): Promise<void> {
  const [firstMs] = timing.rechecksMs;
  if (firstMs === undefined) return;
  const offers = offersFrom(engine.connectors, await listConnections(tx));
  const connectionIds = offers
    .filter(({ holdsAccounts, areAccess }) => holdsAccounts && areAccess !== false)
    .map(({ id }) => id);
  await watchForAccounts(tx, { caseId: found.id, connectionIds, firstMs });
}

/** A record that has grown since it was delivered is delivered again before the case ends. */
async function deliverAgain(tx: Db, engine: Engine, caseId: string): Promise<boolean> {
  const outgrown = await outgrownDeliveries(tx, caseId);
  for (const stepId of outgrown) {
    const work = await loadWork(tx, stepId);
    if (!work) continue;
    await record(tx, engine.keys, [
      factAbout(work, 'step.reopened', {
        version: work.version + 1,
        reason: 'The record has grown since it was delivered.',
        data: { reason: 'record-grew' },
      }),
    ]);
    await reopenStep(tx, stepId, work.version);
  }
  return outgrown.length > 0;
}

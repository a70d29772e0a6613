import { ConnectorError } from '#core/failure.ts';
import { type Round, roundAfter } from '#core/recheck.ts';
import { type Fact, record } from '#ledger/record.ts';
import { type DueCheck, isToSeal, lockCheck, noteChecked } from '#store/access-checks.ts';
import { resolveAlerts } from '#store/alerts.ts';
import { type CaseRow, loadCase, lockCase } from '#store/cases.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { loadWork } from '#store/steps.ts';
import { returnedCondition } from './access-returned.ts';
import { type Engine, engineActor } from './engine.ts';
import { factAbout } from './facts.ts';
import { sealCase } from './progress.ts';
import { Stale } from './settle.ts';

/** The condition that somebody has to mend a connection before it can be looked at again. */
export const uncheckedCondition = (connectionId: string): string =>
  `connection:${connectionId}:unchecked`;

/** What the connection no longer offers cannot be looked at. */
export const cannotLook = (detail: string): ConnectorError =>
  new ConnectorError({ kind: 'rejected', detail });

export const roundOf = ({ now, settledAt }: DueCheck, { timing }: Pick<Engine, 'timing'>): Round =>
  roundAfter(now.getTime() - settledAt.getTime(), timing.rechecksMs);

/** Locks the case, for what a look at it brought. Throws `Stale` where that is no longer asked for. */
export async function lockLook(tx: Db, check: DueCheck): Promise<CaseRow> {
  const it = await lockCase(tx, check.caseId);
  if (!it || !(await lockCheck(tx, check))) throw new Stale(check.id);
  return it;
}

/** It is still as it was left. */
export async function noteHolds(
  tx: Db,
  engine: Engine,
  check: DueCheck,
  fact: Fact,
): Promise<void> {
  await record(tx, engine.keys, [fact]);
  const { nextMs } = roundOf(check, engine);
  await noteChecked(tx, { id: check.id, seen: true, nextMs });
  await resolveAlerts(tx, returnedCondition(check));
  if (check.waitsBecause !== null) await resolveAlerts(tx, uncheckedCondition(check.connectionId));
  await sealLooks(tx, engine, check.caseId);
}

/** A complete case is sealed anew once all looks that are due by now have been made, so that they stand in its pack. */
export async function sealLooks(tx: Db, engine: Engine, caseId: string): Promise<void> {
  const it = await loadCase(tx, caseId);
  if (it?.state !== 'complete' || !(await isToSeal(tx, caseId))) return;
  const locked = await lockCase(tx, caseId);
  if (locked?.state === 'complete') await sealCase(tx, engine, locked, 'complete');
}

/** Nobody can look into a connection that was removed: that is said, and the next look stays planned. */
export async function missLook(engine: Engine, check: DueCheck): Promise<void> {
  const { round, nextMs } = roundOf(check, engine);
  const reason = 'connection-removed';
  await inTransaction(engine.pool, async (tx) => {
    const it = await lockLook(tx, check);
    const work = check.stepId === null ? null : await loadWork(tx, check.stepId);
    const fact: Fact = work
      ? factAbout(work, 'step.unchecked', { data: { reason, round } })
      : {
          type: 'case.unchecked',
          actor: engineActor,
          caseId: it.id,
          target: { ref: it.ref, system: check.connectionId },
          data: { connection: check.connectionId, reason, round },
        };
    await record(tx, engine.keys, [fact]);
    const endedBecause = nextMs === null ? `${check.connectionId} was removed` : null;
    await noteChecked(tx, { id: check.id, seen: false, nextMs, endedBecause });
    await sealLooks(tx, engine, it.id);
  });
}

import { record } from '#ledger/record.ts';
import { resolveCaseAlerts, resolveGuardAlerts } from '#store/alerts.ts';
import { type CaseRow, changeCase, wakeCase } from '#store/cases.ts';
import { calledSteps } from '#store/plans.ts';
import type { Db } from '#store/sql.ts';
import type { Intake } from './intake.ts';
import type { Heard, Received } from './receive.ts';

/**
 * A departure is taken back. Before anything was cut: cancelled, with nothing done. After:
 * what is left to do is void, and a plan for the way back waits for a person.
 */
export async function rescind(
  tx: Db,
  intake: Pick<Intake, 'keys'>,
  heard: Pick<Heard, 'actor' | 'occurredAt' | 'version'>,
  it: CaseRow,
): Promise<Received> {
  if (it.direction === 'back' || it.state === 'cancelled') {
    return { outcome: 'nothing new', detail: 'taken back already', caseId: it.id };
  }
  const undoSteps = await calledSteps(tx, it.id);
  const before = it.containmentAt === null && undoSteps === 0;
  await record(tx, intake.keys, [
    {
      type: 'case.rescinded',
      actor: heard.actor,
      caseId: it.id,
      row: { table: 'cases', id: it.id, version: it.version + 1 },
      target: { ref: it.ref },
      data: { containment: before ? 'before' : 'after', undo_steps: undoSteps },
    },
  ]);
  await changeCase(tx, it, {
    heardAt: heard.occurredAt,
    sourceVersion: heard.version ?? it.sourceVersion,
    question: null,
    planStale: false,
    stateBeforePause: null,
    ...(before
      ? { state: 'cancelled' }
      : { state: 'waiting-for-approval', direction: 'back', planDigest: null }),
  });
  await resolveCaseAlerts(tx, it.id);
  await resolveGuardAlerts(tx);
  // Also where it ends here: people have been asked to do things for it.
  await wakeCase(tx, { caseId: it.id, urgency: 0 });
  if (before) {
    return { outcome: 'rescinded', detail: 'taken back; nothing had been done', caseId: it.id };
  }
  return {
    outcome: 'rescinded',
    detail: 'taken back after access was cut; the way back waits for a person',
    caseId: it.id,
  };
}

import { record } from '#ledger/record.ts';
import { changeCase, countGrades, loadCase, noteProgress } from '#store/cases.ts';
import type { Db } from '#store/sql.ts';
import { type Engine, engineActor } from './engine.ts';

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
    await noteProgress(tx, { caseId: found.id, state: 'access-removed' });
  }
  if (!it.allSettled) return;

  const now = await loadCase(tx, it.caseId);
  const counted = await countGrades(tx, { caseId: found.id, direction: found.direction });
  const none = { verified: 0, acknowledged: 0, absent: 0, attested: 0, waived: 0 };
  await record(tx, engine.keys, [
    {
      type: 'case.sealed',
      actor: engineActor,
      caseId: found.id,
      row: { table: 'cases', id: found.id, version: found.version + 1 },
      target: { ref: found.ref },
      data: { grades: { ...none, ...counted } },
    },
  ]);
  await changeCase(tx, now!, {
    state: found.direction === 'forward' ? 'complete' : 'brought-back',
  });
}

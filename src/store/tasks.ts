import type { Assignment } from '#core/task.ts';
import { type Db, sql } from './sql.ts';
import { wakeSteps } from './steps.ts';

/** Hands a step to people: it is in progress until one of them, or somebody above, answers for it. */
export async function assignStep(
  db: Db,
  it: {
    stepId: string;
    version: number;
    assignment: Assignment;
    because: string;
    /** When the engine reminds or escalates; null: never. */
    wakeAt: Date | null;
  },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update steps
       set status = 'running', assignment = ${JSON.stringify(it.assignment)}, because = ${it.because},
           wake_at = ${it.wakeAt}, failure = null, attempts = 0,
           started_at = coalesce(started_at, clock_timestamp())
     where id = ${it.stepId}
       and version = ${it.version}
       and status in ('ready', 'running')
       and dropped_at is null
  `);
  if (rowCount === 1) await wakeSteps(db, [it.stepId]);
  return rowCount === 1;
}

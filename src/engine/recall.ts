import type { CaseRow } from '#store/cases.ts';
import { stepsOfCase } from '#store/steps.ts';
import { noteRecalled } from '#store/tasks.ts';
import type { Engine } from './engine.ts';
import { tellThem } from './task-letters.ts';

/**
 * The departure was taken back: whoever was asked to do something for it and has not done it
 * yet is told, once, that it is no longer needed.
 */
export async function recallTasks(engine: Engine, it: CaseRow): Promise<void> {
  const { departure, personFacts } = it;
  for (const step of await stepsOfCase(engine.pool, it.id)) {
    const { assignment, status, wakeAt, undoOf } = step;
    if (undoOf !== null || status !== 'running' || !assignment || wakeAt === null) continue;
    const title = step.task?.title ?? step.title;
    const about = { id: step.id, version: step.version, departure, personFacts };
    await tellThem(engine, about, { ...assignment, title }, 'recalled', assignment.people);
    await noteRecalled(engine.pool, step.id);
  }
}

import type { CaseRow } from '#store/cases.ts';
import { stepsOfCase } from '#store/steps.ts';
import { noteRecalled } from '#store/tasks.ts';
import type { Engine } from './engine.ts';
import { sendLetter } from './messages.ts';

/**
 * The departure was taken back: whoever was asked to do something for it and has not done it
 * yet is told, once, that it is no longer needed.
 */
export async function recallTasks(engine: Engine, it: CaseRow): Promise<void> {
  const steps = await stepsOfCase(engine.pool, it.id);
  for (const { id, title, task, assignment, status, wakeAt, undoOf } of steps) {
    if (undoOf !== null || status !== 'running' || !assignment || wakeAt === null) continue;
    const what = task?.title ?? title;
    for (const [i, person] of assignment.people.entries()) {
      const sent = await sendLetter(engine, {
        to: person.email,
        subject: `Gatehouse: ${it.departure.confidential ? 'a task has ended' : `No longer needed: ${what}`}`,
        text: `${person.name},\n\nThis is no longer needed, because the ${it.kind} was taken back:\n${what}\n\n${engine.publicUrl}\n`,
        id: `recall-${id}-${i}`,
      });
      if (sent.kind !== 'failed') continue;
      engine.log.warn({ stepId: id, kind: sent.failure.kind }, 'a task could not be called off');
    }
    await noteRecalled(engine.pool, id);
  }
}

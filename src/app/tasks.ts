import { isAmong } from '#core/task.ts';
import { type AssignedStep, assignedSteps } from '#store/tasks.ts';
import type { App, Caller } from './app.ts';
import { authorize, may } from './authorize.ts';

export type { AssignedStep };

/** What waits for people: one's own tasks, or everybody's for those who run departures. */
export async function listTasks(
  app: App,
  caller: Caller,
  it: { mine: boolean },
): Promise<readonly AssignedStep[]> {
  authorize(caller, 'task.read');
  const everybody = !it.mine && may(caller, 'case.read');
  const found = await assignedSteps(app.pool);
  return found.filter((task) => {
    const own = isAmong(task.assignment.people, caller.user.email);
    return own || (everybody && (!task.confidential || may(caller, 'case.read-confidential')));
  });
}

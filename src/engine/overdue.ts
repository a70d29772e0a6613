import { raiseAlert, resolveAlerts } from '#store/alerts.ts';
import { overdueSteps } from '#store/overdue.ts';
import type { Engine } from './engine.ts';

/** Access that should have ended for longer than this, and nobody has touched it: somebody is told. */
export const overdueAfterMs = 60_000;

export const overdueCondition = 'overdue';

/** Tells once while steps that end access wait although nothing stands in their way. */
export async function tellOfOverdue(engine: Engine): Promise<void> {
  const { steps, connections, told } = await overdueSteps(engine.pool, overdueAfterMs);
  if (steps === 0 && told) await resolveAlerts(engine.pool, overdueCondition);
  if (steps === 0 || told) return;
  const where = connections.length > 0 ? ` in ${connections.join(', ')}` : '';
  await raiseAlert(engine.pool, {
    condition: overdueCondition,
    kind: 'step.overdue',
    title: 'Access that should have ended is still open',
    body:
      `${steps} ${steps === 1 ? 'step' : 'steps'}${where} should have begun more than a minute ago. ` +
      'They come as soon as they can; where it is urgent, end the access by hand. If this does not ' +
      'pass, too few workers run, or a rate limit of ours is too low.',
    caseId: null,
    stepId: null,
    connectionId: null,
    confidential: false,
  });
}

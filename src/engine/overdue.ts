import { raiseAlert, resolveAlerts } from '#store/alerts.ts';
import { overdueSteps, type Patience } from '#store/overdue.ts';
import type { Engine } from './engine.ts';

/** Steps that wait for longer than this although nothing stands in their way: somebody is told. */
interface Overdue extends Patience {
  readonly title: string;
  readonly since: string;
  readonly advice: string;
}

export const accessOverdue: Overdue = {
  endsAccess: true,
  afterMs: 60_000,
  condition: 'overdue',
  title: 'Access that should have ended is still open',
  since: 'a minute',
  advice: 'where it is urgent, end the access by hand',
};

export const othersOverdue: Overdue = {
  endsAccess: false,
  afterMs: 15 * 60_000,
  condition: 'overdue:others',
  title: 'Steps that are due have not begun',
  since: 'a quarter of an hour',
  advice: 'access has an alert of its own; what cannot wait can be done by hand',
};

/** Tells once while there are such steps. */
export async function tellOfOverdue(engine: Engine, it: Overdue): Promise<void> {
  const { steps, connections, told } = await overdueSteps(engine.pool, it);
  if (steps === 0 && told) await resolveAlerts(engine.pool, it.condition);
  if (steps === 0 || told) return;
  const where = connections.length > 0 ? ` in ${connections.join(', ')}` : '';
  await raiseAlert(engine.pool, {
    condition: it.condition,
    kind: 'step.overdue',
    title: it.title,
    body:
      `${steps} ${steps === 1 ? 'step' : 'steps'}${where} should have begun more than ${it.since} ago. ` +
      `They come as soon as they can; ${it.advice}. If this does not ` +
      'pass, too few workers run, or a rate limit of ours is too low.',
    caseId: null,
    stepId: null,
    connectionId: null,
    confidential: false,
  });
}

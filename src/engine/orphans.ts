import { orphanedSteps } from '#store/orphans.ts';
import { loadWork } from '#store/steps.ts';
import type { Engine } from './engine.ts';
import { hold, Stale } from './settle.ts';

/**
 * Holds what is due in a connection that was removed since it was planned. We cannot end that
 * access any more, and must not leave it out in silence.
 */
export async function holdOrphans(engine: Engine): Promise<void> {
  for (const stepId of await orphanedSteps(engine.pool)) {
    const work = await loadWork(engine.pool, stepId);
    if (!work) continue;
    try {
      await hold(engine, work, {
        because:
          `The connection ${work.connectionId} was removed. Do it by hand, skip it with a reason, ` +
          'or add the connection again and try once more.',
        failure: null,
        reason: 'connection removed',
      });
    } catch (error) {
      if (!(error instanceof Stale)) throw error; // somebody else moved it
    }
  }
}

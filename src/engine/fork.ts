import { foundFork } from '#ledger/fork-guard.ts';
import { raiseAlert, resolveAlerts } from '#store/alerts.ts';
import type { Engine } from './engine.ts';

export const forkCondition = 'record:fork';

/** The scribe has stopped, and no step acts any more: somebody has to learn that at once. */
export async function tellOfFork(engine: Engine): Promise<void> {
  const fork = await foundFork(engine.pool);
  if (!fork) return resolveAlerts(engine.pool, forkCondition);
  await raiseAlert(engine.pool, {
    condition: forkCondition,
    kind: 'record.forked',
    title: 'The record is not the one that was signed',
    body: fork.because,
    caseId: null,
    stepId: null,
    connectionId: null,
    confidential: false,
  });
}

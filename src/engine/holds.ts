import { raiseAlert } from '#store/alerts.ts';
import { longHolds } from '#store/holds.ts';
import type { Engine } from './engine.ts';

/** Whoever holds a departure without a date of its own is asked after this. */
export const longHoldMs = 24 * 60 * 60_000;

/** What is held never ends access by itself, so that somebody is asked once it has waited too long. */
export async function tellOfLongHolds(engine: Engine): Promise<void> {
  for (const { caseId, confidential } of await longHolds(engine.pool, longHoldMs)) {
    await raiseAlert(engine.pool, {
      condition: `held:${caseId}`,
      kind: 'case.held-long',
      title: 'A departure is held for longer than planned',
      body:
        'Its access should have ended by now, and stays open until somebody releases the departure ' +
        '(gatehouse case release) or takes it back (gatehouse case cancel).',
      caseId,
      stepId: null,
      connectionId: null,
      confidential,
    });
  }
}

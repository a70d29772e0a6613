import { mirrorIsAmiss, mirrorState } from '#ledger/mirror-state.ts';
import { raiseAlert, resolveAlerts } from '#store/alerts.ts';
import type { Engine } from './engine.ts';

export const mirrorCondition = 'record:mirror';

/** What is signed has no second place: somebody has to see to it before the first one is lost. */
export async function tellOfMirror(engine: Engine): Promise<void> {
  const state = await mirrorState(engine.pool);
  if (!state || !mirrorIsAmiss(state)) return resolveAlerts(engine.pool, mirrorCondition);
  const { place, comesFirst, problem, lagMs } = state;
  await raiseAlert(engine.pool, {
    condition: mirrorCondition,
    kind: 'record.unmirrored',
    title: comesFirst ? 'Nothing is signed: the mirror cannot be written' : 'The mirror is behind',
    body: [
      problem ?? `The mirror of the record, ${place}, is ${Math.round(lagMs / 1_000)} s behind.`,
      comesFirst
        ? 'Facts are still taken, and steps go on. Nothing is signed before it lies in the mirror.'
        : 'What is signed meanwhile lies in the database only.',
    ].join(' '),
    caseId: null,
    stepId: null,
    connectionId: null,
    confidential: false,
  });
}

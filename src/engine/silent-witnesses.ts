import { silentWitnesses } from '#ledger/witnesses.ts';
import { isAlertOpen, raiseAlert, resolveAlerts } from '#store/alerts.ts';
import type { Engine } from './engine.ts';

/** A witness that has not signed for longer than this is not just being restarted. */
export const silentAfterMs = 60 * 60_000;

export const witnessCondition = 'record:witness';

/** Tells once while a witness does not sign, since the next pack may have to wait for it. */
export async function tellOfSilentWitnesses({ pool }: Pick<Engine, 'pool'>): Promise<void> {
  const silent = await silentWitnesses(pool, silentAfterMs);
  if (silent.length === 0) return resolveAlerts(pool, witnessCondition);
  if (await isAlertOpen(pool, witnessCondition)) return;
  const each = silent.map(
    ({ name, since, problem }) => `${name}, since ${since.toISOString()}: ${problem}.`,
  );
  await raiseAlert(pool, {
    condition: witnessCondition,
    kind: 'record.witness-silent',
    title: 'A witness does not sign the record',
    body:
      `${each.join('\n')}\nThe record is written and signed as ever. A pack that has to be signed by a quorum of ` +
      'witnesses waits. Ask whoever runs the witness.',
    caseId: null,
    stepId: null,
    connectionId: null,
    confidential: false,
  });
}

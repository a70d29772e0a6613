import { record } from '#ledger/record.ts';
import type { RecoveredCase } from '#ledger/recover.ts';
import { raiseAlert } from '#store/alerts.ts';
import { changeCase, lockCase } from '#store/cases.ts';
import { inTransaction } from '#store/sql.ts';
import type { App } from './app.ts';
import { localActor } from './users.ts';

/** What became of a case whose facts came back. */
export interface SeenTo extends RecoveredCase {
  /** `paused`: it goes on when a person has looked; `ended`: nothing was to be stopped; `missing`: the database has nothing of it. */
  readonly outcome: 'paused' | 'ended' | 'missing';
}

const ended = ['complete', 'cancelled', 'brought-back'];

/**
 * Stops the cases of which the record knows more than their rows, and asks a person to look: what was done after the
 * backup was done in the systems, and its rows do not say so. Can be run again.
 */
export async function seeToRecovered(
  app: Pick<App, 'pool' | 'keys'>,
  cases: readonly RecoveredCase[],
): Promise<readonly SeenTo[]> {
  const seen: SeenTo[] = [];
  for (const it of cases) seen.push({ ...it, outcome: await pause(app, it) });
  const missing = seen.filter(({ outcome }) => outcome === 'missing').map(({ caseId }) => caseId);
  if (missing.length > 0) {
    await raiseAlert(app.pool, {
      condition: 'record:recovered',
      kind: 'record.recovered',
      title: 'Cases were opened after the backup, and the database has nothing of them',
      body: `The record knows of ${missing.join(', ')} (gatehouse audit search --case …). Have each person told of again by its source, and look at what was done already.`,
      caseId: null,
      stepId: null,
      connectionId: null,
      confidential: false,
    });
  }
  return seen;
}

async function pause(
  app: Pick<App, 'pool' | 'keys'>,
  { caseId, facts, settled }: RecoveredCase,
): Promise<SeenTo['outcome']> {
  return inTransaction(app.pool, async (tx) => {
    const it = await lockCase(tx, caseId);
    if (!it) return 'missing';
    if (ended.includes(it.state)) return 'ended';
    if (it.state === 'paused') return 'paused';
    const done = settled.length === 0 ? '' : ` They say: ${settled.join('; ')}.`;
    const question = `An earlier database was put back, and ${facts} facts of this case came from the mirror.${done} Look at what was done (gatehouse audit search --case ${caseId}), then resume it.`;
    await record(tx, app.keys, [
      {
        type: 'case.held',
        actor: localActor,
        caseId,
        row: { table: 'cases', id: caseId, version: it.version + 1 },
        target: { ref: it.ref },
        data: { reason: 'recovered' },
      },
    ]);
    await changeCase(tx, it, { state: 'paused', stateBeforePause: it.state, question });
    await raiseAlert(tx, {
      condition: `question:${caseId}`,
      kind: 'case.question',
      title: 'A case waits for somebody to look: an earlier database was put back',
      body: question,
      caseId,
      stepId: null,
      connectionId: null,
      confidential: it.departure.confidential,
    });
    return 'paused';
  });
}

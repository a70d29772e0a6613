import { aOf } from '#core/arrival.ts';
import { planDigest, stepDigest } from '#ledger/digest.ts';
import { record } from '#ledger/record.ts';
import { raiseAlert } from '#store/alerts.ts';
import { type CaseRow, changeCase, isArrivalCase, lockCase } from '#store/cases.ts';
import { insertWayBack, type WayBack } from '#store/plans.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { type StepRow, stepsOfCase } from '#store/steps.ts';
import { type Engine, engineActor } from './engine.ts';
import { advanceCase } from './progress.ts';
import { release, Stale } from './settle.ts';

/**
 * Plans the way back of a case whose departure was taken back: an undo step for everything
 * that was changed, in the opposite order, each restoring the state recorded before. A
 * person starts it; until then nothing is touched. What cannot be undone is listed.
 */
export async function planWayBack(engine: Engine, it: CaseRow): Promise<void> {
  const steps = await stepsOfCase(engine.pool, it.id);
  // What was found done already was not our doing, so it is not ours to undo.
  const called = steps.filter((step) => step.undoOf === null && step.planDigest !== null);
  const restorable: StepRow[] = [];
  for (const step of called) if (await canRestore(engine, step)) restorable.push(step);
  const back = restorable.map((step) => undoOf(step, restorable));
  const notes = steps
    .filter((step) => step.undoOf === null && !restorable.includes(step))
    .flatMap((step) => whyNotUndone(step) ?? []);

  const digest = planDigest(
    back.map(({ key, title, after }) =>
      stepDigest({
        account: null,
        capability: null,
        change: { after },
        connection: null,
        params: null,
        state: null,
        step: key,
        summary: title,
      }),
    ),
  );
  await inTransaction(engine.pool, async (tx) => {
    const locked = await lockCase(tx, it.id);
    if (!locked || locked.version !== it.version) throw new Stale(it.id);
    if (locked.planDigest !== digest) await write(tx, engine, locked, { back, digest, notes });
    if (locked.state !== 'running') return;
    if (back.length === 0) await advanceCase(tx, engine, { caseId: it.id, allSettled: true });
    else await release(tx, engine, { caseId: it.id, direction: 'back' });
  });
}

async function write(
  tx: Db,
  engine: Engine,
  it: CaseRow,
  { back, digest, notes }: { back: readonly WayBack[]; digest: string; notes: readonly string[] },
): Promise<void> {
  await insertWayBack(tx, it.id, back);
  await record(tx, engine.keys, [
    {
      type: 'case.changed',
      actor: engineActor,
      caseId: it.id,
      row: { table: 'cases', id: it.id, version: it.version + 1 },
      target: { ref: it.ref },
      data: { changed: ['plan'], steps: back.length, plan: digest },
    },
  ]);
  await changeCase(tx, it, { planDigest: digest, planNotes: notes });
  if (it.state !== 'waiting-for-approval') return;
  const isArrival = isArrivalCase(it);
  await raiseAlert(tx, {
    condition: `way-back:${it.id}`,
    kind: 'case.question',
    title: isArrival
      ? `${aOf(it.kind)} was withdrawn after it had begun`
      : 'A departure was taken back after access was cut',
    body:
      (isArrival ? 'Accounts were opened or changed. ' : 'The person has no access now. ') +
      'The way back is planned and waits for somebody to approve it (gatehouse case bring-back).',
    caseId: it.id,
    stepId: null,
    connectionId: null,
    confidential: it.departure.confidential,
  });
}

/** What a person has to see to themselves; null: nothing. */
function whyNotUndone(step: StepRow): string | null {
  const what = `“${step.title}”${step.account ? ` (${step.account.login})` : ''}`;
  const { decision } = step;
  if (step.kind === 'ticket') return null;
  if (decision?.kind === 'attested' && step.kind !== 'task') {
    return `${what} was done by hand by ${decision.byName}; undo it by hand.`;
  }
  const sent = step.appliedAt !== null || (step.planDigest !== null && step.status !== 'settled');
  return sent ? `${what} cannot be undone: ${step.summary ?? step.key}` : null;
}

/** Whether the connector knows a way back for what this step changed. */
async function canRestore(engine: Engine, step: StepRow): Promise<boolean> {
  if (!step.connectionId) return false;
  if (step.kind === 'ticket') return step.params['moment'] === 'opening';
  if (step.kind !== 'action') return false;
  const { connectionId } = step;
  const opened = await engine.clients.open(connectionId).catch(() => null);
  if (!opened) return false;
  try {
    const action = opened.actions.find((it) => it.capability === step.capability);
    return action?.kind === 'transition' && action.restore !== undefined;
  } finally {
    await opened.close();
  }
}

/** Undoing goes the opposite way: what came later is undone first; a ticket tells of it in the end. */
function undoOf(step: StepRow, touched: readonly StepRow[]): WayBack {
  return {
    key: `undo:${step.key}`,
    position: 10_000 - step.position,
    undoOf: step.id,
    title: `Bring back: ${step.title}`,
    after: touched
      .filter((later) =>
        step.kind === 'ticket' ? later.kind !== 'ticket' : later.after.includes(step.id),
      )
      .map((later) => `undo:${later.key}`),
  };
}

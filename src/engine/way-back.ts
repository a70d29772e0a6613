import { planDigest, stepDigest } from '#ledger/digest.ts';
import { record } from '#ledger/record.ts';
import { type CaseRow, changeCase, lockCase } from '#store/cases.ts';
import { insertWayBack, type WayBack } from '#store/plans.ts';
import { inTransaction } from '#store/sql.ts';
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
  const touched = steps.filter(
    (step) => step.undoOf === null && step.before !== null && step.startedAt,
  );
  const back: WayBack[] = [];
  const notes: string[] = [];
  for (const step of touched) {
    if (await canRestore(engine, step)) back.push(undoOf(step, touched));
    else if (step.appliedAt)
      notes.push(`${step.title} cannot be undone: ${step.summary ?? step.key}`);
  }
  const commands = steps.filter((step) => step.grade === 'acknowledged' && step.undoOf === null);
  notes.push(...commands.map((step) => `${step.title} cannot be undone.`));

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
  if (back.length === 0 && it.state === 'running') {
    const nothingLeft = { caseId: it.id, allSettled: true };
    return inTransaction(engine.pool, (tx) => advanceCase(tx, engine, nothingLeft));
  }
  if (it.planDigest === digest) return;

  await inTransaction(engine.pool, async (tx) => {
    const locked = await lockCase(tx, it.id);
    if (!locked || locked.version !== it.version) throw new Stale(it.id);
    await insertWayBack(tx, it.id, back);
    const running = locked.state === 'running';
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
    await changeCase(tx, locked, { planDigest: digest, planNotes: notes });
    if (running) await release(tx, engine, { caseId: it.id, direction: 'back' });
  });
}

/** Whether the connector knows a way back for what this step changed. */
async function canRestore(engine: Engine, step: StepRow): Promise<boolean> {
  if (step.kind !== 'action' || !step.connectionId) return false;
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

/** Undoing goes the opposite way: what came later is undone first. */
function undoOf(step: StepRow, touched: readonly StepRow[]): WayBack {
  return {
    key: `undo:${step.key}`,
    position: 10_000 - step.position,
    undoOf: step.id,
    title: `Bring back: ${step.title}`,
    after: touched
      .filter((later) => later.after.includes(step.id))
      .map((later) => `undo:${later.key}`),
  };
}

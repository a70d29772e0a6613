import type { Plan } from '#connector-kit/contract.ts';
import type { DueCheck } from '#store/access-checks.ts';
import { noteSeen } from '#store/access-checks.ts';
import { inTransaction } from '#store/sql.ts';
import { loadWork, type Work } from '#store/steps.ts';
import { reopenReturned } from './access-returned.ts';
import type { Engine } from './engine.ts';
import { factAbout } from './facts.ts';
import { cannotLook, lockLook, noteHolds, roundOf } from './look-results.ts';
import { connectionAnswered, Stale, seenIn } from './settle.ts';
import { lookAt } from './transition.ts';

/** Looks at what a step ended: it is still so, or the step is open again. Throws what the connection failed with. */
export async function lookAtStep(engine: Engine, check: DueCheck): Promise<void> {
  const work = await loadWork(engine.pool, check.stepId!);
  if (work?.status !== 'settled') throw new Stale(check.id);
  const { state, planned } = await look(engine, work);
  if (work.failuresInRow > 0) await connectionAnswered(engine, check.connectionId);

  const { round } = roundOf(check, engine);
  await inTransaction(engine.pool, async (tx) => {
    const it = await lockLook(tx, check);
    const now = await loadWork(tx, work.id);
    if (now?.version !== work.version || now.grade !== 'verified') throw new Stale(check.id);
    if (planned.kind !== 'done') {
      const because = foundIn(planned);
      return reopenReturned(tx, engine, it, work, { because, state, round });
    }
    const reason = planned.because;
    const fact = factAbout(work, 'step.rechecked', { reason, after: state, data: { round } });
    const seen = state === undefined ? null : seenIn(work, 'verified');
    if (seen) await noteSeen(tx, seen);
    await noteHolds(tx, engine, check, fact);
  });
}

/** What is there again, in the words of the connector. */
function foundIn(planned: Exclude<Plan<unknown>, { kind: 'done' }>): string {
  switch (planned.kind) {
    case 'change':
      return `To be done: ${planned.summary}`;
    case 'by-hand':
      return planned.order.instructions;
    case 'blocked':
    case 'underway':
      return planned.because;
  }
}

export async function look(
  engine: Engine,
  work: Work,
): Promise<{ state: unknown; planned: Plan<unknown> }> {
  const opened = await engine.clients.open(work.connectionId!);
  try {
    const action = opened.actions.find((it) => it.capability === work.capability);
    if (action?.kind !== 'transition') {
      throw cannotLook(`${opened.name} no longer shows ${work.capability}.`);
    }
    return await lookAt(engine, work, opened, action);
  } catch (error) {
    throw opened.withoutSecrets(error);
  } finally {
    await opened.close();
  }
}

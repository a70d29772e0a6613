import { postponeStep, type Work } from '#store/steps.ts';
import type { Engine } from './engine.ts';
import { hold } from './settle.ts';

export const lookAgainDelaysMs = [1_000, 2_000, 5_000, 10_000, 30_000];

/** Waits for an effect to show, until the system's own time for it is over. */
export async function lookAgain(
  engine: Engine,
  work: Work,
  it: { settleMs: number; because: string; state: unknown },
): Promise<void> {
  const since = work.callStartedAt ?? work.startedAt ?? work.now;
  const waitedMs = work.now.getTime() - since.getTime();
  if (waitedMs >= it.settleMs) {
    const mismatch = work.callOutcome === 'accepted';
    await hold(engine, work, { because: it.because, failure: null, state: it.state, mismatch });
    return;
  }
  const next = lookAgainDelaysMs.find((delayMs) => delayMs > waitedMs / 2) ?? 30_000;
  await postponeStep(engine.pool, {
    stepId: work.id,
    version: work.version,
    wakeAt: new Date(work.now.getTime() + Math.min(next, it.settleMs - waitedMs + 100)),
    because: it.because,
    failure: null,
    attempts: work.attempts,
  });
}

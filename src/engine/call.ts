import { stepDigest } from '#ledger/digest.ts';
import { record } from '#ledger/record.ts';
import { beginContainment } from '#store/cases.ts';
import { claimStep, markCall, prolongClaim } from '#store/leases.ts';
import { inTransaction } from '#store/sql.ts';
import { postponeStep, type Work } from '#store/steps.ts';
import type { Opened } from './clients.ts';
import type { Engine } from './engine.ts';
import { factAbout } from './facts.ts';
import { fail, failureIn } from './fail.ts';
import { lookAgain } from './look-again.ts';
import { Stale } from './settle.ts';

/** Moments are reckoned from the database's clock, as it was when the pass began. */
export const later = (now: Date, ms: number) => new Date(now.getTime() + ms);

export interface Claimed {
  readonly fence: string;
  readonly attempt: number;
  readonly summary: string;
}

/**
 * tx1: claim, judge an earlier call, state the intent, mark the call. Null: no call may be
 * made now; the step has been held, postponed, or belongs to somebody else.
 */
export async function beginCall(
  engine: Engine,
  work: Work,
  it: {
    state: unknown;
    planned: { summary: string; change: unknown };
    settleMs: number;
    windowMs: number;
    repeatable: boolean;
    params: unknown;
  },
): Promise<Claimed | null> {
  const digest = stepDigest({
    account: work.account,
    capability: work.capability,
    change: it.planned.change,
    connection: work.connectionId,
    params: it.params,
    state: it.state,
    step: work.id,
    summary: it.planned.summary,
  });

  const earlier = judge(work, it);
  if (earlier === 'accepted') {
    await lookAgain(engine, work, {
      settleMs: it.settleMs,
      because: 'Accepted, but the change does not show.',
      state: it.state,
    });
    return null;
  }
  if (earlier instanceof Date) {
    await postponeStep(engine.pool, {
      stepId: work.id,
      version: work.version,
      wakeAt: earlier,
      because: 'We do not know what the last call did; we look again before we repeat it.',
      failure: work.failure,
      attempts: work.attempts,
    });
    return null;
  }

  const start = performance.now();
  const marked = await inTransaction(engine.pool, async (tx) => {
    const claim = await claimStep(tx, {
      stepId: work.id,
      worker: engine.worker,
      leaseMs: engine.timing.leaseMs,
    });
    if (!claim) throw new Stale(work.id);
    // Somebody has called since we read, or has learned what came of the call we know of.
    const isNewer = claim.callStartedAt && claim.callStartedAt > work.now;
    if (isNewer || claim.callOutcome !== work.callOutcome) throw new Stale(work.id);

    await record(tx, engine.keys, [
      factAbout(work, 'step.intended', {
        attempt: claim.attempt + 1,
        plan: digest,
        before: work.before ?? it.state,
        summary: it.planned.summary,
        data: { deadline: later(work.now, engine.timing.callMs).toISOString() },
      }),
    ]);
    if (work.layer === 'security' && !work.containmentAt) await beginContainment(tx, work.caseId);
    engine.failpoint('before the intent commits');
    const mark = await markCall(tx, {
      stepId: work.id,
      version: work.version,
      fence: claim.fence,
      leaseMs: engine.timing.leaseMs,
      before: it.state,
      summary: it.planned.summary,
      planDigest: digest,
    });
    if (!mark) throw new Stale(work.id);
    return { fence: claim.fence, attempt: mark.attempt, summary: it.planned.summary };
  });
  // A process frozen between the mark and this line must not send.
  if (performance.now() - start > 2_000 + engine.timing.leaseMs / 4) throw new Stale(work.id);
  engine.failpoint('after the intent, before the call');
  return marked;
}

/** May we call? Yes (null), not yet (a Date), or an earlier call was accepted. */
function judge(
  work: Work,
  it: { windowMs: number; repeatable: boolean },
): null | Date | 'accepted' {
  if (!work.callStartedAt || work.callOutcome === 'refused') return null;
  if (work.callOutcome === 'accepted') return 'accepted';
  if (it.repeatable) return null;
  const windowEndsAt = later(work.callStartedAt, it.windowMs);
  return windowEndsAt > work.now ? windowEndsAt : null;
}

/** Runs a call with the claim kept alive; a failed one is recorded with what we know of it. */
export async function makeCall<T>(
  engine: Engine,
  work: Work,
  opened: Pick<Opened, 'withoutSecrets'>,
  fence: string,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await whileClaimed(engine, work, fence, call);
  } catch (error) {
    await fail(engine, work, failureIn(opened.withoutSecrets(error)), { fence });
    throw new Stale(work.id);
  }
}

/** Does something that takes its time without losing the claim. */
export async function whileClaimed<T>(
  engine: Engine,
  work: Work,
  fence: string,
  act: () => Promise<T>,
): Promise<T> {
  const heartbeat = setInterval(() => {
    prolongClaim(engine.pool, {
      stepId: work.id,
      fence,
      leaseMs: engine.timing.leaseMs,
    }).catch(() => {}); // a lost heartbeat shows when the claim is used
  }, engine.timing.leaseMs / 3);
  try {
    return await act();
  } finally {
    clearInterval(heartbeat);
  }
}

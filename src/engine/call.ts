import { type PreparedFact, prepared, stating } from '#ledger/record.ts';
import { type Claim, type Mark, markCalls, prolongClaim } from '#store/leases.ts';
import { inTransaction } from '#store/sql.ts';
import { postponeStep, type Work } from '#store/steps.ts';
import { type Clearance, clear } from './clearance.ts';
import type { Opened } from './clients.ts';
import type { Engine } from './engine.ts';
import { factAbout } from './facts.ts';
import { fail, failureIn } from './fail.ts';
import { lookAgain } from './look-again.ts';
import { endDepartingUsers } from './own-users.ts';
import { Stale } from './settle.ts';

/** Moments are reckoned from the database's clock, as it was when the pass began. */
export const later = (now: Date, ms: number) => new Date(now.getTime() + ms);

/** From the mark to the call; longer than this, and somebody else may believe us dead. */
const longestFreezeMs = 2_000;

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
  /** Where it is called; null: nowhere that has accounts. */
  opened: Opened | null,
  it: {
    state: unknown;
    planned: { summary: string; change: unknown };
    settleMs: number;
    windowMs: number;
    repeatable: boolean;
    params: unknown;
  },
): Promise<Claimed | null> {
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

  const { state, params } = it;
  const clearance = await clear(engine, work, opened, { ...it.planned, state, params });
  if (!clearance) return null;
  const { digest, approvalId } = clearance;

  const isCut = work.layer === 'security' && !work.containmentAt;
  // Nobody watches their own access end, or stops that, from inside of Gatehouse.
  if (isCut && work.isUserOfOurs) await endDepartingUsers(engine, work.caseId);
  const facts = await prepared(engine.pool, engine.keys, [
    factAbout(work, 'step.intended', {
      attempt: work.attempt + 1,
      plan: digest,
      before: work.before ?? it.state,
      summary: it.planned.summary,
      data: {
        deadline: later(work.now, engine.timing.callMs).toISOString(),
        ...(approvalId ? { approval: approvalId } : {}),
      },
    }),
    ...clearance.facts,
  ]);
  engine.failpoint('before the intent commits');
  const claim = {
    stepId: work.id,
    version: work.version,
    attempt: work.attempt,
    outcome: work.callOutcome,
    before: it.state,
    summary: it.planned.summary,
    planDigest: digest,
    isCut,
  };
  const claimed = clearance.confirm
    ? await claimAlone(engine, { facts, claim, confirm: clearance.confirm })
    : await engine.groups.claim({ caseId: work.caseId, facts, claim });
  if (!claimed) throw new Stale(work.id);
  const { mark, askedAt } = claimed;
  // A process frozen between the mark and this line must not send.
  if (performance.now() - askedAt - mark.waitedMs > longestFreezeMs) throw new Stale(work.id);
  engine.failpoint('after the intent, before the call');
  return { ...mark, summary: it.planned.summary };
}

/** Claims a step whose clearance counts only in the same transaction. Throws `Stale`. */
function claimAlone(
  engine: Engine,
  it: {
    facts: readonly PreparedFact[];
    claim: Claim;
    confirm: NonNullable<Clearance['confirm']>;
  },
): Promise<{ mark: Mark; askedAt: number }> {
  const { worker, timing, pool } = engine;
  return inTransaction(pool, async (tx) => {
    const askedAt = performance.now();
    const marks = await markCalls(tx, stating(it.facts), [it.claim], { worker, ...timing });
    const [mark] = marks ?? [];
    if (!mark) throw new Stale(it.claim.stepId);
    await it.confirm(tx);
    return { mark, askedAt };
  });
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
    return await whileClaimed(engine, work, fence, () => engine.calls.make(call));
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

import { done, type Known, type Moving, type Plan } from '#connector-kit/contract.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import type { Remote } from '#core/leaf.ts';
import { record } from '#ledger/record.ts';
import { endClaim } from '#store/leases.ts';
import { inTransaction } from '#store/sql.ts';
import { loadWork, nowOf, postponeStep, type Work } from '#store/steps.ts';
import { beginCall, type Claimed, later, makeCall, whileClaimed } from './call.ts';
import type { Opened } from './clients.ts';
import { deadline } from './deadline.ts';
import type { Engine } from './engine.ts';
import { factAbout } from './facts.ts';
import { failureIn } from './fail.ts';
import { askAndWatch } from './humans.ts';
import { lookAgain, lookAgainDelaysMs } from './look-again.ts';
import { answered, hold, Stale, settle } from './settle.ts';

/**
 * From the end of a reading to the record of what it showed, at most. Whoever stood still for longer reads again: by now
 * the system may show something else.
 */
const longestPauseMs = 30_000;

/** What is read: the account, or of a delivery the files of the case. */
const targetOf = ({ account, caseId }: Work): string => account?.id ?? caseId;

/** One pass of an action whose effect can be read back. */
export async function moveTo(
  engine: Engine,
  work: Work,
  opened: Opened,
  action: Moving,
): Promise<void> {
  const undone = work.undoOf === null ? null : await loadWork(engine.pool, work.undoOf);
  const plan = planner(work, action, undone);
  if (!plan) {
    await hold(engine, work, { because: 'There is no way back for this step.', failure: null });
    return;
  }
  const settleMs = action.settlesWithinMs ?? engine.timing.settleMs;
  const windowMs = action.consistencyMs ?? Math.max(engine.timing.windowMs, settleMs);
  if (undone && (await mustWaitFor(engine, work, undone, windowMs))) return;

  const accountId = targetOf(work);
  engine.failpoint('before the read');
  const known = knownFor(work, action, undone);
  const countsUntil = countingUntil(engine, work);
  const state = await deadline(engine, action.read(opened.client, accountId, known));
  engine.failpoint('after the read');
  await answered(engine, work);

  const planned = unlessDoneByHand(work, plan(state));
  switch (planned.kind) {
    case 'done':
      return settleAs(engine, work, {
        before: state,
        after: state,
        because: planned.because,
        countsUntil,
      });
    case 'blocked':
      return hold(engine, work, { because: planned.because, failure: null, state });
    case 'underway':
      return lookAgain(engine, work, { settleMs, because: planned.because, state });
    case 'by-hand':
      return askAndWatch(engine, work, planned);
    case 'change':
      break;
  }

  const claim = await beginCall(engine, work, opened, {
    state,
    planned,
    settleMs,
    windowMs,
    repeatable: action.repeatable === true,
    params: work.params,
  });
  if (!claim) return;

  await makeCall(engine, work, opened, claim.fence, async () => {
    engine.failpoint('during the call');
    await deadline(engine, action.apply(opened.client, accountId, planned.change));
    engine.failpoint('after the call, before the read-back');
    return null;
  });
  const remote = opened.lastAnswer();
  const knownNow = { ...known, before: known.before ?? state };
  await readBack(engine, work, opened, action, plan, {
    claim,
    before: state,
    remote,
    known: knownNow,
  });
}

/** How long a reading counts that begins now. */
const countingUntil = ({ timing }: Engine, work: Work): Date =>
  later(nowOf(work), timing.callMs + longestPauseMs);

/**
 * Reads a settled step once more, and plans from what is there now. It changes nothing, and an account that is gone
 * altogether cannot be used either.
 */
export async function lookAt(
  engine: Engine,
  work: Work,
  opened: Opened,
  action: Moving,
): Promise<{ state: unknown; planned: Plan<unknown> }> {
  try {
    const known = knownFor(work, action, null);
    const state = await deadline(engine, action.read(opened.client, targetOf(work), known));
    return { state, planned: action.plan(state, action.params.parse(work.params)) };
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.failure.kind !== 'not-found') throw error;
    return { state: undefined, planned: done('There is no such account any more.') };
  }
}

/** What a person was asked for and has confirmed is ours to finish. */
const unlessDoneByHand = (work: Work, planned: Plan<unknown>): Plan<unknown> =>
  planned.kind === 'by-hand' && planned.then && work.assignment?.confirmed ? planned.then : planned;

/** Reads the system right after an accepted call: the common case ends here. */
async function readBack(
  engine: Engine,
  work: Work,
  opened: Opened,
  action: Moving,
  plan: (state: unknown) => Plan<unknown>,
  {
    claim,
    before,
    remote,
    known,
  }: { claim: Claimed; before: unknown; remote: Remote | null; known: Known<unknown, unknown> },
): Promise<void> {
  engine.failpoint('during the read-back');
  let after: unknown;
  let shown: Plan<unknown> | null = null;
  let failure: Failure | null = null;
  const countsUntil = countingUntil(engine, work);
  try {
    after = await whileClaimed(engine, work, claim.fence, () =>
      deadline(engine, action.read(opened.client, targetOf(work), known)),
    );
    shown = plan(after);
  } catch (error) {
    failure = failureIn(opened.withoutSecrets(error));
  }

  if (shown?.kind === 'done') {
    engine.failpoint('before the settlement commits');
    await settleAs(engine, work, {
      before: work.before ?? before,
      after,
      because: shown.because,
      summary: claim.summary,
      countsUntil,
      claim,
      remote,
    });
    engine.failpoint('after the settlement');
    return;
  }

  // Accepted, and not to be seen yet: never call again by itself, only look again.
  engine.failpoint('before the answer commits');
  await inTransaction(engine.pool, async (tx) => {
    await record(tx, engine.keys, [
      factAbout(work, 'step.applied', {
        attempt: claim.attempt,
        named: false,
        remote,
      }),
    ]);
    const kept = await endClaim(tx, { stepId: work.id, fence: claim.fence, outcome: 'accepted' });
    if (!kept) throw new Stale(work.id);
    await postponeStep(tx, {
      stepId: work.id,
      version: work.version,
      wakeAt: later(work.now, lookAgainDelaysMs[0]!),
      because: 'Sent; the result is not in yet.',
      failure,
      attempts: 0,
    });
  });
  engine.failpoint('between two read-backs');
}

/** A transition read as reached: `verified`, or `undone` on the way back. */
async function settleAs(
  engine: Engine,
  work: Work,
  it: {
    before: unknown;
    after: unknown;
    because: string;
    countsUntil: Date;
    summary?: string;
    claim?: Claimed;
    remote?: Remote | null;
  },
): Promise<void> {
  await settle(engine, work, {
    type: work.undoOf === null ? 'step.verified' : 'step.undone',
    grade: 'verified',
    before: work.before ?? it.before,
    after: it.after,
    because: it.because,
    countsUntil: it.countsUntil,
    summary: it.summary ?? null,
    fence: it.claim?.fence ?? null,
    applied: it.claim !== undefined || work.callStartedAt !== null,
    attempt: it.claim?.attempt ?? Math.max(1, work.attempt),
    remote: it.remote ?? null,
  });
}

/** What a reading has to know: the parameters, and the state before anything was changed. */
function knownFor(work: Work, action: Moving, undone: Work | null): Known<unknown, unknown> {
  const before = (undone ?? work).before ?? null;
  return {
    params: action.params.parse((undone ?? work).params),
    before: before === null ? null : action.state.parse(before),
  };
}

/** What a transition has to reach: its goal, or on the way back the state from before. */
function planner(
  work: Work,
  action: Moving,
  undone: Work | null,
): ((state: unknown) => Plan<unknown>) | null {
  if (work.undoOf === null) {
    const params = action.params.parse(work.params);
    return (state) => action.plan(state, params);
  }
  const { restore } = action;
  if (!undone || !restore) return null;
  const before = action.state.parse(undone.before);
  return (state) => restore(state, before);
}

/**
 * Bringing back while a call of the way out may still have its effect would be overtaken by it:
 * so as long as that call is under way, or nobody knows what came of it, we wait.
 */
async function mustWaitFor(
  engine: Engine,
  work: Work,
  { status, callStartedAt, callOutcome, leaseUntil }: Work,
  windowMs: number,
): Promise<boolean> {
  if (status === 'settled' || !callStartedAt || callOutcome !== null) return false;
  const windowEndsAt = later(callStartedAt, windowMs);
  if (windowEndsAt <= work.now) return false;
  const isUnderWay = leaseUntil !== null && leaseUntil > work.now;
  await postponeStep(engine.pool, {
    stepId: work.id,
    version: work.version,
    wakeAt: isUnderWay ? later(work.now, lookAgainDelaysMs[0]!) : windowEndsAt,
    because: 'A call of the way out may still have its effect; we wait for that.',
    failure: null,
    attempts: work.attempts,
  });
  return true;
}

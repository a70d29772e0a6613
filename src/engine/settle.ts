import { isArrival } from '#core/arrival.ts';
import type { FactType } from '#core/event.ts';
import type { Failure } from '#core/failure.ts';
import type { Remote } from '#core/leaf.ts';
import { isLookedAtAgain } from '#core/recheck.ts';
import type { Grade } from '#core/step.ts';
import { type PreparedFact, prepared, record, stating } from '#ledger/record.ts';
import type { SeenAccount, Watched } from '#store/access-checks.ts';
import { raiseAlert, resolveAlerts } from '#store/alerts.ts';
import { lockCase, wakeCase } from '#store/cases.ts';
import { noteAnswer } from '#store/health.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import {
  holdStep,
  type Released,
  releaseSteps,
  type Settlement,
  settleSteps,
  type Work,
} from '#store/steps.ts';
import type { Engine } from './engine.ts';
import { factAbout } from './facts.ts';
import { heldUpBlocks } from './held-up-block.ts';
import { advanceCase } from './progress.ts';

/** Somebody else moved the step, or the claim ran out: roll back and write nothing. */
export class Stale extends Error {
  override readonly name = 'Stale';
  constructor(stepId: string) {
    super(`step ${stepId} is no longer ours`);
  }
}

export interface Outcome {
  readonly type: FactType;
  readonly grade: Grade;
  readonly because: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly summary?: string | null;
  readonly fence?: string | null;
  /** A call of ours made the change (as opposed to: it was so already). */
  readonly applied?: boolean;
  readonly attempt?: number;
  /** The system's answer to the call that made the change. */
  readonly remote?: Remote | null;
  /** How long the reading counts that it rests on. */
  readonly countsUntil?: Date;
  /** For `absent`: where was looked. */
  readonly searched?: readonly string[];
}

/**
 * The result, its fact, and what it releases: one statement, so either all of it happened or none
 * of it. What follows for the case as a whole comes after; should we not live to see to it, the
 * sweep does.
 */
export async function settle(engine: Engine, work: Work, it: Outcome): Promise<void> {
  const { facts, settlement } = await settling(engine.pool, engine, work, it);
  const settled = await engine.groups.settle({ caseId: work.caseId, facts, settlement });
  if (!settled) throw new Stale(work.id);
  noteEnd(engine, work, it.grade);
  engine.failpoint('before the release');
  if (!settled.seesToCase || !concernsCase(work, settled.released)) return;
  await inTransaction(engine.pool, async (tx) => {
    const [found, released] = await Promise.all([
      lockCase(tx, work.caseId),
      releaseSteps(tx, work.caseId),
    ]);
    if (found) await goOn(tx, engine, work, released);
  });
}

/** {@link settle} inside a transaction that does more. */
export async function settleIn(tx: Db, engine: Engine, work: Work, it: Outcome): Promise<void> {
  const { facts, settlement } = await settling(tx, engine, work, it);
  const ofCase = await settleSteps(tx, stating(facts), [settlement]);
  if (!ofCase) throw new Stale(work.id);
  await goOn(tx, engine, work, ofCase(work.caseId));
}

async function settling(
  db: Db,
  engine: Engine,
  work: Work,
  it: Outcome,
): Promise<{ facts: readonly PreparedFact[]; settlement: Settlement }> {
  const { summary = null, fence = null, applied = false } = it;
  const attempt = it.attempt ?? Math.max(1, work.attempt);
  // A call was announced by `step.intended`, which says on which account and what for.
  const announced = fence !== null;
  const facts = [
    factAbout(work, it.type, {
      version: work.version + 1,
      attempt,
      grade: it.grade,
      before: it.before,
      after: it.after,
      summary: announced ? null : summary,
      named: !announced,
      reason: it.because,
      ...(it.grade === 'acknowledged' ? { remote: it.remote ?? null } : {}),
      ...(it.searched ? { data: { searched: it.searched } } : {}),
    }),
  ];
  if (announced && it.grade === 'verified') {
    const remote = it.remote ?? null;
    facts.unshift(factAbout(work, 'step.applied', { attempt, named: false, remote }));
  }
  const settlement = {
    stepId: work.id,
    version: work.version,
    grade: it.grade,
    before: it.before,
    after: it.after,
    summary,
    because: it.because,
    applied,
    fence,
    countsUntil: it.countsUntil ?? null,
    watched: watchedOf(engine, work, it.grade),
    seen: seenIn(work, it.grade),
  };
  return { facts: await prepared(db, engine.keys, facts), settlement };
}

/** How a step that ended access is looked at again. */
function watchedOf({ timing }: Engine, work: Work, grade: Grade): Watched | null {
  const [firstMs] = timing.rechecksMs;
  if (firstMs === undefined || isArrival(work.departure)) return null;
  if (!isLookedAtAgain({ ...work, grade })) return null;
  return { stepId: work.id, caseId: work.caseId, connectionId: work.connectionId!, firstMs };
}

/** What the system showed of the account itself, so that whoever looks at the person sees it. */
export function seenIn(work: Work, grade: Grade): SeenAccount | null {
  const { connectionId, account, capability, undoOf } = work;
  if (grade !== 'verified' || !connectionId || !account) return null;
  const about = { connectionId, accountId: account.id };
  if (capability === 'account.suspend')
    return { ...about, status: undoOf === null ? 'suspended' : 'active' };
  if (capability === 'account.delete' && undoOf === null) return { ...about, status: 'deleted' };
  return null;
}

/** Makes ready what waited, and moves the case on: access removed, complete, brought back. */
export async function release(tx: Db, engine: Engine, work: Course): Promise<void> {
  await goOn(tx, engine, work, await releaseSteps(tx, work.caseId));
}

type Course = Pick<Work, 'caseId' | 'direction'>;

/** Whether a step that was settled leaves something to do for its case. */
const concernsCase = ({ direction }: Course, it: Released): boolean =>
  it.direction !== direction || it.open === 0 || (it.openSecurity === 0 && it.security > 0);

async function goOn(tx: Db, engine: Engine, course: Course, it: Released): Promise<void> {
  if (!concernsCase(course, it)) return;
  const { caseId, direction } = course;
  // Turned round while a call was under way: what it did has to be undone as well.
  if (it.direction !== direction) return wakeCase(tx, { caseId, urgency: 0 });
  await advanceCase(tx, engine, { caseId, allSettled: it.open === 0 });
}

export interface Holding {
  readonly because: string;
  readonly failure: Failure | null;
  readonly state?: unknown;
  /** The system accepted the change, and the read-back disagrees. */
  readonly mismatch?: boolean;
  /** The reason's code in the record, where it is no failure. */
  readonly reason?: string;
}

/** Holds a step: only a person can make it go on. Alerts the designated contact. `beside`: what is kept with it. */
export async function hold(
  engine: Engine,
  work: Work,
  it: Holding,
  beside: (tx: Db) => Promise<void> = async () => {},
): Promise<void> {
  await inTransaction(engine.pool, async (tx) => {
    await holdIn(tx, engine, work, it);
    await beside(tx);
  });
  noteEnd(engine, work, 'held');
}

/** The database's clock says when it began, and this machine's, corrected by what they differ, what it is now. */
function noteEnd({ measures, clock }: Engine, work: Work, outcome: string): void {
  const now = Date.now() + (clock.databaseAheadMs() ?? 0);
  const ms = Math.max(0, now - (work.startedAt ?? work.now).getTime());
  measures.stepEnded({ connection: work.connectionId, outcome, ms });
}

/** {@link hold} inside a transaction that does more. */
export async function holdIn(tx: Db, engine: Engine, work: Work, it: Holding): Promise<void> {
  const reason = it.failure?.kind ?? it.reason ?? (it.mismatch ? 'mismatch' : 'blocked');
  const facts = [
    factAbout(work, 'step.held', {
      version: work.version + 1,
      reason: it.because,
      after: it.state,
      data: { reason, ...(it.failure ? { failure: it.failure.kind } : {}) },
    }),
  ];
  if (it.mismatch) facts.unshift(factAbout(work, 'step.mismatch', { after: it.state }));
  await record(tx, engine.keys, facts);
  const held = await holdStep(tx, {
    stepId: work.id,
    version: work.version,
    because: it.because,
    failure: it.failure,
    after: it.state,
  });
  if (!held) throw new Stale(work.id);
  const heldUp = await heldUpBlocks(
    tx,
    work,
    'If it cannot be mended at once, skip it with a reason (gatehouse step waive); the block follows by itself.',
  );
  await raiseAlert(tx, {
    condition: `step:${work.id}:held`,
    kind: 'step.held',
    title: 'A step needs you',
    body: `${work.title}${work.connectionId ? ` in ${work.connectionId}` : ''}: ${it.because}${heldUp}`,
    caseId: work.caseId,
    stepId: work.id,
    connectionId: work.connectionId,
    confidential: work.departure.confidential,
  });
}

/** The connection answered; what waited for it goes on. Costs nothing while all is well. */
export async function answered(engine: Engine, work: Work): Promise<void> {
  if (!work.connectionId || work.failuresInRow === 0) return;
  await connectionAnswered(engine, work.connectionId);
}

/** A connection works: it is not down, and nobody has to be told that it is. */
export async function connectionAnswered(engine: Engine, connectionId: string): Promise<void> {
  await inTransaction(engine.pool, async (tx) => {
    await noteAnswer(tx, connectionId);
    await resolveAlerts(tx, `connection:${connectionId}:down`);
  });
}

import { capabilities, destroys } from '#core/capability.ts';
import { stepDigest } from '#ledger/digest.ts';
import type { Fact } from '#ledger/record.ts';
import { type ApprovalRow, consumeApproval, newestApproval, type Shown } from '#store/approvals.ts';
import type { Db } from '#store/sql.ts';
import type { Work } from '#store/steps.ts';
import { loadUser } from '#store/users.ts';
import { approvalFact, end } from './approval-facts.ts';
import {
  askForApproval,
  letWait,
  tellOfExpiry,
  tellOfRefusal,
  waitForDecision,
} from './ask-approval.ts';
import { hasBudgetOf, spend, waitsForBudget } from './budget.ts';
import type { Opened } from './clients.ts';
import type { Engine } from './engine.ts';
import { demandOther, type Standing, standingOf, tellOfIndispensable } from './indispensable.ts';
import { holdAgainst, holdText } from './legal-hold.ts';
import { isRehearsal, rehearse } from './rehearsal.ts';
import { hold, Stale } from './settle.ts';
import { checkGrant } from './signed-decision.ts';

/** What may be done now, and what belongs into the transaction that begins it. */
export interface Clearance {
  /** Of what was read and planned, base64url. */
  readonly digest: string;
  /** Null: it may be done without one. */
  readonly approvalId: string | null;
  readonly facts: readonly Fact[];
  /**
   * Null: nothing to confirm. Else it comes after the facts, which lock the departure, and throws
   * `Stale` when this may not be done any more.
   */
  readonly confirm: ((tx: Db) => Promise<void>) | null;
}

const hourMs = 60 * 60_000;

/**
 * The one gate before everything that is done to an account. Where a connection only rehearses, nothing passes. What
 * destroys waits while a legal hold is open; what needs an approval, or is about an account that should not be missed, is
 * asked for with exactly what was read and planned now, and waits for another person. Null: it waits, or is held.
 * `opened`: where it is done.
 */
export async function clear(
  engine: Engine,
  work: Work,
  opened: Opened | null,
  planned: { state: unknown; change: unknown; summary: string; params: unknown },
): Promise<Clearance | null> {
  const { account, capability, connectionId: connection } = work;
  if (opened && (await isRehearsal(engine, work, opened))) {
    await rehearse(engine, work, opened.connection, {
      summary: planned.summary,
      state: planned.state ?? null,
    });
    return null;
  }
  const standing = await standingOf(engine, work, opened);
  const why = standing.kind === 'indispensable' ? standing.because : null;
  const { change = null, params, state = null } = planned;
  const summary = why === null ? planned.summary : `${planned.summary} – ${why}`;
  const shown: Shown = { account, capability, change, connection, params, state, summary };
  const digest = stepDigest({ ...shown, step: work.id });
  const endangers = capability !== null && destroys(capability);
  if (why === null && (work.undoOf !== null || !(work.approval || endangers))) {
    if (await waitsForBudget(engine, work)) return null;
    const isLimited = hasBudgetOf(work) || standing.kind === 'one-of-several';
    if (!isLimited) return { digest, approvalId: null, facts: [], confirm: null };
    return guarded(work, digest, null, standing);
  }

  const legalHold = await holdAgainst(engine.pool, work);
  if (legalHold) {
    const text = await holdText(engine.pool, legalHold);
    await letWait(engine.pool, work, {
      until: new Date(work.now.getTime() + hourMs),
      because: `${text}. It goes on once the hold is lifted, or what is there was preserved and read back.`,
    });
    return null;
  }
  const isDestructive = capability !== null && capabilities[capability].weight === 'destructive';
  if (why === null && !work.approval && !isDestructive)
    return guarded(work, digest, null, standing);

  if (why !== null) await tellOfIndispensable(engine, work, why);
  const newest = await newestApproval(engine.pool, work.id);
  const verdict = newest ? await judge(engine, work, newest, { digest, why }) : 'ask';
  switch (verdict) {
    case 'go':
      return (await waitsForBudget(engine, work)) ? null : guarded(work, digest, newest, standing);
    case 'wait':
      return null;
    case 'ask':
      await askForApproval(engine, work, { shown, why, digest: Buffer.from(digest, 'base64url') });
      return null;
  }
}

/** Checked once more where it counts: in the transaction after which it is done. */
function guarded(
  work: Work,
  digest: string,
  approval: ApprovalRow | null,
  standing: Standing,
): Clearance {
  const unused = approval?.consumedAt === null ? approval : null;
  return {
    digest,
    approvalId: approval?.id ?? null,
    facts: unused ? [approvalFact(unused, work.ref, 'approval.consumed')] : [],
    async confirm(tx) {
      if (unused && !(await consumeApproval(tx, unused))) throw new Stale(work.id);
      if (await holdAgainst(tx, work)) throw new Stale(work.id);
      await demandOther(tx, work, standing);
      await spend(tx, work);
    },
  };
}

/**
 * What the newest approval of a step says about doing this now. One that was used for a call
 * which failed is good for its repeats, as long as nothing changed and its time is not over.
 */
async function judge(
  engine: Engine,
  work: Work,
  it: ApprovalRow,
  { digest, why }: { digest: string; why: string | null },
): Promise<'go' | 'wait' | 'ask'> {
  const isSame = it.digest.toString('base64url') === digest;
  if (it.endedAt !== null) return 'ask';
  if (it.decision === 'denied') {
    if (it.stepVersion !== work.version) return 'ask'; // somebody had it tried again since
    await holdDenied(engine, work, it);
    return 'wait';
  }
  if (it.consumedAt !== null && (it.isOver || !isSame)) return 'ask';
  if (it.isOver) {
    const because = 'Its time was over before anything was done.';
    await end(engine, it, work.ref, { type: 'approval.expired', code: 'time', because });
    if (it.decision === null) await tellOfExpiry(engine, work);
    return 'ask';
  }
  if (!isSame) {
    const because = 'What would be done, or what is there, has changed since.';
    await end(engine, it, work.ref, { type: 'approval.voided', code: 'digest-differs', because });
    return 'ask';
  }
  if (it.decision === null) {
    await waitForDecision(engine, work, it, why);
    return 'wait';
  }

  const checked = await checkGrant(engine.pool, engine.publicUrl, it);
  if (checked.ok) return 'go';
  if (it.consumedAt === null) {
    const { code, because } = checked;
    await end(engine, it, work.ref, { type: 'approval.voided', code, because });
    await tellOfRefusal(engine, work, because);
  }
  return 'ask';
}

async function holdDenied(engine: Engine, work: Work, it: ApprovalRow): Promise<void> {
  const by = (await loadUser(engine.pool, it.decidedBy!))?.name ?? it.decidedBy;
  await hold(engine, work, {
    because: `${by} denied the approval: ${it.reason ?? 'no reason was given'}`,
    failure: null,
    reason: 'approval denied',
  });
}

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
import type { Engine } from './engine.ts';
import { holdAgainst, holdText } from './legal-hold.ts';
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
 * The one gate before everything that is done to an account. What destroys waits while a legal
 * hold is open; what needs an approval is asked for with exactly what was read and planned now, and
 * waits for another person. Null: it waits, or is held.
 */
export async function clear(
  engine: Engine,
  work: Work,
  planned: { state: unknown; change: unknown; summary: string; params: unknown },
): Promise<Clearance | null> {
  const { account, capability, connectionId: connection } = work;
  const { change = null, params, state = null, summary } = planned;
  const shown: Shown = { account, capability, change, connection, params, state, summary };
  const digest = stepDigest({ ...shown, step: work.id });
  const endangers = capability !== null && destroys(capability);
  if (work.undoOf !== null || !(work.approval || endangers)) {
    if (!hasBudgetOf(work)) return { digest, approvalId: null, facts: [], confirm: null };
    if (await waitsForBudget(engine, work)) return null;
    return { digest, approvalId: null, facts: [], confirm: (tx) => spend(tx, work) };
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
  if (!work.approval && !isDestructive) return guarded(work, digest, null);

  const newest = await newestApproval(engine.pool, work.id);
  const verdict = newest ? await judge(engine, work, newest, digest) : 'ask';
  switch (verdict) {
    case 'go':
      return (await waitsForBudget(engine, work)) ? null : guarded(work, digest, newest);
    case 'wait':
      return null;
    case 'ask':
      await askForApproval(engine, work, { shown, digest: Buffer.from(digest, 'base64url') });
      return null;
  }
}

/** Checked once more where it counts: in the transaction after which it is done. */
function guarded(work: Work, digest: string, approval: ApprovalRow | null): Clearance {
  const unused = approval?.consumedAt === null ? approval : null;
  return {
    digest,
    approvalId: approval?.id ?? null,
    facts: unused ? [approvalFact(unused, work.ref, 'approval.consumed')] : [],
    async confirm(tx) {
      if (unused && !(await consumeApproval(tx, unused))) throw new Stale(work.id);
      if (await holdAgainst(tx, work)) throw new Stale(work.id);
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
  digest: string,
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
    await waitForDecision(engine, work, it);
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

import type { ApprovalDecision } from '#core/approval.ts';
import { endStates } from '#core/case.ts';
import type { Assertion } from '#core/passkey.ts';
import { checkDecision } from '#engine/signed-decision.ts';
import { keepOpenBlob } from '#ledger/blob.ts';
import { type Fact, record } from '#ledger/record.ts';
import { resolveAlerts } from '#store/alerts.ts';
import {
  type ApprovalRow,
  decideApproval,
  keepFirstGrant,
  loadApproval,
  newestApproval,
  wakeNow,
} from '#store/approvals.ts';
import { type CaseRow, lockCase } from '#store/cases.ts';
import { notePasskeyUse } from '#store/passkeys.ts';
import type { Db } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { changedMeanwhile, notFound, Problem } from './problem.ts';

/* What deciding about one approval and granting several at once have in common. */

/** An approval and its departure, which is locked. */
export interface ToDecide {
  readonly approval: ApprovalRow;
  readonly case: CaseRow;
}

/** One signature, and what it says. */
export interface SignedDecision {
  readonly decision: ApprovalDecision;
  readonly reason: string | null;
  readonly assertion: Assertion;
  /** What was signed, where that was for several approvals; null: for this one alone. */
  readonly together: readonly string[] | null;
}

/** Locks what can still be decided. Whoever looked at another plan decides nothing. */
export async function approvalToDecide(
  tx: Db,
  it: { id: string; caseId: string; digest: string },
): Promise<ToDecide> {
  const found = await lockCase(tx, it.caseId);
  const approval = await loadApproval(tx, it.id);
  if (!found || !approval) throw notFound(`approval ${it.id}`);
  if (endStates.includes(found.state) || found.direction === 'back') {
    throw new Problem('not possible', 'This departure has ended or was taken back.');
  }
  await demandOpen(tx, approval);
  if (approval.digest.toString('base64url') !== it.digest) throw changedMeanwhile('The plan');
  return { approval, case: found };
}

/** Checks a signature for each of these approvals, and keeps it with each. */
export async function keepDecision(
  tx: Db,
  app: App,
  caller: Caller,
  those: readonly ToDecide[],
  it: SignedDecision,
): Promise<void> {
  const by = caller.user.id;
  for (const { approval } of those) {
    if (it.decision === 'granted' && approval.firstBy === by) {
      throw new Problem('not allowed', grantedBefore);
    }
  }
  const passkey = await usedPasskey(tx, app, by, those, it);
  const blob = await keepOpenBlob(tx, Buffer.from(JSON.stringify(it.assertion)));
  await record(
    tx,
    app.keys,
    those.map((one) => factOf(caller, one, it, blob)),
  );
  for (const { approval } of those) {
    const { id, version } = approval;
    const { assertion, decision, reason, together } = it;
    const signed = { id, version, by, credentialId: passkey, assertion, together };
    const kept = isFirstOfTwo(approval, it)
      ? await keepFirstGrant(tx, signed)
      : await decideApproval(tx, { ...signed, decision, reason });
    if (!kept) throw changedMeanwhile('The approval');
    await resolveAlerts(tx, `step:${approval.stepId}:approval`);
  }
  const decided = those.filter(({ approval }) => !isFirstOfTwo(approval, it));
  await wakeNow(
    tx,
    decided.map(({ approval }) => approval.stepId),
  );
}

/** Why whoever has granted what takes two cannot be the second one. */
export const grantedBefore = 'You have approved this already. It takes another person as well.';

/** Whether somebody else has to grant it after this. */
export const isFirstOfTwo = (
  { approvers, firstBy }: ApprovalRow,
  { decision }: Pick<SignedDecision, 'decision'>,
): boolean => decision === 'granted' && approvers === 2 && firstBy === null;

/** The id of the passkey that signed all of it; its counter moves once. */
async function usedPasskey(
  tx: Db,
  app: App,
  by: string,
  those: readonly ToDecide[],
  it: SignedDecision,
): Promise<Buffer> {
  let used: { id: string; counter: number; credentialId: Buffer } | null = null;
  for (const { approval } of those) {
    const checked = await checkDecision(tx, app.publicUrl, { approval, by, ...it });
    if (!checked.ok) throw new Problem('not allowed', checked.because);
    const { id, credentialId } = checked.passkey;
    used = { id, credentialId, counter: checked.counter };
  }
  if (used && (await notePasskeyUse(tx, used))) return used.credentialId;
  throw countsBackwards();
}

/** For a passkey whose counter does not go up. */
export const countsBackwards = (): Problem =>
  new Problem(
    'not allowed',
    'This passkey counts backwards, as a copy of it would. Register another one.',
  );

function factOf(
  caller: Caller,
  { approval, case: found }: ToDecide,
  it: SignedDecision,
  blob: { sha256: string; size: number },
): Fact {
  return {
    type: it.decision === 'granted' ? 'approval.granted' : 'approval.denied',
    actor: { ...caller.actor, auth: 'webauthn' },
    caseId: found.id,
    row: { table: 'approvals', id: approval.id, version: approval.version + 1 },
    target: { ref: found.ref },
    plan: approval.digest.toString('base64url'),
    data: {
      approval: approval.id,
      step: approval.stepId,
      credential_id: it.assertion.id,
      expires: approval.expiresAt.toISOString(),
      ...(it.together ? { together: it.together } : {}),
    },
    evidence: [{ kind: 'assertion', ...blob }],
    personal: { subject: found.subject, values: { reason: it.reason ?? undefined } },
  };
}

/** Refuses what is decided or over, and names the approval that took its place. */
async function demandOpen(tx: Db, it: ApprovalRow): Promise<void> {
  if (it.decision !== null) {
    throw new Problem('not possible', `This approval was ${it.decision} already.`);
  }
  if (it.endedAt === null && !it.isOver) return;
  const newest = await newestApproval(tx, it.stepId);
  const isNew = newest !== null && newest.id !== it.id && newest.decision === null;
  throw new Problem(
    'not possible',
    `This approval can no longer be decided. ${it.voidedBecause ?? 'Its time is over.'} ` +
      (isNew
        ? `A new one waits: ${newest.id}.`
        : 'Where it is still needed, it is asked for anew.'),
  );
}

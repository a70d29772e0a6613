import type { ApprovalDecision } from '#core/approval.ts';
import { endStates } from '#core/case.ts';
import type { Assertion } from '#core/passkey.ts';
import { checkDecision, passkeyPlace, whyNotDecide } from '#engine/signed-decision.ts';
import { keepOpenBlob } from '#ledger/blob.ts';
import { approvalChallenge } from '#ledger/digest.ts';
import { record } from '#ledger/record.ts';
import { resolveAlerts } from '#store/alerts.ts';
import {
  type ApprovalRow,
  decideApproval as decideStored,
  listApprovals as listStored,
  loadApproval,
  newestApproval,
  wakeNow,
} from '#store/approvals.ts';
import { lockCase } from '#store/cases.ts';
import { notePasskeyUse, passkeysOf } from '#store/passkeys.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize, may } from './authorize.ts';
import { changedMeanwhile, notFound, Problem } from './problem.ts';

export type { ApprovalRow };

/** An approval, and why the caller may not decide about it; null: they may. */
export interface ApprovalToSee {
  readonly approval: ApprovalRow;
  readonly whyNot: string | null;
}

const mostListed = 1_000;

/** What waits to be decided, by the caller alone or by anybody whose departures they may see. */
export async function listApprovals(
  app: App,
  caller: Caller,
  it: { mine: boolean; all: boolean },
): Promise<readonly ApprovalToSee[]> {
  authorize(caller, 'approval.read');
  const found = await listStored(app.pool, { waiting: !it.all, limit: mostListed });
  const seen: ApprovalToSee[] = [];
  for (const approval of found) {
    const one = await asSeen(app.pool, caller, approval);
    if (one && (!it.mine || one.whyNot === null)) seen.push(one);
  }
  return seen;
}

export async function showApproval(app: App, caller: Caller, id: string): Promise<ApprovalToSee> {
  authorize(caller, 'approval.read');
  const found = await loadApproval(app.pool, id);
  const seen = found && (await asSeen(app.pool, caller, found));
  if (!seen) throw notFound(`approval ${id}`);
  return seen;
}

/** Null: it does not exist for the caller. */
async function asSeen(
  db: Db,
  caller: Caller,
  approval: ApprovalRow,
): Promise<ApprovalToSee | null> {
  const whyNot = may(caller, 'approval.decide')
    ? await whyNotDecide(db, approval, caller.user.id)
    : 'Your roles do not decide about approvals.';
  const isOwn = approval.requestedBy === caller.user.id;
  const maySeeCase =
    may(caller, 'case.read') &&
    (!approval.confidential || isOwn || may(caller, 'case.read-confidential'));
  return whyNot === null || maySeeCase ? { approval, whyNot } : null;
}

/** What a passkey of the caller has to sign, for either decision. */
export async function approvalOptions(app: App, caller: Caller, id: string) {
  const { approval } = await showApproval(app, caller, id);
  const { rpId } = passkeyPlace(app.publicUrl);
  const own = await passkeysOf(app.pool, caller.user.id);
  const asked = {
    rpId,
    userVerification: 'required' as const,
    allowCredentials: own.map(({ credentialId, transports }) => ({
      id: credentialId.toString('base64url'),
      type: 'public-key' as const,
      transports: [...transports],
    })),
  };
  return {
    digest: approval.digest.toString('base64url'),
    granted: { ...asked, challenge: approvalChallenge(id, approval.digest, true) },
    denied: { ...asked, challenge: approvalChallenge(id, approval.digest, false) },
  };
}

/**
 * Grants or denies, once, signed by the caller's passkey over exactly what was shown to them. A
 * key of the API alone decides nothing. The worker checks all of it again before it acts.
 */
export async function decideApproval(
  app: App,
  caller: Caller,
  id: string,
  it: {
    decision: ApprovalDecision;
    digest: string;
    reason: string | null;
    assertion: Assertion;
  },
): Promise<void> {
  authorize(caller, 'approval.decide');
  const { approval: seen } = await showApproval(app, caller, id);
  await inTransaction(app.pool, async (tx) => {
    const found = await lockCase(tx, seen.caseId);
    const approval = await loadApproval(tx, id);
    if (!found || !approval) throw notFound(`approval ${id}`);
    if (endStates.includes(found.state) || found.direction === 'back') {
      throw new Problem('not possible', 'This departure has ended or was taken back.');
    }
    await demandOpen(tx, approval);
    if (approval.digest.toString('base64url') !== it.digest) throw changedMeanwhile('The plan');
    if (it.decision === 'denied' && it.reason === null) {
      throw new Problem('not readable', 'Say why it is denied, so that somebody can act on it.');
    }

    const by = caller.user.id;
    const checked = await checkDecision(tx, app.publicUrl, { approval, by, ...it });
    if (!checked.ok) throw new Problem('not allowed', checked.because);
    const { passkey, counter } = checked;
    if (!(await notePasskeyUse(tx, { id: passkey.id, counter }))) {
      throw new Problem(
        'not allowed',
        'This passkey counts backwards, as a copy of it would. Register another one.',
      );
    }
    const bytes = Buffer.from(JSON.stringify(it.assertion));
    const blob = await keepOpenBlob(tx, bytes);
    await record(tx, app.keys, [
      {
        type: it.decision === 'granted' ? 'approval.granted' : 'approval.denied',
        actor: { ...caller.actor, auth: 'webauthn' },
        caseId: found.id,
        row: { table: 'approvals', id, version: approval.version + 1 },
        target: { ref: found.ref },
        plan: it.digest,
        data: {
          approval: id,
          step: approval.stepId,
          credential_id: it.assertion.id,
          expires: approval.expiresAt.toISOString(),
        },
        evidence: [{ kind: 'assertion', ...blob }],
        personal: { subject: found.subject, values: { reason: it.reason ?? undefined } },
      },
    ]);
    const { credentialId } = passkey;
    const { decision, reason, assertion } = it;
    const { version } = approval;
    const decided = { id, version, decision, by, reason, credentialId, assertion };
    if (!(await decideStored(tx, decided))) throw changedMeanwhile('The approval');
    await resolveAlerts(tx, `step:${approval.stepId}:approval`);
    await wakeNow(tx, [approval.stepId]);
  });
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

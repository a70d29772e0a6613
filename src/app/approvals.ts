import { type ApprovalDecision, inSigningOrder } from '#core/approval.ts';
import type { Assertion } from '#core/passkey.ts';
import { passkeyPlace, whyNotDecide } from '#engine/signed-decision.ts';
import { approvalChallenge, approvalsChallenge } from '#ledger/digest.ts';
import { type ApprovalRow, listApprovals as listStored, loadApproval } from '#store/approvals.ts';
import { passkeysOf } from '#store/passkeys.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import {
  approvalToDecide,
  grantedBefore,
  isFirstOfTwo,
  keepDecision,
  type ToDecide,
} from './approval-decision.ts';
import { authorize, may } from './authorize.ts';
import { notFound, Problem } from './problem.ts';

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
  const whyNot = await whyNotFor(db, caller, approval);
  const isOwn = approval.requestedBy === caller.user.id;
  const maySeeCase =
    may(caller, 'case.read') &&
    (!approval.confidential || isOwn || may(caller, 'case.read-confidential'));
  return whyNot === null || maySeeCase ? { approval, whyNot } : null;
}

async function whyNotFor(db: Db, caller: Caller, approval: ApprovalRow): Promise<string | null> {
  if (!may(caller, 'approval.decide')) return 'Your roles do not decide about approvals.';
  if (approval.firstBy === caller.user.id) return grantedBefore;
  return whyNotDecide(db, approval, caller.user.id);
}

/** What the browser has to know, beside the challenge, to have something signed. */
export async function signatureAsked(app: App, caller: Caller) {
  const { rpId } = passkeyPlace(app.publicUrl);
  const own = await passkeysOf(app.pool, caller.user.id);
  return {
    rpId,
    userVerification: 'required' as const,
    allowCredentials: own.map(({ credentialId, transports }) => ({
      id: credentialId.toString('base64url'),
      type: 'public-key' as const,
      transports: [...transports],
    })),
  };
}

/** What a passkey of the caller has to sign, for either decision. */
export async function approvalOptions(app: App, caller: Caller, id: string) {
  const { approval } = await showApproval(app, caller, id);
  const asked = await signatureAsked(app, caller);
  return {
    digest: approval.digest.toString('base64url'),
    granted: { ...asked, challenge: approvalChallenge(id, approval.digest, true) },
    denied: { ...asked, challenge: approvalChallenge(id, approval.digest, false) },
  };
}

/** What a passkey of the caller has to sign to grant all of these at once, in one act. */
export async function jointOptions(app: App, caller: Caller, ids: readonly string[]) {
  const seen = await Promise.all([...new Set(ids)].map((id) => showApproval(app, caller, id)));
  const challenges = inSigningOrder(seen.map(({ approval }) => grantChallenge(approval)));
  return {
    approvals: seen.map(({ approval }) => ({
      id: approval.id,
      digest: approval.digest.toString('base64url'),
    })),
    granted: { ...(await signatureAsked(app, caller)), challenge: approvalsChallenge(challenges) },
  };
}

/**
 * Grants or denies, once, signed by the caller's passkey over exactly what was shown to them. A
 * key of the API alone decides nothing. The worker checks all of it again before it acts.
 * `needsAnother`: it was the first of two who have to grant it.
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
): Promise<{ needsAnother: boolean }> {
  authorize(caller, 'approval.decide');
  const { approval } = await showApproval(app, caller, id);
  return inTransaction(app.pool, async (tx) => {
    const found = await approvalToDecide(tx, { id, caseId: approval.caseId, digest: it.digest });
    if (it.decision === 'denied' && it.reason === null) {
      throw new Problem('not readable', 'Say why it is denied, so that somebody can act on it.');
    }
    await keepDecision(tx, app, caller, [found], { ...it, together: null });
    return { needsAnother: isFirstOfTwo(found.approval, it) };
  });
}

/** Grants all of these by one signature over all of them, or none. Each keeps a proof of its own. */
export async function grantTogether(
  app: App,
  caller: Caller,
  it: { approvals: readonly { id: string; digest: string }[]; assertion: Assertion },
): Promise<{ granted: number; needAnother: number }> {
  authorize(caller, 'approval.decide');
  const digests = new Map(it.approvals.map(({ id, digest }) => [id, digest]));
  const seen = await Promise.all([...digests.keys()].map((id) => showApproval(app, caller, id)));
  // Departures are locked in one order, so that two who decide never wait for each other.
  const inOrder = seen
    .map(({ approval }) => approval)
    .toSorted((a, b) => (a.caseId < b.caseId ? -1 : 1));
  return inTransaction(app.pool, async (tx) => {
    const those: ToDecide[] = [];
    for (const one of inOrder) {
      const { id, caseId } = one;
      const digest = digests.get(id)!;
      those.push(
        await approvalToDecide(tx, { id, caseId, digest }).catch((error: unknown) => {
          throw namingIt(error, one);
        }),
      );
    }
    const together = inSigningOrder(those.map(({ approval }) => grantChallenge(approval)));
    const decision = 'granted' as const;
    const { assertion } = it;
    await keepDecision(tx, app, caller, those, { decision, reason: null, assertion, together });
    const firsts = those.filter(({ approval }) => isFirstOfTwo(approval, { decision }));
    return { granted: those.length - firsts.length, needAnother: firsts.length };
  });
}

const grantChallenge = ({ id, digest }: ApprovalRow): string => approvalChallenge(id, digest, true);

/** Of several, it is said which one it was. */
const namingIt = (error: unknown, { id, title, person }: ApprovalRow): unknown =>
  error instanceof Problem
    ? new Problem(
        error.kind,
        `${title}, about ${person} (${id}): ${error.message} None was approved.`,
      )
    : error;

import { type ApprovalDecision, approversNeeded, whyNotApprover } from '#core/approval.ts';
import { isCapability } from '#core/capability.ts';
import type { Assertion } from '#core/passkey.ts';
import { approvalChallenge, decisionChallenge } from '#ledger/digest.ts';
import { type ApprovalRow, approvalMatter } from '#store/approvals.ts';
import { type PasskeyRow, passkeyNamed, recordedFact } from '#store/passkeys.ts';
import type { Db } from '#store/sql.ts';
import { loadUser } from '#store/users.ts';

/** Where passkeys of this installation are good: they are bound to the address people use. */
export function passkeyPlace(publicUrl: string): { origin: string; rpId: string } {
  const { origin, hostname } = new URL(publicUrl);
  return { origin, rpId: hostname };
}

export type Checked =
  /** `counter` is the authenticator's own. */
  | { readonly ok: true; readonly passkey: PasskeyRow; readonly counter: number }
  /** `code` stands in the record, `because` is for people. */
  | { readonly ok: false; readonly code: string; readonly because: string };

const no = (code: string, because: string): Checked => ({ ok: false, code, because });

interface Decided {
  readonly approval: Pick<ApprovalRow, 'id' | 'digest' | 'caseId' | 'stepId' | 'action'>;
  readonly decision: ApprovalDecision;
  readonly by: string;
  readonly assertion: Assertion;
  /** What was signed, where that was for several approvals at once. */
  readonly together: readonly string[] | null;
}

/**
 * Whether a decision is what it claims to be: signed by a passkey of this user, for exactly this
 * approval and plan, by somebody who may decide. Web checks before it writes a decision down, and
 * the worker checks again before it acts on one, so whoever can only write rows decides nothing.
 *
 * What the rows of users and passkeys say counts only where the record says the same.
 */
export async function checkDecision(db: Db, publicUrl: string, it: Decided): Promise<Checked> {
  const why = await whyNotDecide(db, it.approval, it.by);
  if (why !== null) return no('not-an-approver', why);
  const { id, digest } = it.approval;
  const challenge = decisionChallenge(
    approvalChallenge(id, digest, it.decision === 'granted'),
    it.together,
  );
  return checkSignature(db, publicUrl, { ...it, challenge });
}

/**
 * Whether a passkey of this user signed this, and user and passkey have stood in the record for a day. `challenge` null:
 * there is nothing that could have been signed.
 */
export async function checkSignature(
  db: Db,
  publicUrl: string,
  it: Pick<Decided, 'by' | 'assertion'> & { readonly challenge: string | null },
): Promise<Checked> {
  const settled = await recordedUser(db, it.by);
  if (settled !== null) return settled;

  const passkey = await passkeyNamed(db, Buffer.from(it.assertion.id, 'base64url'));
  if (passkey?.userId !== it.by) {
    return no('unknown-passkey', 'This is no passkey of yours. Register it first.');
  }
  const recorded = await recordedPasskey(db, passkey);
  if (recorded !== null) return recorded;

  const { challenge } = it;
  const counter =
    challenge === null ? null : await verified(it.assertion, { challenge, publicUrl, passkey });
  if (counter === null) {
    return no(
      'invalid-assertion',
      'The passkey did not sign this: the signature is not good, or it is for something else.',
    );
  }
  return { ok: true, passkey, counter };
}

/**
 * Whether a granted approval is what it claims to be: granted by as many different people as it takes
 * now, and took when it was asked for, and each decision good by itself.
 */
export async function checkGrant(db: Db, publicUrl: string, it: ApprovalRow): Promise<Checked> {
  const asked = await recordedFact(db, { table: 'approvals', id: it.id, version: 1 });
  const needsTwo = it.approvers === 2 || asked?.data['approvers'] === 2;
  const { caseId, stepId, action } = it;
  const capability = isCapability(action) ? action : null;
  const now = approversNeeded(await approvalMatter(db, { caseId, stepId, capability }));
  if (now > it.approvers) {
    return no('protected-since', 'It takes the approval of two people, and was asked of one.');
  }
  const granted = { approval: it, decision: 'granted' } as const;
  if (needsTwo) {
    const { firstBy, firstAssertion, firstTogether } = it;
    if (firstBy === null || firstAssertion === null || firstBy === it.decidedBy) {
      return no('one-approver', 'It takes the approval of two people, and one has given it.');
    }
    const first = { by: firstBy, assertion: firstAssertion, together: firstTogether };
    const checked = await checkDecision(db, publicUrl, { ...granted, ...first });
    if (!checked.ok) return checked;
  }
  const { decidedBy: by, assertion, together } = it;
  return checkDecision(db, publicUrl, {
    ...granted,
    by: by!,
    assertion: assertion!,
    together,
  });
}

/** Why a user may not decide about an approval, in a sentence; null: they may. */
export async function whyNotDecide(
  db: Db,
  { caseId, stepId, action }: Pick<ApprovalRow, 'caseId' | 'stepId' | 'action'>,
  userId: string,
): Promise<string | null> {
  const user = await loadUser(db, userId);
  if (!user) return 'There is no such user.';
  const capability = isCapability(action) ? action : null;
  return whyNotApprover(user, await approvalMatter(db, { caseId, stepId, capability }));
}

/** A user counts as what they are once that has stood in the record for a day. */
async function recordedUser(db: Db, userId: string): Promise<Checked | null> {
  const user = await loadUser(db, userId);
  const fact = user && (await recordedFact(db, { table: 'users', ...user }));
  if (!fact) return no('user-not-recorded', `${notRecordedYet('This user')}`);
  if (fact.isOldEnough) return null;
  return no(
    'role-too-new',
    'Who was added or changed less than 24 hours ago decides nothing yet. Try again tomorrow, or ask another person.',
  );
}

async function recordedPasskey(db: Db, it: PasskeyRow): Promise<Checked | null> {
  const fact = await recordedFact(db, { table: 'passkeys', ...it });
  if (!fact) return no('passkey-not-recorded', notRecordedYet('This passkey'));
  const { user, credential_id, public_key } = fact.data;
  const isSame =
    fact.type === 'passkey.registered' &&
    user === it.userId &&
    credential_id === it.credentialId.toString('base64url') &&
    public_key === it.publicKey.toString('base64url');
  if (!isSame) return no('passkey-changed', 'This passkey is not the one that was registered.');
  if (fact.isOldEnough) return null;
  return no(
    'passkey-too-new',
    'A passkey decides nothing in its first 24 hours, so that its owner can object. Try again tomorrow.',
  );
}

const notRecordedYet = (what: string): string =>
  `${what} does not stand in the record yet. Try again in a moment; if that does not help, see that the scribe runs.`;

/** The authenticator's counter when the signature is good; null when it is not. */
export async function verified(
  assertion: Assertion,
  {
    challenge,
    publicUrl,
    passkey,
  }: {
    challenge: string;
    publicUrl: string;
    passkey: Pick<PasskeyRow, 'credentialId' | 'publicKey'>;
  },
): Promise<number | null> {
  const { origin, rpId } = passkeyPlace(publicUrl);
  if (assertion.id !== passkey.credentialId.toString('base64url')) return null;
  const { id, rawId, type, response } = assertion;
  const { clientDataJSON, authenticatorData, signature } = response;
  // Loaded when it is needed: it brings 250 files along, which every command would read at its start.
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
  try {
    const answer = await verifyAuthenticationResponse({
      response: {
        id,
        rawId,
        type,
        clientExtensionResults: {},
        response: { clientDataJSON, authenticatorData, signature },
      },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpId,
      requireUserVerification: true,
      credential: {
        id,
        publicKey: new Uint8Array(passkey.publicKey),
        counter: 0, // compared when it is written down, once
      },
    });
    return answer.verified ? answer.authenticationInfo.newCounter : null;
  } catch {
    // The library throws for everything that is not as expected.
    return null;
  }
}

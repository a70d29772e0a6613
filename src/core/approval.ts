import type { Capability } from './capability.ts';
import { base64url, fromBase64url } from './note.ts';
import type { Sha256 } from './proof.ts';
import type { Role } from './user.ts';

/** What a person can say about what waits for an approval. */
export const approvalDecisions = ['granted', 'denied'] as const;
export type ApprovalDecision = (typeof approvalDecisions)[number];

const hourMs = 60 * 60_000;

/** How long there is to decide, and to act on it. A device may be somebody else's by tomorrow. */
export const approvalLastsMs = (capability: Capability | null): number =>
  (capability === 'device.wipe' ? 4 : 24) * hourMs;

/** Somebody who might decide. */
export interface Approver {
  readonly id: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly disabledAt: Date | null;
}

/** What decides who may approve a step. Addresses are in lower case. */
export interface ApprovalMatter {
  readonly capability: Capability | null;
  /** Ids of the users who opened or changed the departure, or asked for another try. */
  readonly requesters: readonly string[];
  /** Of the person who leaves. */
  readonly personEmails: readonly string[];
  /** Of those who report to the person who leaves. */
  readonly reportEmails: readonly string[];
  /** Of the manager, if that is a user with the role; only they approve a transfer of data. */
  readonly managerEmail: string | null;
  /** The person is on the list of those who are protected, or administers Gatehouse. */
  readonly isProtected: boolean;
}

const rolesFor = ({ capability, managerEmail }: ApprovalMatter): readonly Role[] =>
  capability === 'data.transfer' && managerEmail !== null ? ['manager'] : ['it-admin', 'security'];

/** Who administers Gatehouse is as protected as who is named. */
export const protectedRoles: readonly Role[] = ['it-admin', 'security'];

/** How many people have to approve; the manager, who is one, alone. */
export const approversNeeded = (it: ApprovalMatter): 1 | 2 =>
  it.isProtected && !rolesFor(it).includes('manager') ? 2 : 1;

/** Why somebody may not decide, in a sentence; null: they may. */
export function whyNotApprover(user: Approver, it: ApprovalMatter): string | null {
  const email = user.email.toLowerCase();
  const roles = rolesFor(it);
  const isManager = roles.includes('manager');
  if (user.disabledAt !== null) return 'This user is disabled.';
  if (!user.roles.some((role) => (roles as readonly string[]).includes(role))) {
    return `This is for ${isManager ? 'the manager of the person' : `the roles ${roles.join(' and ')}`} to decide.`;
  }
  if (isManager && email !== it.managerEmail) {
    return 'This is for the manager of the person to decide.';
  }
  if (it.personEmails.includes(email)) return 'Nobody decides about their own departure.';
  if (it.reportEmails.includes(email)) {
    return 'Who reports to the person who leaves does not decide about them; ask another person.';
  }
  if (it.requesters.includes(user.id)) {
    return 'Who opened or changed a departure, or had the step tried again, does not approve it; ask another person.';
  }
  return null;
}

/**
 * What a passkey signs to decide about an approval, base64url: so a signature is good for this
 * approval, this plan and this decision, and for nothing else. `id` is a UUID.
 */
export function challengeOf(
  sha256: Sha256,
  id: string,
  digest: Uint8Array,
  isGranted: boolean,
): string {
  const idBytes = Uint8Array.from(id.replaceAll('-', '').match(/../g) ?? [], (it) =>
    Number.parseInt(it, 16),
  );
  const frame = new TextEncoder().encode('gatehouse/approval@1\n');
  return base64url(sha256(frame, idBytes, digest, Uint8Array.of(isGranted ? 1 : 0)));
}

/** As many approvals may be signed at once. */
export const mostTogether = 100;

/**
 * What a passkey signs to grant several approvals at once, base64url: over the list of what it would
 * have signed for each of them alone. So the list shows, to whoever knows one of them, that the
 * signature is good for it, and nothing of the others.
 */
export const jointChallengeOf = (sha256: Sha256, challenges: readonly string[]): string =>
  base64url(
    sha256(
      new TextEncoder().encode('gatehouse/approvals@1\n'),
      ...challenges.map((it) => fromBase64url(it) ?? new Uint8Array()),
    ),
  );

/** The order in which the list of several approvals is signed: each of them once. */
export const inSigningOrder = (challenges: readonly string[]): readonly string[] =>
  [...new Set(challenges)].toSorted();

/** What was signed to grant an approval, alone or together with others; null: it is none of them. */
export function signedChallenge(
  sha256: Sha256,
  own: string,
  together: readonly string[] | null,
): string | null {
  if (together === null) return own;
  const inOrder = inSigningOrder(together);
  const isList =
    together.length <= mostTogether &&
    together.length === inOrder.length &&
    inOrder.every((it, i) => it === together[i]) &&
    together.every((it) => fromBase64url(it)?.length === challengeBytes);
  return isList && together.includes(own) ? jointChallengeOf(sha256, together) : null;
}

const challengeBytes = 32;

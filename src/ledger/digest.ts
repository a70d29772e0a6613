import { challengeOf, jointChallengeOf, signedChallenge } from '#core/approval.ts';
import { canonical } from './canonical.ts';
import { base64url, sha256 } from './hash.ts';

/** Everything an approver of one step sees; `state` as `read` returned it. */
export interface StepPlan {
  readonly account: unknown;
  readonly capability: unknown;
  readonly change: unknown;
  readonly connection: unknown;
  readonly params: unknown;
  readonly state: unknown;
  readonly step: unknown;
  readonly summary: unknown;
}

/** The digest an approval of one step is bound to, base64url. */
export function stepDigest(plan: StepPlan): string {
  const { account, capability, change, connection, params, state, step, summary } = plan;
  const shown = { account, capability, change, connection, params, state, step, summary };
  return base64url(
    sha256(Buffer.from('gatehouse/plan@1\n'), Buffer.from(canonical(wellFormed(shown)))),
  );
}

/** The digest of several steps approved at once, from theirs, in the order of execution. */
export function planDigest(stepDigests: readonly string[]): string {
  const digests = stepDigests.map((digest) => Buffer.from(digest, 'base64url'));
  return base64url(sha256(Buffer.from('gatehouse/plans@1\n'), ...digests));
}

/** What a passkey signs to decide about an approval, base64url. `id` is a UUID. */
export const approvalChallenge = (id: string, digest: Uint8Array, isGranted: boolean): string =>
  challengeOf(sha256, id, digest, isGranted);

/** What a passkey signs to grant several approvals at once, from what each of them alone would take. */
export const approvalsChallenge = (challenges: readonly string[]): string =>
  jointChallengeOf(sha256, challenges);

/** What was signed for a decision, alone or together with others; null: it is none of them. */
export const decisionChallenge = (own: string, together: readonly string[] | null): string | null =>
  signedChallenge(sha256, own, together);

/** What two people sign who approve that old facts go. */
export interface PruningTerms {
  readonly id: string;
  readonly origin: string;
  readonly beforeSize: number;
  /** Of the tree of that size. */
  readonly root: Uint8Array;
  readonly newestAt: Date;
  readonly months: number;
  readonly requestedBy: string;
  readonly expiresAt: Date;
}

export const pruningDigest = (it: PruningTerms): Buffer =>
  sha256(
    Buffer.from('gatehouse/pruning@1\n'),
    Buffer.from(
      canonical({
        id: it.id,
        origin: it.origin,
        min_index: it.beforeSize,
        root: base64url(it.root),
        newest: it.newestAt.toISOString(),
        months: it.months,
        requester: it.requestedBy,
        expires: it.expiresAt.toISOString(),
      }),
    ),
  );

/** What a passkey signs to approve a pruning, base64url. */
export const pruningChallenge = (digest: Uint8Array): string =>
  base64url(sha256(Buffer.from('gatehouse/pruning-approval@1\n'), digest));

/** As JSON would store it, so that a state read back from the database has the same digest. */
function wellFormed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, it: unknown) =>
    typeof it === 'string' ? it.toWellFormed() : it,
  );
}

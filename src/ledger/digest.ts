import { challengeOf } from '#core/approval.ts';
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

/** As JSON would store it, so that a state read back from the database has the same digest. */
function wellFormed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, it: unknown) =>
    typeof it === 'string' ? it.toWellFormed() : it,
  );
}

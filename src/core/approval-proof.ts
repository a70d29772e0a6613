import { challengeOf, signedChallenge } from './approval.ts';
import { capabilities, isCapability } from './capability.ts';
import type { CaseLeaf } from './case-summary.ts';
import { fromBase64url, type Verify } from './note.ts';
import { assertionProblem } from './passkey-proof.ts';
import type { Sha256 } from './proof.ts';

/** A fact with its place in the log. */
export interface PlacedLeaf {
  readonly index: number;
  readonly leaf: CaseLeaf;
}

interface Parts {
  /** Of the case, in their order. */
  readonly facts: readonly PlacedLeaf[];
  /** Of no case: the passkeys among them. */
  readonly context: readonly PlacedLeaf[];
  /** The bytes of a file by its SHA-256 in hex, where they are there. */
  readonly fileOf: (sha256: string) => Uint8Array | undefined;
  readonly sha256: Sha256;
  readonly verify: Verify;
}

/** How many acts were approved before they were done, or what is wrong with the first that was not. */
export type Approvals =
  /** `byTwo`: how many of them two people approved. */
  | { readonly ok: true; readonly count: number; readonly byTwo: number }
  | { readonly ok: false; readonly because: string };

const dataOf = (leaf: CaseLeaf, name: string): unknown => leaf.data?.[name];

/**
 * Whether everything that cannot be undone, and everything else that says so, was approved before it was
 * done: for that very plan, by another person, whose passkey signed it and stands in the record; and
 * by two of them where it was asked of two.
 */
export async function approvalsOf(parts: Parts): Promise<Approvals> {
  let count = 0;
  let byTwo = 0;
  for (const [i, { leaf }] of parts.facts.entries()) {
    if (leaf.type !== 'step.intended') continue;
    const isNamed = dataOf(leaf, 'approval') !== undefined;
    if (!isNamed && !isDestructive(leaf)) continue;
    const because = await problemAt(i, leaf, parts);
    if (because !== null) {
      return { ok: false, because: `Step ${leaf.step?.id} was carried out, and ${because}.` };
    }
    count += 1;
    if (whoGranted(grantsIn(parts.facts.slice(0, i), leaf)).size > 1) byTwo += 1;
  }
  return { ok: true, count, byTwo };
}

/** Whatever of these facts is about the approval that an intent names. */
const aboutIt =
  (intent: CaseLeaf, type: string) =>
  ({ leaf }: PlacedLeaf): boolean =>
    leaf.type === type && dataOf(leaf, 'approval') === dataOf(intent, 'approval');

const grantsIn = (facts: readonly PlacedLeaf[], intent: CaseLeaf): readonly PlacedLeaf[] =>
  facts.filter(aboutIt(intent, 'approval.granted'));

const whoGranted = (grants: readonly PlacedLeaf[]): ReadonlySet<string | undefined> =>
  new Set(grants.map(({ leaf }) => leaf.actor?.id));

function isDestructive({ step }: CaseLeaf): boolean {
  const capability = step?.capability ?? '';
  return isCapability(capability) && capabilities[capability].weight === 'destructive';
}

async function problemAt(i: number, intent: CaseLeaf, parts: Parts): Promise<string | null> {
  const approval = dataOf(intent, 'approval');
  if (typeof approval !== 'string') return 'nobody had approved it';
  const before = parts.facts.slice(0, i);
  const about = (type: string) => aboutIt(intent, type);
  const grants = grantsIn(before, intent);
  if (grants.length === 0) return 'nobody had approved it';
  if (grants.some(({ leaf }) => leaf.plan !== intent.plan)) {
    return 'what was approved is another plan than the one that was carried out';
  }
  if (grants.some(({ leaf }) => dataOf(leaf, 'step') !== intent.step?.id)) {
    return 'what was approved is another step';
  }
  const needsTwo = before
    .filter(about('approval.requested'))
    .some(({ leaf }) => dataOf(leaf, 'approvers') === 2);
  if (needsTwo && whoGranted(grants).size < 2) {
    return 'it needed the approval of two people, and one had approved it';
  }
  for (const type of ['approval.denied', 'approval.voided', 'approval.expired']) {
    if (before.some(about(type))) return 'its approval had ended before';
  }
  // Stated right behind the intent, in the same transaction; a repeat of the call rests on the first use.
  const used = parts.facts.slice(0, i + 2).find(about('approval.consumed'));
  if (used?.leaf.plan !== intent.plan) return 'its approval was not used for it';
  for (const granted of grants) {
    const expires = dataOf(granted.leaf, 'expires');
    if (typeof expires !== 'string' || used!.leaf.at >= expires) return 'its approval had run out';
    const problem = await decisionProblem(approval, intent, before, granted, parts);
    if (problem !== null) return problem;
  }
  return null;
}

/** What is wrong with who decided, or with the signature of their passkey. */
async function decisionProblem(
  approval: string,
  intent: CaseLeaf,
  before: readonly PlacedLeaf[],
  granted: PlacedLeaf,
  { context, fileOf, sha256, verify }: Parts,
): Promise<string | null> {
  const { actor, plan } = granted.leaf;
  if (actor?.kind !== 'person') return 'its approval is by no person';
  if (requestersIn(before, intent).has(actor.id)) {
    return 'whoever approved it had asked for it, or changed what was asked for';
  }
  const credentialId = dataOf(granted.leaf, 'credential_id');
  const passkey = context.find(
    ({ index, leaf }) =>
      leaf.type === 'passkey.registered' &&
      index < granted.index &&
      dataOf(leaf, 'credential_id') === credentialId &&
      dataOf(leaf, 'user') === actor.id,
  )?.leaf;
  if (!passkey) return 'no passkey of whoever approved it had been registered before';
  const file = granted.leaf.evidence?.find(({ kind }) => kind === 'assertion');
  const bytes = file && fileOf(file.sha256);
  if (!bytes) return 'the signature of its approval is missing';
  const own = challengeOf(sha256, approval, fromBase64url(plan!) ?? new Uint8Array(), true);
  const challenge = signedChallenge(sha256, own, togetherWith(granted.leaf));
  if (challenge === null) return 'the signature of its approval is for others, and not for it';
  const problem = await assertionProblem(
    jsonIn(bytes),
    {
      publicKey: String(dataOf(passkey, 'public_key')),
      credentialId: String(credentialId),
      rpId: String(dataOf(passkey, 'rp_id')),
      challenge,
    },
    { sha256, verify },
  );
  return problem && `the signature of its approval ${problem}`;
}

/** What else its signature is for, as the fact itself says; null: for nothing else. */
function togetherWith(leaf: CaseLeaf): readonly string[] | null {
  const said = dataOf(leaf, 'together');
  return Array.isArray(said) ? said.map(String) : null;
}

/** Who opened or changed the case, and who had the step tried again last: none of them approves it. */
function requestersIn(before: readonly PlacedLeaf[], intent: CaseLeaf): ReadonlySet<string> {
  const opened = before.filter(({ leaf }) => ['case.opened', 'case.changed'].includes(leaf.type));
  const retried = before.findLast(
    ({ leaf }) => leaf.type === 'step.retried' && leaf.step?.id === intent.step?.id,
  );
  const acts = retried ? [...opened, retried] : opened;
  return new Set(
    acts
      .flatMap(({ leaf }) => [leaf.actor?.id, leaf.on_behalf_of])
      .filter((it) => it !== undefined),
  );
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

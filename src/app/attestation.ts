import { names, type Submission } from '#core/task.ts';
import { checkProof } from '#core/task-proof.ts';
import { record } from '#ledger/record.ts';
import { databaseNow } from '#store/clock.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import type { StepRow } from '#store/steps.ts';
import { confirmAssigned } from '#store/tasks.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { type Decider, userDecides } from './decider.ts';
import { changedMeanwhile, Problem } from './problem.ts';
import {
  assignmentOf,
  demandMayAttest,
  demandWaiting,
  evidenceOf,
  factOf,
  filesNamed,
  passOn,
  settleByHand,
  stepForDecision,
  type ToDecide,
} from './step-decision.ts';

/** What somebody says they did, and what proves it. */
export interface Attestation {
  readonly reason: string;
  readonly proof?: string | undefined;
  /** By what the task asks to be written down. */
  readonly proofs?: Readonly<Record<string, string>> | undefined;
  readonly files?: readonly string[] | undefined;
}

/** What becomes of what somebody confirmed. */
export type Attested = 'attested' | 'to be read back' | 'to be accepted';

/**
 * Somebody did it by hand and vouches for it, with what proves it. Where the system can show it,
 * their word settles nothing yet: it is read back, and only that does. Where the task names who has
 * to accept it, that person is asked.
 */
export async function attestStep(
  app: App,
  caller: Caller,
  id: string,
  it: Attestation,
): Promise<Attested> {
  authorize(caller, 'step.attest');
  return inTransaction(app.pool, async (tx) => {
    const found = await stepForDecision(tx, caller, id);
    return attest(tx, app, userDecides(caller), found, it);
  });
}

/** {@link attestStep} of whoever decides, in a transaction that holds the departure. */
export async function attest(
  tx: Db,
  app: App,
  who: Decider,
  found: ToDecide,
  it: Attestation,
): Promise<Attested> {
  const { step } = found;
  demandWaiting(step);
  demandMayAttest(who, step);
  demandUnanswered(step);
  const files = await filesNamed(tx, step, it.files ?? []);
  const done = { reason: it.reason, proof: proofOf(step, it, files.length), files };
  demandNamed(step, done.proof ?? '');
  if (step.status === 'running' && step.assignment?.readBack) {
    await confirm(tx, app, who, found, done);
    return 'to be read back';
  }
  if (step.task?.acceptedBy) {
    await submit(tx, app, who, found, done);
    return 'to be accepted';
  }
  await settleByHand(tx, app, who, found, {
    kind: 'attested',
    by: who.id,
    byName: who.name,
    ...done,
    expiresAt: null,
  });
  return 'attested';
}

/** What somebody has confirmed already is not confirmed twice. */
function demandUnanswered({ assignment, because }: StepRow): void {
  const { submission, confirmed } = assignment ?? {};
  if (submission) {
    const detail = `${submission.byName} has confirmed it already; it waits to be accepted.`;
    throw new Problem('not possible', detail);
  }
  if (confirmed) {
    const detail = `${confirmed.byName} has confirmed this; it is being read back. ${because ?? ''}`;
    throw new Problem('not possible', detail.trim());
  }
}

/** Whoever holds the thing can read its number; whoever holds another one reads another. */
function demandNamed({ assignment, account }: StepRow, proof: string): void {
  const number = assignment?.mustName;
  if (number === undefined || names(proof, number)) return;
  throw new Problem(
    'not readable',
    `The proof must name what was returned: ${account?.login ?? 'it'} has the number ${number}, and ` +
      'that is not in it. Read it from the device; if it is another one, it belongs to another step.',
    [{ at: atThing, problem: `The number ${number} is not in it.` }],
  );
}

/** Where a problem is about one thing to be written down. */
export const atLabel = (label: string): string => `proofs.${label}`;

/** Where a problem is about which thing was returned. */
export const atThing = 'proof';

/** The proof in words; refuses what lacks something that the task asks for. */
function proofOf(step: StepRow, it: Attestation, files: number): string | null {
  const asked = step.assignment?.proof ?? step.task?.proof ?? [];
  const checked = checkProof(asked, { proof: it.proof, proofs: it.proofs, files });
  if ('proof' in checked) return checked.proof;
  const how = asked.length > 0 ? ` It asks for: ${asked.join(', ')}.` : '';
  throw new Problem(
    'not readable',
    `${checked.problems.join(' ')}${how}`,
    checked.missing.map((label) => ({ at: atLabel(label), problem: 'Still to be written down.' })),
  );
}

type Done = Pick<Submission, 'reason' | 'proof' | 'files'>;

/** It is done, says who did it; the engine reads it back at once. */
async function confirm(
  tx: Db,
  app: App,
  who: Decider,
  { step, case: it }: ToDecide,
  { reason, proof, files }: Done,
): Promise<void> {
  const values = { reason, proof, ...evidenceOf(files) };
  await record(tx, app.keys, [factOf(who, step, it, { type: 'step.confirmed', values })]);
  const { id: by, name: byName } = who;
  const at = (await databaseNow(tx)).toISOString();
  const confirmed = { by, byName, reason, proof: proof ?? '', at };
  if (!(await confirmAssigned(tx, { stepId: step.id, version: step.version, confirmed }))) {
    throw changedMeanwhile('The step');
  }
}

/** It is done, says who did it; the engine asks whoever has to accept it. */
async function submit(
  tx: Db,
  app: App,
  who: Decider,
  { step, case: it }: ToDecide,
  done: Done,
): Promise<void> {
  await record(tx, app.keys, [
    factOf(who, step, it, {
      type: 'step.submitted',
      values: { reason: done.reason, proof: done.proof, ...evidenceOf(done.files) },
    }),
  ]);
  const { handOver, sentBack: _, moreTime: __, ...assignment } = assignmentOf(step);
  const submission: Submission = {
    by: who.id,
    byName: who.name,
    byEmail: who.email,
    ...done,
    handOver: handOver ?? null,
  };
  await passOn(tx, step, {
    // Who has to accept it finds the engine; until then nobody but IT can.
    assignment: { ...assignment, people: [], submission, news: 'to-accept' },
    because: `${who.name} did it: ${done.reason} It waits to be accepted.`,
  });
}

import { endStates } from '#core/case.ts';
import { names, type Submission } from '#core/task.ts';
import { checkProof } from '#core/task-proof.ts';
import { record } from '#ledger/record.ts';
import { resolveAlerts } from '#store/alerts.ts';
import type { CaseRow } from '#store/cases.ts';
import { databaseNow } from '#store/clock.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { reopenStep, type StepRow } from '#store/steps.ts';
import { confirmAssigned } from '#store/tasks.ts';
import type { App, Caller } from './app.ts';
import { authorize, may } from './authorize.ts';
import { changedMeanwhile, Problem } from './problem.ts';
import {
  assignmentOf,
  demandMayAttest,
  demandWaiting,
  evidenceOf,
  factOf,
  filesNamed,
  isSubmitted,
  isTask,
  isThing,
  mayAccept,
  mayAnswer,
  mayPassOn,
  passOn,
  settleByHand,
  stepForDecision,
  type ToDecide,
  waitsForPerson,
} from './step-decision.ts';

/** What a person can do about one step. */
export type StepAct =
  | 'retry'
  | 'attest'
  | 'accept'
  | 'send-back'
  | 'hand-over'
  | 'waive'
  | 'write-off';

/** What the caller may do about a step now; the acts themselves check once more. */
export function possibleStepActs(
  caller: Caller,
  step: StepRow,
  it: Pick<CaseRow, 'state'>,
): readonly StepAct[] {
  if (endStates.includes(it.state)) return [];
  const held = step.status === 'held';
  const waits = waitsForPerson(step);
  const acts: StepAct[] = [];
  if (held && step.kind !== 'gap' && may(caller, 'step.retry')) acts.push('retry');
  const mayAttest = waits && may(caller, 'step.attest');
  if (mayAttest && !isSubmitted(step) && mayAnswer(caller, step)) acts.push('attest');
  if (mayAttest && mayAccept(caller, step)) acts.push('accept', 'send-back');
  if (mayAttest && isTask(step) && mayPassOn(caller, step)) acts.push('hand-over');
  if (waits && may(caller, 'step.waive')) acts.push('waive');
  if (waits && isThing(step) && may(caller, 'step.write-off')) acts.push('write-off');
  return acts;
}

/** Asks for another pass over a held step. The step still has to reach its goal by itself. */
export async function retryStep(app: App, caller: Caller, id: string): Promise<void> {
  authorize(caller, 'step.retry');
  await inTransaction(app.pool, async (tx) => {
    const { step, case: it } = await stepForDecision(tx, caller, id);
    if (step.status !== 'held') {
      throw new Problem('not possible', `This step does not wait for you; it is ${step.status}.`);
    }
    if (step.kind === 'gap') {
      throw new Problem(
        'not possible',
        'No step of the playbook covers this account, so there is nothing to try. End the access by hand ' +
          'and confirm it, or skip it with a reason.',
      );
    }
    await record(tx, app.keys, [factOf(caller, step, it, { type: 'step.retried', values: {} })]);
    if (!(await reopenStep(tx, step.id, step.version))) throw changedMeanwhile('The step');
    await resolveAlerts(tx, `step:${step.id}`);
  });
}

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
    const { step } = found;
    demandWaiting(step);
    demandMayAttest(caller, step);
    demandUnanswered(step);
    const files = await filesNamed(tx, step, it.files ?? []);
    const done = { reason: it.reason, proof: proofOf(step, it, files.length), files };
    demandNamed(step, done.proof ?? '');
    if (step.status === 'running' && step.assignment?.readBack) {
      await confirm(tx, app, caller, found, done);
      return 'to be read back';
    }
    if (step.task?.acceptedBy) {
      await submit(tx, app, caller, found, done);
      return 'to be accepted';
    }
    await settleByHand(tx, app, caller, found, {
      kind: 'attested',
      by: caller.user.id,
      byName: caller.user.name,
      ...done,
      expiresAt: null,
    });
    return 'attested';
  });
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
  );
}

/** A thing that will not come back: it is not done, for good, and a named person answers for that. */
export async function writeOffStep(
  app: App,
  caller: Caller,
  id: string,
  it: { reason: string },
): Promise<void> {
  authorize(caller, 'step.write-off');
  await inTransaction(app.pool, async (tx) => {
    const found = await stepForDecision(tx, caller, id);
    demandWaiting(found.step);
    if (!isThing(found.step)) {
      throw new Problem(
        'not possible',
        'Only equipment can be written off. Access is ended, confirmed with proof, or skipped until a day.',
      );
    }
    await settleByHand(tx, app, caller, found, {
      kind: 'waived',
      by: caller.user.id,
      byName: caller.user.name,
      reason: it.reason,
      proof: null,
      expiresAt: null,
      writtenOff: true,
    });
  });
}

/** The proof in words; refuses what lacks something that the task asks for. */
function proofOf(step: StepRow, it: Attestation, files: number): string | null {
  const asked = step.assignment?.proof ?? step.task?.proof ?? [];
  const checked = checkProof(asked, { proof: it.proof, proofs: it.proofs, files });
  if ('proof' in checked) return checked.proof;
  const how = asked.length > 0 ? ` It asks for: ${asked.join(', ')}.` : '';
  throw new Problem('not readable', `${checked.problems.join(' ')}${how}`);
}

/** It is not done, and a named person answers for that until a day. */
export async function waiveStep(
  app: App,
  caller: Caller,
  id: string,
  it: { reason: string; expiresAt: Date },
): Promise<void> {
  authorize(caller, 'step.waive');
  if (it.expiresAt <= (await databaseNow(app.pool))) {
    throw new Problem('not readable', 'The day until which this is skipped lies in the past.');
  }
  await inTransaction(app.pool, async (tx) => {
    const found = await stepForDecision(tx, caller, id);
    demandWaiting(found.step);
    await settleByHand(tx, app, caller, found, {
      kind: 'waived',
      by: caller.user.id,
      byName: caller.user.name,
      reason: it.reason,
      proof: null,
      expiresAt: it.expiresAt.toISOString(),
    });
  });
}

type Done = Pick<Submission, 'reason' | 'proof' | 'files'>;

/** It is done, says who did it; the engine reads it back at once. */
async function confirm(
  tx: Db,
  app: App,
  caller: Caller,
  { step, case: it }: ToDecide,
  { reason, proof, files }: Done,
): Promise<void> {
  const values = { reason, proof, ...evidenceOf(files) };
  await record(tx, app.keys, [factOf(caller, step, it, { type: 'step.confirmed', values })]);
  const { id: by, name: byName } = caller.user;
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
  caller: Caller,
  { step, case: it }: ToDecide,
  done: Done,
): Promise<void> {
  const { user } = caller;
  await record(tx, app.keys, [
    factOf(caller, step, it, {
      type: 'step.submitted',
      values: { reason: done.reason, proof: done.proof, ...evidenceOf(done.files) },
    }),
  ]);
  const { handOver, sentBack: _, ...assignment } = assignmentOf(step);
  const submission: Submission = {
    by: user.id,
    byName: user.name,
    byEmail: user.email,
    ...done,
    handOver: handOver ?? null,
  };
  await passOn(tx, step, {
    // Who has to accept it finds the engine; until then nobody but IT can.
    assignment: { ...assignment, people: [], submission, news: 'to-accept' },
    because: `${user.name} did it: ${done.reason} It waits to be accepted.`,
  });
}

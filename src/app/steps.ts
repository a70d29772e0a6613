import { aboutCapability } from '#core/capability.ts';
import { endStates } from '#core/case.ts';
import { names } from '#core/task.ts';
import { type Fact, record } from '#ledger/record.ts';
import { resolveAlerts } from '#store/alerts.ts';
import { beginContainment, type CaseRow, lockCase, wakeCase } from '#store/cases.ts';
import { databaseNow } from '#store/clock.ts';
import { type ProofFile, proofFilesOf } from '#store/proof-files.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import {
  type Decision,
  decideStep,
  loadStep,
  releaseSteps,
  reopenStep,
  type StepRow,
} from '#store/steps.ts';
import { confirmAssigned } from '#store/tasks.ts';
import type { App, Caller } from './app.ts';
import { authorize, may, maySee } from './authorize.ts';
import { changedMeanwhile, notFound, Problem } from './problem.ts';

/** What a person can do about one step. */
export type StepAct = 'retry' | 'attest' | 'waive' | 'write-off';

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
  if (waits && mayAnswer(caller, step) && may(caller, 'step.attest')) acts.push('attest');
  if (waits && may(caller, 'step.waive')) acts.push('waive');
  if (waits && isThing(step) && may(caller, 'step.write-off')) acts.push('write-off');
  return acts;
}

const waitsForPerson = ({ status, assignment }: StepRow): boolean =>
  status === 'held' || (status === 'running' && assignment !== null);

/** What it is about can be lost for good, which access cannot. */
const isThing = ({ capability }: StepRow): boolean =>
  capability !== null && aboutCapability(capability).canBeWrittenOff === true;

/** A task is confirmed by those who were asked, or by IT. */
const mayAnswer = (caller: Caller, step: StepRow): boolean =>
  isAsked(caller, step) || may(caller, 'step.retry');

/** Whether the task behind a step is the caller's own. */
const isAsked = (caller: Caller, step: StepRow): boolean =>
  step.assignment?.people.some((one) => one.email === caller.user.email) ?? false;

/** A step with its departure, which is locked. There is none for those who may not see it. */
export async function stepToSee(
  tx: Db,
  caller: Caller,
  id: string,
): Promise<{ step: StepRow; case: CaseRow }> {
  const found = await loadStep(tx, id);
  const it = found ? await lockCase(tx, found.caseId) : null;
  const step = it ? await loadStep(tx, id) : null;
  if (!it || !step || !(isAsked(caller, step) || maySee(caller, it))) throw notFound(`step ${id}`);
  return { step, case: it };
}

/** {@link stepToSee} of a departure in which something can still be decided. */
export async function stepForDecision(
  tx: Db,
  caller: Caller,
  id: string,
): Promise<{ step: StepRow; case: CaseRow }> {
  const { step, case: it } = await stepToSee(tx, caller, id);
  if (endStates.includes(it.state)) {
    throw new Problem('not possible', `This departure is ${it.state} already.`);
  }
  return { step, case: it };
}

function factOf(
  caller: Caller,
  step: StepRow,
  it: CaseRow,
  fact: Pick<Fact, 'type' | 'data' | 'grade'> & { values: Record<string, unknown> },
): Fact {
  return {
    type: fact.type,
    data: fact.data ?? {},
    ...(fact.grade ? { grade: fact.grade } : {}),
    actor: caller.actor,
    caseId: it.id,
    row: { table: 'steps', id: step.id, version: step.version + 1 },
    step: {
      id: step.id,
      attempt: Math.max(1, step.attempts),
      capability: step.capability,
      connection: step.connectionId,
    },
    target: { ref: it.ref, ...(step.connectionId ? { system: step.connectionId } : {}) },
    personal: { subject: it.subject, values: fact.values },
  };
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

/**
 * Somebody did it by hand and vouches for it, with what proves it. Where the system can show it,
 * their word settles nothing yet: it is read back, and only that does. Says which of the two it is.
 */
export async function attestStep(
  app: App,
  caller: Caller,
  id: string,
  it: { reason: string; proof: string; files?: readonly string[] | undefined },
): Promise<'attested' | 'to be read back'> {
  authorize(caller, 'step.attest');
  if (await confirmStep(app, caller, id, it)) return 'to be read back';
  await settleByHand(app, caller, id, {
    kind: 'attested',
    by: caller.user.id,
    byName: caller.user.name,
    reason: it.reason,
    proof: it.proof,
    files: it.files ?? [],
    expiresAt: null,
  });
  return 'attested';
}

/** False, and nothing done, where nothing can be read back. */
async function confirmStep(
  app: App,
  caller: Caller,
  id: string,
  it: { reason: string; proof: string; files?: readonly string[] | undefined },
): Promise<boolean> {
  return inTransaction(app.pool, async (tx) => {
    const { step, case: found } = await stepForDecision(tx, caller, id);
    demandWaiting(step);
    demandMayAttest(caller, step);
    demandNamed(step, it.proof);
    if (step.status !== 'running' || !step.assignment?.readBack) return false;
    const { confirmed: earlier } = step.assignment;
    if (earlier) {
      const detail = `${earlier.byName} has confirmed this; it is being read back. ${step.because ?? ''}`;
      throw new Problem('not possible', detail.trim());
    }
    const files = await filesNamed(tx, step, it.files ?? []);
    const { reason, proof } = it;
    const values = { reason, proof, ...evidenceOf(files) };
    await record(tx, app.keys, [factOf(caller, step, found, { type: 'step.confirmed', values })]);
    const { id: by, name: byName } = caller.user;
    const at = (await databaseNow(tx)).toISOString();
    const confirmed = { by, byName, reason, proof, at };
    if (!(await confirmAssigned(tx, { stepId: step.id, version: step.version, confirmed }))) {
      throw changedMeanwhile('The step');
    }
    return true;
  });
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
  await settleByHand(app, caller, id, {
    kind: 'waived',
    by: caller.user.id,
    byName: caller.user.name,
    reason: it.reason,
    proof: null,
    expiresAt: null,
    writtenOff: true,
  });
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
  await settleByHand(app, caller, id, {
    kind: 'waived',
    by: caller.user.id,
    byName: caller.user.name,
    reason: it.reason,
    proof: null,
    expiresAt: it.expiresAt.toISOString(),
  });
}

/** Only what waits for a person can be decided by one. */
export function demandWaiting(step: StepRow): void {
  if (waitsForPerson(step)) return;
  throw new Problem(
    'not possible',
    `Only what waits for a person can be decided by one; this step is ${step.status}.`,
  );
}

export function demandMayAttest(caller: Caller, step: StepRow): void {
  if (mayAnswer(caller, step)) return;
  throw new Problem('not allowed', 'This task is somebody else’s. Ask them, or IT.');
}

/** The files with these digests; each must have been added to this step. */
async function filesNamed(
  tx: Db,
  step: StepRow,
  digests: readonly string[],
): Promise<readonly ProofFile[]> {
  const added = digests.length > 0 ? await proofFilesOf(tx, step.id) : [];
  return [...new Set(digests)].map((sha256) => {
    const file = added.find((it) => it.sha256 === sha256);
    if (file) return file;
    throw new Problem('not readable', `No file ${sha256} was added to this step. Add it first.`);
  });
}

/** Personal values: what the record says of files that are about somebody. */
const evidenceOf = (files: readonly ProofFile[]): Record<string, unknown> =>
  Object.fromEntries(
    files.map(({ sha256, size }, i) => [`evidence.${i}`, { kind: 'proof', sha256, size }]),
  );

function decisionFact(
  caller: Caller,
  step: StepRow,
  it: CaseRow,
  { kind, reason, proof, expiresAt, writtenOff }: Decision,
  files: readonly ProofFile[],
): Fact {
  if (kind === 'attested') {
    const values = { reason, proof, ...evidenceOf(files) };
    return factOf(caller, step, it, { type: 'step.attested', grade: 'attested', values });
  }
  const approver = caller.user.id;
  return factOf(caller, step, it, {
    ...(writtenOff
      ? { type: 'step.written-off', data: { approver } }
      : { type: 'step.waived', data: { approver, expires: expiresAt } }),
    grade: 'waived',
    values: { reason },
  });
}

async function settleByHand(
  app: App,
  caller: Caller,
  id: string,
  choice: Omit<Decision, 'files'> & { readonly files?: readonly string[] },
): Promise<void> {
  await inTransaction(app.pool, async (tx) => {
    const { step, case: it } = await stepForDecision(tx, caller, id);
    demandWaiting(step);
    if (choice.kind === 'attested') demandMayAttest(caller, step);
    if (choice.writtenOff && !isThing(step)) {
      throw new Problem(
        'not possible',
        'Only equipment can be written off. Access is ended, confirmed with proof, or skipped until a day.',
      );
    }
    const { files: named = [], ...decided } = choice;
    const files = await filesNamed(tx, step, named);
    const decision: Decision = files.length > 0 ? { ...decided, files } : decided;
    await record(tx, app.keys, [decisionFact(caller, step, it, decision, files)]);
    if (!(await decideStep(tx, { stepId: step.id, version: step.version, decision }))) {
      throw changedMeanwhile('The step');
    }
    await resolveAlerts(tx, `step:${step.id}`);
    // Access that a person cut by hand has to be given back by hand, should the departure be taken back.
    const cutByHand = decision.kind === 'attested' && step.layer === 'security';
    if (cutByHand && step.kind !== 'task') await beginContainment(tx, it.id);
    await releaseSteps(tx, it.id);
    // The worker judges whether this was the last one: only it may say that a case is complete.
    await wakeCase(tx, { caseId: it.id, urgency: 10 });
  });
}

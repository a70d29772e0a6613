import { aboutCapability } from '#core/capability.ts';
import { endStates } from '#core/case.ts';
import { type Assignment, isAmong, type Submission, sameAddress } from '#core/task.ts';
import { type Fact, record } from '#ledger/record.ts';
import { resolveAlerts } from '#store/alerts.ts';
import { beginContainment, type CaseRow, lockCase, wakeCase } from '#store/cases.ts';
import { type ProofFile, proofFilesOf } from '#store/proof-files.ts';
import type { Db } from '#store/sql.ts';
import { type Decision, decideStep, loadStep, releaseSteps, type StepRow } from '#store/steps.ts';
import { passOnStep } from '#store/tasks.ts';
import type { App, Caller } from './app.ts';
import { demandSight } from './authorize.ts';
import { type Decider, mayDecide } from './decider.ts';
import { changedMeanwhile, notFound, Problem } from './problem.ts';

/* What all decisions about one step have in common: who may take them, and what they leave behind. */

/** A step and its departure, which is locked. */
export interface ToDecide {
  readonly step: StepRow;
  readonly case: CaseRow;
}

/** Nothing but a person can make it go on. */
export const waitsForPerson = ({ status, assignment }: StepRow): boolean =>
  status === 'held' || (status === 'running' && assignment !== null);

/** A task is confirmed by those who were asked, or by IT. */
export const mayAnswer = (who: Decider, step: StepRow): boolean =>
  isAsked(who, step) || mayDecide(who, 'step.retry');

/** What it is about can be lost for good, which access cannot. */
export const isThing = ({ capability }: StepRow): boolean =>
  capability !== null && aboutCapability(capability).canBeWrittenOff === true;

/** Somebody says it is done, and another person has to accept it. */
export const isSubmitted = ({ assignment }: StepRow): boolean =>
  assignment?.submission !== undefined;

/** What was done is accepted by those who were asked to, or by IT; never by the one who did it. */
export const mayAccept = (who: Decider, step: StepRow): boolean =>
  isSubmitted(step) && !didIt(who, step.assignment?.submission) && mayAnswer(who, step);

/** Whether it was they who did it, by whatever way they said so. */
export const didIt = (who: Decider, submission: Submission | undefined): boolean =>
  submission !== undefined &&
  (submission.by === who.id || sameAddress(submission.byEmail, who.email));

/** Only what is somebody's to do can be given to somebody else. */
export const isTask = ({ assignment, task }: StepRow): boolean =>
  assignment !== null || task !== null;

/** A task is handed over by those who were asked, by HR or by IT. */
export const mayPassOn = (who: Decider, step: StepRow): boolean =>
  isAsked(who, step) || mayDecide(who, 'case.change');

/** Whether the task behind a step is theirs. */
export const isAsked = (who: Pick<Decider, 'email'>, step: StepRow): boolean =>
  isAmong(step.assignment?.people ?? [], who.email);

/** A step with its departure, which is locked. There is none for those who may not see it. */
export async function stepToSee(tx: Db, caller: Caller, id: string): Promise<ToDecide> {
  const found = await loadStep(tx, id);
  const it = found ? await lockCase(tx, found.caseId) : null;
  const step = it ? await loadStep(tx, id) : null;
  if (!it || !step) throw notFound(`step ${id}`);
  if (isAsked(caller.user, step)) return { step, case: it };
  return { step, case: demandSight(caller, it, notFound(`step ${id}`)) };
}

/** {@link stepToSee} of a departure in which something can still be decided. */
export async function stepForDecision(tx: Db, caller: Caller, id: string): Promise<ToDecide> {
  const { step, case: it } = await stepToSee(tx, caller, id);
  if (endStates.includes(it.state)) {
    throw new Problem('not possible', `This departure is ${it.state} already.`);
  }
  return { step, case: it };
}

export function factOf(
  who: Decider,
  step: StepRow,
  it: Pick<CaseRow, 'id' | 'ref' | 'subject'>,
  fact: Pick<Fact, 'type' | 'data' | 'grade'> & { values: Record<string, unknown> },
): Fact {
  return {
    type: fact.type,
    data: fact.data ?? {},
    ...(fact.grade ? { grade: fact.grade } : {}),
    actor: who.actor,
    caseId: it.id,
    row: { table: 'steps', id: step.id, version: step.version + 1 },
    step: {
      id: step.id,
      attempt: Math.max(1, step.attempts),
      capability: step.capability,
      connection: step.connectionId,
    },
    target: { ref: it.ref, ...(step.connectionId ? { system: step.connectionId } : {}) },
    personal: { subject: it.subject, values: { ...fact.values, ...namesOf(who) } },
  };
}

/** Whoever answers by a link is nobody that we keep as a user, so the record itself says who it was. */
const namesOf = ({ caller, name, email }: Decider): Record<string, unknown> =>
  caller === null ? { by: name, by_email: email } : {};

/** Only what waits for a person can be decided by one. */
export function demandWaiting(step: StepRow): void {
  if (waitsForPerson(step)) return;
  throw new Problem(
    'not possible',
    `Only what waits for a person can be decided by one; this step is ${step.status}.`,
  );
}

export function demandMayAttest(who: Decider, step: StepRow): void {
  if (mayAnswer(who, step)) return;
  throw new Problem('not allowed', 'This task is somebody else’s. Ask them, or IT.');
}

/** The files with these digests; each must have been added to this step. */
export async function filesNamed(
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
export const evidenceOf = (files: readonly ProofFile[]): Record<string, unknown> =>
  Object.fromEntries(
    files.map(({ sha256, size }, i) => [`evidence.${i}`, { kind: 'proof', sha256, size }]),
  );

/** Gives a step to others, whom the engine writes to. */
export async function passOn(
  tx: Db,
  step: StepRow,
  it: { assignment: Assignment; because: string },
): Promise<void> {
  if (!(await passOnStep(tx, { stepId: step.id, version: step.version, ...it }))) {
    throw changedMeanwhile('The step');
  }
  await resolveAlerts(tx, `step:${step.id}`);
}

/** Where a task stands; one that nobody could be asked for stands at its beginning. */
export const assignmentOf = ({ assignment, task, title }: StepRow): Assignment =>
  assignment ?? {
    people: [],
    instructions: task?.instructions ?? task?.title ?? title,
    proof: task?.proof ?? [],
    deadline: task?.deadline ?? null,
    askedAt: new Date(0).toISOString(),
    reminders: 0,
  };

/** Settles a step by what a person answers for, in a transaction that holds its departure. */
export async function settleByHand(
  tx: Db,
  app: App,
  who: Decider,
  { step, case: it }: ToDecide,
  choice: Decision,
): Promise<void> {
  const { files = [], ...decided } = choice;
  const decision: Decision = files.length > 0 ? { ...decided, files } : decided;
  await record(tx, app.keys, [factOfDecision(who, step, it, choice)]);
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
}

function factOfDecision(who: Decider, step: StepRow, it: CaseRow, decision: Decision): Fact {
  if (decision.kind === 'waived') {
    return factOf(who, step, it, {
      ...(decision.writtenOff
        ? { type: 'step.written-off', data: { approver: who.id } }
        : {
            type: 'step.waived',
            data: { approver: who.id, expires: decision.expiresAt },
          }),
      grade: 'waived',
      values: { reason: decision.reason },
    });
  }
  const { reason, proof, files = [] } = decision;
  const values = { reason, proof, ...evidenceOf(files) };
  return decision.acceptedBy === undefined
    ? factOf(who, step, it, { type: 'step.attested', grade: 'attested', values })
    : factOf(who, step, it, {
        type: 'step.accepted',
        grade: 'attested',
        data: { confirmed_by: decision.by },
        values,
      });
}

import type { App, Caller } from '#app/app.ts';
import { maySeeReason } from '#app/authorize.ts';
import {
  type Beside,
  besideCases,
  type CaseProgress,
  type CaseRow,
  type CaseWithSteps,
  type CheckRow,
  possibleCaseActs,
  type StepRow,
} from '#app/cases.ts';
import { showPlaybook } from '#app/playbooks.ts';
import { possibleStepActs } from '#app/steps.ts';
import { successorIn } from '#app/successors.ts';
import { userNames } from '#app/users.ts';
import { isArrival } from '#core/arrival.ts';
import { isHeld } from '#core/case.ts';
import type { Assignment } from '#core/task.ts';
import type { Case, CaseSummary, Progress } from '../contract/cases.ts';
import type { MoreTime, Rechecks, Step, Submission } from '../contract/steps.ts';
import { iso } from '../route.ts';

export function summaryOnWire(it: CaseRow, beside: Beside): CaseSummary {
  const { progress } = beside;
  const { departure: occasion } = it;
  const [leaving, arriving] = isArrival(occasion) ? [null, occasion] : [occasion, null];
  return {
    id: it.id,
    kind: it.kind,
    state: it.state,
    direction: it.direction,
    person: {
      id: it.person,
      personId: it.personId,
      employmentId: it.employmentId,
      name: it.name,
      email: it.email,
      department: it.personFacts.department,
    },
    departureKind: leaving?.kind ?? null,
    arrivalKind: arriving?.kind ?? null,
    startDay: arriving?.startDay ?? null,
    urgent: leaving?.urgent ?? false,
    confidential: occasion.confidential,
    held: isHeld(it),
    zone: it.zone,
    accessEndsAt: iso(it.accessEndsAt),
    lastWorkingDay: it.lastWorkingDay,
    employmentEnds: it.employmentEnds,
    payEnds: it.payEnds,
    question: it.question,
    source: it.source,
    bulkStart: beside.bulkStart,
    openedAt: it.openedAt.toISOString(),
    openedBy: { id: it.openedBy, name: beside.openedByName },
    confirmedAt: it.confirmedAt.toISOString(),
    progress: progress ? countsOf(progress) : nothingYet,
    next:
      progress?.nextAt && progress.nextTitle !== null
        ? { title: progress.nextTitle, at: progress.nextAt.toISOString() }
        : null,
    dayOne: arriving && {
      wanted: progress?.wantedOnDayOne ?? 0,
      done: progress?.doneOnDayOne ?? 0,
    },
    accessRemovedAt: iso(it.accessRemovedAt),
    endedAt: iso(it.endedAt),
  };
}

const countsOf = (it: CaseProgress): Progress => ({
  steps: it.steps,
  proven: it.proven,
  acceptedOnly: it.acceptedOnly,
  confirmedByPerson: it.confirmedByPerson,
  skipped: it.skipped,
  held: it.held,
  unknown: it.unknown,
  open: it.open,
});

const nothingYet: Progress = {
  steps: 0,
  proven: 0,
  acceptedOnly: 0,
  confirmedByPerson: 0,
  skipped: 0,
  held: 0,
  unknown: 0,
  open: 0,
};

/** A case as its reader may see it: with what they can do, and without what is not for them. */
export async function caseOnWire(app: App, caller: Caller, found: CaseWithSteps): Promise<Case> {
  const it = found.case;
  const { legalHold } = found;
  const { quarantine } = found;
  const asker = quarantine?.askedBy ?? null;
  const names = await userNames(
    app,
    [legalHold?.setBy, asker].flatMap((id) => id ?? []),
  );
  const beside = await besideCases(app, [it]);
  const playbook = it.playbookId === null ? null : await showPlaybook(app, caller, it.playbookId);
  return {
    ...summaryOnWire(it, beside(it)),
    reason: maySeeReason(caller) && !isArrival(it.departure) ? it.departure.reason : null,
    successor: it.kind === 'departure' ? await successorIn(app, it) : null,
    stateBeforePause: it.stateBeforePause,
    firstCutAt: iso(it.containmentAt),
    playbook: playbook && {
      id: playbook.id,
      name: playbook.name,
      number: playbook.number,
      title: playbook.title,
    },
    planDigest: it.planDigest,
    planNotes: [...it.planNotes],
    legalHold: legalHold && {
      since: legalHold.setAt.toISOString(),
      by: { id: legalHold.setBy, name: names.get(legalHold.setBy) ?? null },
    },
    quarantine: quarantine && {
      because: quarantine.because,
      askedBy: asker === null ? null : { id: asker, name: names.get(asker) ?? null },
    },
    steps: found.steps.map((step) => stepOnWire(caller, found, step)),
    personRechecks: found.checks
      .filter(({ stepId }) => stepId === null)
      .map((check) => ({ connection: check.connectionId, rechecks: rechecksOnWire(check) })),
    actions: [...possibleCaseActs(caller, it)],
  };
}

function stepOnWire(caller: Caller, found: CaseWithSteps, step: StepRow): Step {
  const { assignment, decision, failure } = step;
  const check = found.checks.find(({ stepId }) => stepId === step.id);
  return {
    id: step.id,
    key: step.key,
    title: step.title,
    why: step.why,
    layer: step.layer,
    kind: step.kind,
    connection: step.connectionId,
    account: step.account,
    capability: step.capability,
    rule: step.rule,
    dueAt: iso(step.dueAt),
    late: step.late,
    startsAfter: [...step.after],
    approval: step.approval,
    undoOf: step.undoOf,
    status: step.status,
    grade: step.grade,
    outcomeUnknown: found.unknownOutcome.has(step.id),
    sent: found.sent.has(step.id),
    because: step.because,
    failure,
    attempts: step.attempts,
    nextLookAt: iso(step.wakeAt),
    summary: step.summary,
    stateBefore: step.before ?? null,
    stateAfter: step.afterState ?? null,
    assignment: assignment && assignmentOnWire(assignment),
    obligation: obligationOnWire(step),
    decision: decision && {
      kind: decision.kind,
      by: decision.by,
      byName: decision.byName,
      reason: decision.reason,
      proof: decision.proof,
      files: [...(decision.files ?? [])],
      expiresAt: decision.expiresAt,
      ...(decision.writtenOff && { writtenOff: true }),
      acceptedByName: decision.acceptedByName ?? null,
    },
    rechecks: check ? rechecksOnWire(check) : null,
    startedAt: iso(step.startedAt),
    appliedAt: iso(step.appliedAt),
    heldAt: iso(step.heldAt),
    settledAt: iso(step.settledAt),
    actions: [...possibleStepActs(caller, step, found.case, found.toHold)],
  };
}

const rechecksOnWire = (it: CheckRow): Rechecks => ({
  lookedAt: it.lookedAt.map((at) => at.toISOString()),
  nextAt: iso(it.dueAt),
  waitsBecause: it.waitsBecause,
  returned: it.returned,
  endedBecause: it.endedBecause,
});

/** What was asked for and not answered yet; null: nothing. */
export const moreTimeOnWire = ({ moreTime }: Assignment): MoreTime | null =>
  moreTime ? { byName: moreTime.byName, until: moreTime.until, reason: moreTime.reason } : null;

/** What waits to be accepted; null: nothing. */
export function submissionOnWire({ submission }: Assignment): Submission | null {
  if (!submission) return null;
  const { by, byName, reason, proof, files } = submission;
  return { by, byName, reason, proof, files: [...files] };
}

function obligationOnWire({ task }: StepRow): Step['obligation'] {
  const obligation = task?.obligation;
  return obligation ? { ...obligation, uncertain: [...obligation.uncertain] } : null;
}

function assignmentOnWire(it: Assignment): NonNullable<Step['assignment']> {
  const { instructions, deadline, askedAt, reminders, mustName, confirmed } = it;
  return {
    people: [...it.people],
    instructions,
    proof: [...it.proof],
    deadline,
    askedAt,
    reminders,
    ...(mustName !== undefined && { mustName }),
    ...(confirmed && { confirmed }),
    moreTime: moreTimeOnWire(it),
    toAccept: submissionOnWire(it),
  };
}

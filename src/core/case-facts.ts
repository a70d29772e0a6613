import { z } from 'zod';
import { mostTogether } from './approval.ts';
import {
  Count,
  Digest,
  fact,
  Moment,
  Ordinal,
  Reference,
  twoPeople,
  web,
  webOrWorker,
  worker,
} from './fact.ts';
import { failureKinds } from './failure.ts';

const failureKind = z.enum(failureKinds);

/** Which approval, and of which step. */
const approval = { approval: Reference, step: Reference };
/** The passkey that signed the decision, base64url. */
const signed = { credential_id: z.string().max(2_048) };
/** What the same signature grants, where it was for several approvals: see `jointChallengeOf`. */
const together = { together: z.array(Digest).min(1).max(mostTogether).optional() };

/** Who took part in which version of a survey; never what they said. */
const surveyPart = { survey: Reference, version: Ordinal };

/** What can be stated about cases, their steps and approvals. */
export const caseFacts = {
  'case.opened': fact(webOrWorker, 'done', 'Case opened', {
    kind: z.enum(['departure', 'arrival', 'role change']),
    trigger: z.enum(['person', 'source', 'link']),
    playbook: Reference.nullable(),
    playbook_version: Ordinal.nullable(),
    steps: Count,
    plan: Digest.nullable(),
    bulk: Reference.optional(),
  }),
  'case.changed': fact(webOrWorker, 'done', 'Case changed', {
    changed: z
      .array(z.enum(['dates', 'zone', 'kind', 'person', 'playbook', 'owner', 'plan', 'state']))
      .min(1),
    state: Reference.optional(),
    playbook: Reference.optional(),
    playbook_version: Ordinal.optional(),
    steps: Count.optional(),
    plan: Digest.optional(),
  }),
  'case.quarantined': fact(webOrWorker, 'held', 'Held back by a guard', {
    guard: Reference,
    value: Count,
    limit: Count,
  }),
  'case.held': fact(webOrWorker, 'held', 'Case paused', { reason: Reference }),
  'case.released': fact(webOrWorker, 'done', 'Case released', { reason: Reference, ...twoPeople }),
  'case.rescinded': fact(webOrWorker, 'done', 'Departure taken back', {
    containment: z.enum(['before', 'after']),
    undo_steps: Count,
  }),
  'case.reopened': fact(webOrWorker, 'held', 'Case reopened', { reason: Reference }),
  'case.rechecked': fact(worker, 'done', 'Looked up again: no other account', {
    connection: Reference,
    round: Ordinal,
  }),
  'case.unchecked': fact(worker, 'held', 'Could not be looked up again', {
    connection: Reference,
    reason: Reference,
    round: Ordinal,
  }),
  'case.sealed': fact(worker, 'done', 'Case sealed', {
    /** The case's number of facts, this one included; filled in by the record itself. */
    count: Ordinal,
    grades: z.strictObject({
      verified: Count,
      acknowledged: Count,
      absent: Count,
      attested: Count,
      waived: Count,
    }),
  }),

  'step.intended': fact(worker, 'underway', 'About to act', {
    deadline: Moment,
    approval: Reference.optional(),
  }),
  'step.applied': fact(worker, 'underway', 'The system answered', {
    outcome: z.enum(['accepted', 'refused']).optional(),
  }),
  'step.unknown': fact(worker, 'held', 'No answer; the effect may or may not exist', {
    call_started_at: Moment,
    cause: z.enum([
      'timeout',
      'connection-cut',
      'server-error',
      'unreadable-answer',
      'crash',
      'lease-lost',
      'unavailable',
      'unexpected',
    ]),
  }),
  'step.mismatch': fact(worker, 'held', 'Accepted, but the change does not show', {
    waited_ms: Count.optional(),
  }),
  'step.verified': fact(worker, 'done', 'Read back: the goal holds', {
    /** False where the goal held already and we called nobody. */
    called: z.boolean().optional(),
  }),
  'step.acknowledged': fact(worker, 'done', 'Accepted; cannot be read back', {}),
  'step.absent': fact(worker, 'done', 'Looked for; there is no such account', {
    /** Every connection that was asked; empty where the playbook's choice matches none. */
    searched: z.array(Reference),
  }),
  'step.attested': fact(web, 'done', 'Done by hand; a person vouches for it', {
    proof: z.array(Reference).optional(),
  }),
  'step.confirmed': fact(web, 'underway', 'Said to be done; it is read back next', {}),
  'step.written-off': fact(web, 'done', 'Lost for good; a person answers for it', {
    approver: Reference,
  }),
  'step.handed-over': fact(web, 'underway', 'Handed over to another person', {
    /** Id of the user who does it now; left out: somebody without one. */
    to: Reference.optional(),
  }),
  'step.submitted': fact(web, 'underway', 'Done by hand; its receiver has not accepted it yet', {}),
  'step.sent-back': fact(web, 'refused', 'Sent back by its receiver', {}),
  'step.time-asked': fact(web, 'underway', 'More time asked for', { until: Moment }),
  'step.time-given': fact(web, 'done', 'More time given', { until: Moment }),
  'step.time-refused': fact(web, 'refused', 'No more time given', {}),
  'step.accepted': fact(web, 'done', 'Done by hand, and accepted by its receiver', {
    confirmed_by: Reference,
  }),
  'step.waived': fact(web, 'done', 'Not done; a person answers for it', {
    approver: Reference,
    expires: Moment,
    reason: Reference.optional(),
  }),
  'step.held': fact(webOrWorker, 'held', 'Waits for a person', {
    reason: Reference,
    failure: failureKind.optional(),
  }),
  'step.retried': fact(webOrWorker, 'underway', 'Asked to try again', {
    reason: Reference.optional(),
  }),
  'step.undone': fact(worker, 'done', 'Undone, and read back', { called: z.boolean().optional() }),
  'step.rechecked': fact(worker, 'done', 'Checked again: the goal still holds', {
    round: Ordinal.optional(),
  }),
  'step.unchecked': fact(worker, 'held', 'Could not be checked again', {
    reason: Reference,
    round: Ordinal,
  }),
  'step.reopened': fact(worker, 'held', 'Open again', {
    reason: Reference,
    round: Ordinal.optional(),
  }),

  'survey.answered': fact(web, 'done', 'Survey answered', surveyPart),
  'survey.declined': fact(web, 'done', 'Survey declined', surveyPart),
  'survey.expired': fact(worker, 'done', 'Survey not answered in time', surveyPart),

  'approval.requested': fact(webOrWorker, 'underway', 'Approval asked for', {
    ...approval,
    action: Reference,
    expires: Moment,
    /** How many people have to grant it; left out: one. */
    approvers: z.literal(2).optional(),
  }),
  /** Stated by each of those who grant it. */
  'approval.granted': fact(web, 'done', 'Approved', {
    ...approval,
    ...signed,
    ...together,
    expires: Moment,
  }),
  'approval.denied': fact(web, 'refused', 'Approval denied', {
    ...approval,
    ...signed,
    expires: Moment,
  }),
  'approval.consumed': fact(worker, 'done', 'Approval used', approval),
  'approval.expired': fact(webOrWorker, 'refused', 'Approval ran out', {
    ...approval,
    reason: Reference,
  }),
  'approval.voided': fact(webOrWorker, 'refused', 'Approval void', {
    ...approval,
    reason: Reference,
  }),
};

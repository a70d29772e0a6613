import { z } from 'zod';
import { arrivalKinds, caseKinds } from '#core/arrival.ts';
import { caseStates } from '#core/case.ts';
import { caseViews } from '#core/case-view.ts';
import { departureKinds } from '#core/departure-kind.ts';
import { ArrivalInput } from './arrivals.ts';
import { DepartureInput } from './departures.ts';
import { Day, Moment, orNull, PageQuery, pageOf } from './page.ts';
import { Rechecks, Step } from './steps.ts';

export const CaseQuery = PageQuery.extend({
  state: z.enum(caseStates).optional(),
  kind: z.enum(['departure', 'arrival']).optional().meta({
    description: 'Arrivals are changes of role as well',
  }),
  view: z
    .enum(caseViews)
    .optional()
    .meta({
      description:
        'needs-you: a person has to do something; today: access ends, or the first day is, today; late: access ' +
        'should have ended; things-open: access is removed, something else is open; open: not ended',
    }),
  text: z.string().trim().min(1).max(200).optional().meta({
    description: 'Part of a name, an address or an HR id',
  }),
  bulkStart: z.string().max(200).optional().meta({
    description: 'Only departures of this bulk start',
  }),
});

/** How far it is, in the direction it goes. What is not proven is counted apart. */
const Progress = z
  .object({
    steps: z.int(),
    proven: z.int().meta({ description: 'Read back, or looked for and not there' }),
    acceptedOnly: z.int().meta({ description: 'The system cannot be read back' }),
    confirmedByPerson: z.int(),
    skipped: z.int(),
    held: z.int().meta({ description: 'Waits for a person' }),
    unknown: z.int().meta({ description: 'Nobody knows what the last call did' }),
    open: z.int().meta({ description: 'Still to come, or under way' }),
  })
  .meta({ id: 'Progress' });
export type Progress = z.infer<typeof Progress>;

/** One person's leaving or joining. */
export const CaseSummary = z
  .object({
    id: z.string(),
    kind: z.enum(caseKinds),
    state: z.enum(caseStates),
    direction: z.enum(['forward', 'back']),
    person: z.object({
      id: z.string(),
      personId: z.string().meta({ description: 'Of the HR system' }),
      employmentId: z.string(),
      name: z.string(),
      email: z.string(),
      department: z.string().nullable(),
    }),
    departureKind: z.enum(departureKinds).nullable().meta({ description: 'Null: nobody leaves' }),
    arrivalKind: z.enum(arrivalKinds).nullable().meta({ description: 'Null: somebody leaves' }),
    startDay: Day.nullable().meta({ description: 'Of an arrival, or of a new role' }),
    urgent: z.boolean(),
    confidential: z.boolean(),
    held: z.boolean().meta({ description: 'Nothing begins until somebody releases it' }),
    zone: z.string().meta({ description: 'IANA name of the zone where the person works' }),
    accessEndsAt: Moment.nullable(),
    lastWorkingDay: Day.nullable(),
    employmentEnds: Day.nullable(),
    payEnds: Day.nullable(),
    question: z.string().nullable().meta({
      description: 'What a person has to answer before it goes on',
    }),
    source: z.string(),
    bulkStart: z.string().nullable().meta({ description: 'Id of the bulk start it belongs to' }),
    openedAt: Moment,
    openedBy: z.object({ id: z.string(), name: z.string().nullable() }),
    confirmedAt: Moment,
    progress: Progress,
    next: z.object({ title: z.string(), at: Moment }).nullable().meta({
      description: 'What happens, or has to be done, first of what has a time',
    }),
    dayOne: z.object({ wanted: z.int(), done: z.int() }).nullable().meta({
      description: 'Of what has to be done before the first day; null: somebody leaves',
    }),
    accessRemovedAt: Moment.nullable(),
    endedAt: Moment.nullable(),
  })
  .meta({ id: 'CaseSummary' });
export type CaseSummary = z.infer<typeof CaseSummary>;

export const CasePage = pageOf(CaseSummary).meta({ id: 'CasePage' });
export type CasePage = z.infer<typeof CasePage>;

/** What a person can do about a case. */
export const caseActs = ['pause', 'resume', 'cancel', 'change', 'bring-back', 'release'] as const;

export const Case = CaseSummary.extend({
  reason: z.string().nullable().meta({ description: 'For HR and Security; null for others' }),
  successor: z
    .object({
      personId: z.string(),
      name: z.string(),
      email: z.string(),
      isNamed: z.boolean().meta({ description: 'False: nobody said so, it is the manager' }),
    })
    .nullable()
    .meta({ description: 'Who takes over work and data; null: nobody is known' }),
  stateBeforePause: z.enum(caseStates).nullable(),
  firstCutAt: Moment.nullable().meta({ description: 'When the first access was touched' }),
  playbook: z
    .object({ id: z.string(), name: z.string(), number: z.int(), title: z.string() })
    .nullable(),
  planDigest: z.string().nullable(),
  planNotes: z.array(z.string()),
  legalHold: z
    .object({ since: Moment, by: z.object({ id: z.string(), name: z.string().nullable() }) })
    .nullable()
    .meta({ description: 'While it is open, nothing is destroyed that was not preserved' }),
  quarantine: z
    .object({
      because: z.string(),
      askedBy: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
    })
    .nullable()
    .meta({ description: 'Why a guard holds it back, and the first of two who release it' }),
  steps: z.array(Step),
  personRechecks: z.array(z.object({ connection: z.string(), rechecks: Rechecks })).meta({
    description: 'Later looks for accounts of the person that the plan does not know',
  }),
  actions: z.array(z.enum(caseActs)).meta({ description: 'What the caller may do now' }),
}).meta({ id: 'Case' });
export type Case = z.infer<typeof Case>;

export const CaseInput = z
  .strictObject({
    personId: z.string().min(1).max(200).meta({ description: 'Of the HR system, such as E-1042' }),
    departure: DepartureInput.optional(),
    arrival: ArrivalInput.optional(),
  })
  .refine((it) => (it.departure === undefined) !== (it.arrival === undefined), {
    error: 'say either departure or arrival',
  })
  .meta({ id: 'CaseInput' });

/** What became of a request. */
export const Requested = z
  .object({
    requestId: z.string(),
    outcome: z.enum(['taken in', 'waiting']).meta({
      description: 'Waiting: a worker takes it in later',
    }),
    detail: z.string(),
    caseId: z.string().nullable(),
  })
  .meta({ id: 'Requested' });
export type Requested = z.infer<typeof Requested>;

/** What came of an act, and the case as it is now; null when the caller may no longer see it. */
export const CaseActDone = z
  .object({ detail: z.string(), case: orNull(Case) })
  .meta({ id: 'CaseActDone' });
export type CaseActDone = z.infer<typeof CaseActDone>;

export const ReasonInput = z
  .strictObject({ reason: z.string().trim().min(1).max(2_000) })
  .meta({ id: 'ReasonInput' });

export const ReleaseInput = z
  .strictObject({
    untold: z.boolean().default(false).meta({
      description:
        'For what is held until released: the person has not been told, and access ends now all the same',
    }),
    reason: z.string().trim().min(1).max(2_000).optional().meta({
      description: 'Why; needed with `untold`',
    }),
  })
  .meta({ id: 'ReleaseInput' });

export const ReleaseManyInput = z
  .strictObject({ cases: z.array(z.string().min(1).max(100)).min(1).max(1_000) })
  .meta({ id: 'ReleaseManyInput' });

export const ReleasedMany = z
  .object({
    outcomes: z.array(
      z.object({
        id: z.string(),
        detail: z.string().nullable(),
        problem: z.string().nullable().meta({ description: 'Why it was refused' }),
      }),
    ),
  })
  .meta({ id: 'ReleasedMany' });

export const BringBackInput = z
  .strictObject({
    digest: z.string().min(1).max(100).meta({
      description: '`planDigest` of the plan that was looked at; another plan is not started',
    }),
  })
  .meta({ id: 'BringBackInput' });

import { z } from 'zod';
import { caseKinds } from '#core/arrival.ts';
import { caseStates } from '#core/case.ts';
import { failureKinds } from '#core/failure.ts';
import { exceptionCauses } from '#core/overview.ts';
import { CaseSummary } from './cases.ts';
import { Day, Moment, orNull } from './page.ts';

/** Everything of one cause that waits for a person. */
export const ExceptionGroup = z
  .object({
    cause: z.enum(exceptionCauses),
    connection: orNull(z.object({ id: z.string(), name: z.string() })),
    failure: z.enum(failureKinds).nullable(),
    title: z.string().nullable().meta({ description: 'Of the step, or the question' }),
    detail: z.string().nullable().meta({ description: 'What the newest of them says' }),
    since: Moment,
    accessEndsAt: Moment.nullable().meta({ description: 'The earliest of them' }),
    cases: z.int(),
    people: z.array(z.object({ caseId: z.string(), name: z.string() })).meta({
      description: 'At most three',
    }),
    stepIds: z.array(z.string()).meta({ description: 'At most twenty' }),
  })
  .meta({ id: 'ExceptionGroup' });
export type ExceptionGroup = z.infer<typeof ExceptionGroup>;

export const Coming = z
  .object({
    id: z.string(),
    kind: z.enum(caseKinds),
    name: z.string(),
    state: z.enum(caseStates),
    urgent: z.boolean(),
    day: Day,
    isToday: z.boolean(),
  })
  .meta({ id: 'Coming' });
export type Coming = z.infer<typeof Coming>;

const Figures = z
  .object({
    leavingToday: z.int(),
    urgentToday: z.int(),
    typicalMs: z.number().nullable().meta({
      description: 'From the end of access to all of it removed, the median of 30 days',
    }),
    removedInThirtyDays: z.int(),
    needsYou: z.int(),
    openAccounts: z.int().meta({
      description: 'Of people whose access should have ended: not shown to be closed',
    }),
    withheld: z.int().meta({ description: 'Confidential cases that are not for the reader' }),
  })
  .meta({ id: 'OverviewFigures' });
export type Figures = z.infer<typeof Figures>;

export const Overview = z
  .object({
    isTeam: z.boolean().meta({ description: 'Only people of the reader’s own' }),
    exceptions: z.array(ExceptionGroup),
    live: z.array(CaseSummary).meta({ description: 'The most pressing, at most twenty' }),
    liveMore: z.int().meta({ description: 'How many more there are of these' }),
    coming: z.array(Coming).meta({ description: 'Who leaves or arrives within seven days' }),
    figures: orNull(Figures),
  })
  .meta({ id: 'Overview' });
export type Overview = z.infer<typeof Overview>;

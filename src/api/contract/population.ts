import { z } from 'zod';
import { approvalDecisions } from '#core/approval.ts';
import { caseStates } from '#core/case.ts';
import { grades } from '#core/step.ts';
import { Day, Moment } from './page.ts';

const period = {
  from: Day.meta({ description: 'The first day on which somebody left' }),
  to: Day.meta({ description: 'The last one' }),
};

export const PopulationQuery = z.object(period);

export const SampleInput = z
  .strictObject({
    ...period,
    count: z.int().min(1).max(100),
    seed: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,64}$/)
      .optional()
      .meta({ description: 'Left out: one is made up. The same seed picks the same ones' }),
  })
  .meta({ id: 'SampleInput' });

const item = z
  .string()
  .min(1)
  .max(64)
  .meta({ description: 'Whom it is about: an id of the sample' });

export const SampleCommentQuery = z.object({ ...period, item });

export const SampleCommentInput = z
  .strictObject({
    ...period,
    item,
    text: z.string().trim().min(1).max(2_000),
    asks: z
      .boolean()
      .default(false)
      .meta({ description: 'Asks for more; alert contacts are told' }),
  })
  .meta({ id: 'SampleCommentInput' });

/** What somebody said of one who left. */
export const SampleComment = z
  .object({
    id: z.string(),
    author: z.object({ id: z.string(), name: z.string() }),
    asks: z.boolean(),
    text: z.string(),
    saidAt: Moment,
  })
  .meta({ id: 'SampleComment' });
export type SampleComment = z.infer<typeof SampleComment>;

export const SampleCommentList = z
  .object({ items: z.array(SampleComment) })
  .meta({ id: 'SampleCommentList' });
export type SampleCommentList = z.infer<typeof SampleCommentList>;

const leaver = {
  id: z.string().meta({ description: 'The case, or the pseudonym of the person without one' }),
  personId: z.string(),
  employmentId: z.string(),
  name: z.string(),
  leftOn: Day,
  source: z.string().nullable().meta({ description: 'What told of it; null: only the case' }),
  heardAt: Moment.nullable(),
  caseId: z.string().nullable(),
  state: z.enum(caseStates).nullable(),
  accessRemovedAt: Moment.nullable(),
  missing: z.string().nullable().meta({ description: 'Why no case ended their access' }),
};

export const Leaver = z.object(leaver).meta({ id: 'Leaver' });
export type Leaver = z.infer<typeof Leaver>;

const unread = z
  .array(
    z.object({
      source: z.string(),
      from: Moment.nullable().meta({ description: 'Null: it had never been read before' }),
      to: Moment.nullable().meta({ description: 'Null: it has not been read since' }),
    }),
  )
  .meta({ description: 'When an HR system was not read: whoever left then may be missing here' });

/** Everybody who left in a period, held against the cases there are. */
export const Population = z
  .object({
    ...period,
    readAt: Moment,
    digest: z.string().meta({ description: 'SHA-256 over the sorted ids, base64url' }),
    withheld: z.int().meta({ description: 'Confidential departures that the caller may not see' }),
    missing: z.int().meta({ description: 'Of those listed, without a case' }),
    unread,
    items: z.array(Leaver),
  })
  .meta({ id: 'Population' });
export type Population = z.infer<typeof Population>;

/** A few of those who left, picked by a seed, with what became of their access. */
export const Sample = z
  .object({
    ...period,
    seed: z.string(),
    population: z.object({ digest: z.string(), size: z.int(), withheld: z.int() }),
    unread,
    items: z.array(
      z.object({
        ...leaver,
        steps: z.array(
          z.object({
            id: z.string(),
            title: z.string(),
            system: z.string().nullable(),
            grade: z.enum(grades).nullable(),
            settledAt: Moment.nullable(),
          }),
        ),
        approvals: z.array(
          z.object({
            title: z.string(),
            requestedAt: Moment,
            decision: z.enum(approvalDecisions).nullable(),
            approvedFirstBy: z.string().nullable().meta({
              description: 'Name of the first of two who approved; the second one is who decided',
            }),
            approvedFirstAt: Moment.nullable(),
            decidedBy: z.string().nullable().meta({ description: 'Name of the user' }),
            decidedAt: Moment.nullable(),
            reason: z.string().nullable(),
            usedAt: Moment.nullable().meta({ description: 'When what it was for was begun' }),
            voidedBecause: z.string().nullable(),
          }),
        ),
        exceptions: z.array(z.string()),
      }),
    ),
  })
  .meta({ id: 'Sample' });
export type Sample = z.infer<typeof Sample>;

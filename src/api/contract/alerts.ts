import { z } from 'zod';
import { Moment, pageOf } from './page.ts';

/** Something that a person has to look at. */
export const Alert = z
  .object({
    id: z.string(),
    kind: z.string(),
    title: z.string(),
    body: z.string(),
    caseId: z.string().nullable(),
    stepId: z.string().nullable(),
    connection: z.string().nullable(),
    confidential: z.boolean(),
    times: z.int().meta({ description: 'How often it happened; repeats are folded' }),
    told: z.int().meta({
      description:
        'How many contacts, in their order, have been told, and how often the last one again',
    }),
    acknowledgedBy: z
      .object({ id: z.string(), name: z.string().nullable() })
      .nullable()
      .meta({ description: 'Who sees to it; null: nobody has said so' }),
    acknowledgedAt: Moment.nullable().meta({ description: 'It stays theirs until it is over' }),
    openedAt: Moment,
    resolvedAt: Moment.nullable(),
  })
  .meta({ id: 'Alert' });
export type Alert = z.infer<typeof Alert>;

export const AlertPage = pageOf(Alert).meta({ id: 'AlertPage' });
export type AlertPage = z.infer<typeof AlertPage>;

import { z } from 'zod';
import { isFactType } from '#core/event.ts';
import { results } from '#core/result.ts';
import { grades } from '#core/step.ts';
import { Moment, orNull, PageQuery, pageOf } from './page.ts';

const moment = z.iso.datetime({ offset: true });

/** What is looked for. All that is given must hold. */
const criteria = {
  case: z.string().max(100).optional(),
  person: z.string().trim().min(1).max(200).optional().meta({
    description: 'Part of a name, an address or an HR id',
  }),
  system: z.string().max(100).optional().meta({ description: 'Id of a connection' }),
  actor: z.string().max(100).optional().meta({ description: 'Id of a user, source or process' }),
  type: z
    .string()
    .refine(isFactType, { error: 'not a type of fact; an example is step.verified' })
    .optional(),
  grade: z.enum(grades).optional(),
  result: z.enum(results).optional(),
  from: moment.optional(),
  to: moment.optional().meta({ description: 'Exclusive' }),
  text: z.string().trim().min(1).max(200).optional().meta({
    description: 'Every word must occur in the fact, or begin a word there',
  }),
};

export const AuditQuery = PageQuery.extend({
  ...criteria,
  count: z.enum(['true', 'false']).optional().meta({
    description: 'Whether to say how many there are in all; counting ends at 100,000',
  }),
});

export const AuditExportQuery = z.object({
  ...criteria,
  format: z.enum(['csv', 'jsonl', 'pdf']).meta({
    description: 'A PDF holds at most 2,000 facts; the others have no limit',
  }),
  seal: z.enum(['broken']).optional().meta({
    description: 'For whoever found that the seal does not hold: the name of the file says so',
  }),
});

/** One fact of the record. */
export const AuditEvent = z
  .object({
    index: z.int().meta({ description: 'Its place in the record, from 0' }),
    id: z.string(),
    at: Moment,
    type: z.string(),
    title: z.string().meta({ description: 'In plain words' }),
    result: z.enum(results).nullable(),
    case: z.string().nullable(),
    person: z
      .object({
        ref: z.string(),
        name: z.string().nullable(),
        erasedAt: Moment.nullable().meta({
          description: 'Since when nothing personal is left; the digests in the leaf are in place',
        }),
      })
      .nullable(),
    system: z.string().nullable(),
    actor: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
    grade: z.string().nullable(),
    leaf: z.string().meta({ description: 'The exact bytes that the hash is over' }),
    leafHash: z.string().meta({ description: 'Hex' }),
  })
  .meta({ id: 'AuditEvent' });
export type AuditEvent = z.infer<typeof AuditEvent>;

export const AuditPage = pageOf(AuditEvent)
  .extend({
    withheldCases: z.int().meta({
      description: 'Confidential departures whose facts the caller may not see',
    }),
    pruned: orNull(
      z.object({
        below: z.int().meta({ description: 'The index below which facts are gone' }),
        newestAt: Moment.meta({ description: 'When the newest of them was recorded' }),
        at: Moment.meta({ description: 'When they were removed' }),
      }),
    ).meta({ description: 'Facts that are no longer there to be found; null: all are' }),
    total: orNull(
      z.object({
        events: z.int(),
        isMore: z.boolean().meta({ description: 'There are more than that' }),
        bytes: z.int().meta({ description: 'About, of all leaves together' }),
      }),
    ).meta({ description: 'Null: it was not asked for' }),
  })
  .meta({ id: 'AuditPage' });
export type AuditPage = z.infer<typeof AuditPage>;

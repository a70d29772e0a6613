import { z } from 'zod';
import { languages } from '#core/language.ts';
import { Day, Moment } from './page.ts';

export const EvidenceRequest = z.strictObject({
  language: z
    .enum(languages, { error: `The report is written in one of: ${languages.join(', ')}.` })
    .optional()
    .meta({ description: 'Of the report; left out: that of the company' }),
});

export const PeriodEvidenceRequest = EvidenceRequest.extend({
  from: Day.meta({ description: 'Every case that was sealed from this day on, in UTC' }),
  to: Day.meta({ description: 'Up to the end of this day' }),
})
  .refine(({ from, to }) => from <= to, { error: '“from” lies after “to”.', path: ['from'] })
  .meta({ id: 'PeriodEvidenceRequest' });

/** An evidence pack that you asked for. */
export const EvidenceOrder = z
  .object({
    id: z.string(),
    case: z.string().nullable().meta({ description: 'Null: it is for a period' }),
    from: Day.nullable(),
    to: Day.nullable(),
    status: z.enum(['waiting', 'made', 'failed']),
    because: z.string().nullable().meta({ description: 'Why it failed' }),
    personalValues: z.boolean().meta({ description: 'Whether it holds names, logins and files' }),
    digest: z.string().nullable().meta({ description: 'SHA-256 of the file, base64url' }),
    size: z.int().nullable(),
    expiresAt: Moment.meta({ description: 'Then the file goes' }),
  })
  .meta({ id: 'EvidenceOrder' });
export type EvidenceOrder = z.infer<typeof EvidenceOrder>;

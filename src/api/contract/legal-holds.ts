import { z } from 'zod';
import { Moment, pageOf } from './page.ts';

const Who = z.object({ id: z.string(), name: z.string().nullable() });

/** Nothing of a person is destroyed while it is open. */
export const LegalHold = z
  .object({
    id: z.string(),
    person: z.object({
      personId: z.string().meta({ description: 'Of the HR system' }),
      name: z.string(),
    }),
    reason: z.string(),
    setBy: Who,
    setAt: Moment,
    liftedBy: Who.nullable(),
    liftedAt: Moment.nullable(),
    whyLifted: z.string().nullable(),
  })
  .meta({ id: 'LegalHold' });
export type LegalHold = z.infer<typeof LegalHold>;

export const LegalHoldPage = pageOf(LegalHold).meta({ id: 'LegalHoldPage' });

export const LegalHoldInput = z
  .strictObject({
    personId: z.string().min(1).max(200).meta({ description: 'Of the HR system, such as E-1042' }),
    reason: z.string().trim().min(1).max(2_000).meta({ description: 'Which matter it is for' }),
  })
  .meta({ id: 'LegalHoldInput' });

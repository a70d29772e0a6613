import { z } from 'zod';
import { Moment, pageOf } from './page.ts';

const Who = z.object({ id: z.string(), name: z.string().nullable() });

/** What needs an approval and is about this person takes two people while it is open. */
export const Protection = z
  .object({
    id: z.string(),
    person: z.object({
      personId: z.string().meta({ description: 'Of the HR system' }),
      name: z.string(),
    }),
    setBy: Who,
    setAt: Moment,
    liftAskedBy: Who.nullable().meta({ description: 'The first of the two who lift it' }),
    liftedBy: Who.nullable(),
    liftedAt: Moment.nullable(),
  })
  .meta({ id: 'Protection' });
export type Protection = z.infer<typeof Protection>;

export const ProtectionPage = pageOf(Protection).meta({ id: 'ProtectionPage' });
export type ProtectionPage = z.infer<typeof ProtectionPage>;

export const ProtectionInput = z
  .strictObject({
    personId: z.string().min(1).max(200).meta({ description: 'Of the HR system, such as E-1042' }),
    reason: z.string().trim().min(1).max(2_000).meta({ description: 'Stands in the record only' }),
  })
  .meta({ id: 'ProtectionInput' });

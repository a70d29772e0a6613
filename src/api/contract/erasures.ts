import { z } from 'zod';
import { erasureBasisNames, erasureStates } from '#core/erasure.ts';
import { Moment, orNull, pageOf } from './page.ts';

const Who = z.object({ id: z.string(), name: z.string().nullable() });

/** That everything personal about somebody be destroyed. */
export const Erasure = z
  .object({
    id: z.string(),
    state: z.enum(erasureStates),
    personId: z.string().nullable().meta({ description: 'Of the HR system; null once erased' }),
    basis: z.enum(erasureBasisNames),
    requestedBy: Who,
    requestedAt: Moment,
    decidedBy: orNull(Who),
    decidedAt: Moment.nullable(),
    whyRefused: z.string().nullable().meta({ description: 'What came in the way at last' }),
    values: z.int().nullable().meta({ description: 'Values of the record that were destroyed' }),
    files: z.int().nullable().meta({ description: 'Files that were destroyed' }),
    endedAt: Moment.nullable(),
  })
  .meta({ id: 'Erasure' });
export type Erasure = z.infer<typeof Erasure>;

export const ErasurePage = pageOf(Erasure).meta({ id: 'ErasurePage' });

export const ErasureInput = z
  .strictObject({
    personId: z.string().min(1).max(200).meta({ description: 'Of the HR system, such as E-1042' }),
    basis: z.enum(erasureBasisNames).meta({ description: 'Why: cases of GDPR Article 17(1)' }),
  })
  .meta({ id: 'ErasureInput' });

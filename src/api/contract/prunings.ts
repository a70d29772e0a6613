import { z } from 'zod';
import { Assertion } from '#core/passkey.ts';
import { pruningStates } from '#core/pruning.ts';
import { Moment, pageOf } from './page.ts';
import { SignatureAsked } from './passkeys.ts';

const Who = z.object({ id: z.string(), name: z.string().nullable() });

/** That old facts be taken out of the record. */
export const Pruning = z
  .object({
    id: z.string(),
    state: z.enum([...pruningStates, 'ran out']),
    beforeSize: z.int().meta({ description: 'The facts below it go; their hashes stay' }),
    newestAt: Moment.meta({ description: 'When the newest of them was recorded' }),
    months: z.int().meta({ description: 'How long facts are kept, as it is signed' }),
    digest: z.string().meta({ description: 'Of all that is signed' }),
    requestedBy: Who,
    requestedAt: Moment,
    expiresAt: Moment,
    approvedBy: z.array(Who).meta({ description: 'It takes two, neither of whom asked' }),
    endedAt: Moment.nullable(),
    facts: z.int().nullable().meta({ description: 'How many went' }),
    values: z.int().nullable(),
    files: z.int().nullable(),
  })
  .meta({ id: 'Pruning' });
export type Pruning = z.infer<typeof Pruning>;

export const PruningPage = pageOf(Pruning).meta({ id: 'PruningPage' });

export const PruningInput = z
  .strictObject({
    beforeSize: z.int().min(1).meta({
      description: 'The facts below it go; rounded down to a multiple of 256',
    }),
  })
  .meta({ id: 'PruningInput' });

export const PruningOptions = z
  .object({ digest: z.string(), approved: SignatureAsked })
  .meta({ id: 'PruningOptions' });

export const PruningApproval = z
  .strictObject({
    digest: z.string().min(1).max(100).meta({ description: '`digest` of what was looked at' }),
    assertion: Assertion,
  })
  .meta({ id: 'PruningApproval' });

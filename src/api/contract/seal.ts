import { z } from 'zod';
import { factTypes } from '#core/event.ts';
import { results } from '#core/result.ts';
import { Trust } from '#core/trust.ts';
import { AuditEvent } from './audit.ts';
import { Moment, orNull } from './page.ts';

const place = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const SealQuery = z.object({
  size: place.optional().meta({
    description: 'The newest state up to so many facts, as the log alone signed it',
  }),
});

/** The places of facts in the record, from 0. */
export const PlacesQuery = z.object({
  from: place,
  to: place.meta({ description: 'Exclusive' }),
});

export const EntryParam = z.object({ index: place });

/** What the record was signed as, and what that is checked with. */
export const Seal = z
  .object({
    checkpoint: z.string().nullable().meta({
      description: 'The signed state to the byte (C2SP tlog-checkpoint); null: nothing is signed',
    }),
    size: z.int().meta({ description: 'How many facts it is over' }),
    signedAt: Moment.nullable(),
    trust: Trust.meta({ description: 'Which keys sign for which sizes, and who cosigns' }),
    recorded: z.int().meta({ description: 'How many facts there are by now' }),
    prunedBelow: z.int().meta({ description: 'Below it facts are gone; their hashes are left' }),
  })
  .meta({ id: 'Seal' });
export type Seal = z.infer<typeof Seal>;

/** Facts to the byte, as far as the caller may see them. */
export const Leaves = z
  .object({
    items: z.array(z.object({ index: z.int(), leaf: z.string() })),
    isPart: z.boolean().meta({ description: 'Some may be left out, as not for the caller' }),
  })
  .meta({ id: 'Leaves' });
export type Leaves = z.infer<typeof Leaves>;

/** One fact with those on both sides of it. */
export const AuditEntry = z
  .object({
    entry: AuditEvent,
    previous: orNull(AuditEvent).meta({ description: 'Null: none, or not for the caller' }),
    next: orNull(AuditEvent),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof AuditEntry>;

/** Everything that the record can state. */
export const FactTypes = z
  .object({
    items: z.array(
      z.object({ type: z.string(), title: z.string(), result: z.enum(results).nullable() }),
    ),
  })
  .meta({ id: 'FactTypes' });
export type FactTypes = z.infer<typeof FactTypes>;

export const allFactTypes: FactTypes = {
  items: Object.entries(factTypes).map(([type, { title, result }]) => ({ type, title, result })),
};

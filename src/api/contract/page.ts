import { z } from 'zod';

/** How much of a list is wanted, and from where. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({
    description: 'How many at most',
  }),
  cursor: z
    .string()
    .max(2_000)
    .optional()
    .meta({ description: '`nextCursor` of the page before; left out: the first page' }),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** One page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'Null: this was the last page' }),
  });

/**
 * A named shape, or null. `nullable()` would do, but the generator of the description makes
 * of it something that null does not fit.
 */
export const orNull = <Shape extends z.ZodType>(shape: Shape) => z.union([shape, z.null()]);

/** A moment as ISO text in UTC. */
export const Moment = z.iso.datetime().meta({ description: 'A moment, ISO 8601 in UTC' });

/** A calendar day at the person's work place. */
export const Day = z.iso.date().meta({ description: 'A calendar day where the person works' });

/** An act was carried out; `detail` says what came of it. */
export const Done = z.object({ detail: z.string() }).meta({ id: 'Done' });
export type Done = z.infer<typeof Done>;

import { z } from 'zod';
import { feedReasons } from '#core/feed.ts';
import { Moment, pageOf } from './page.ts';

const Who = z.object({ id: z.string(), name: z.string().nullable() });

/** What a source of people said, and was set aside as a whole. */
export const Feed = z
  .object({
    id: z.string(),
    source: z.string().meta({ description: 'The connection' }),
    file: z.string().nullable().meta({ description: 'Null: the source was read' }),
    importedBy: Who.nullable().meta({
      description: 'Of a file that somebody imported by hand: who',
    }),
    setAsideAt: Moment,
    reasons: z.array(z.object({ kind: z.enum(feedReasons), text: z.string() })),
    listed: z.int().nullable().meta({ description: 'How many people it lists; null: not all' }),
    rows: z.int(),
    changed: z.int().meta({ description: 'Rows that differ from what is known' }),
    leaving: z.int().meta({ description: 'Departures that were not known' }),
    asked: z
      .object({ by: Who, for: z.enum(['release', 'refuse']) })
      .nullable()
      .meta({ description: 'The first of the two who decide' }),
    decision: z.enum(['release', 'refuse']).nullable(),
    decidedBy: Who.nullable(),
    endedAt: Moment.nullable(),
    endedAs: z
      .enum(['taken in', 'refused', 'gone'])
      .nullable()
      .meta({ description: 'Taken in also once the source itself was mended' }),
  })
  .meta({ id: 'Feed' });
export type Feed = z.infer<typeof Feed>;

export const FeedPage = pageOf(Feed).meta({ id: 'FeedPage' });
export type FeedPage = z.infer<typeof FeedPage>;

export const FeedWithDifferences = Feed.extend({
  differences: z
    .array(
      z.object({
        personId: z.string(),
        name: z.string().nullable(),
        changes: z.array(
          z.object({ field: z.string(), was: z.string().nullable(), is: z.string().nullable() }),
        ),
      }),
    )
    .meta({ description: 'Of at most 200 rows, as long as it has not ended' }),
}).meta({ id: 'FeedWithDifferences' });
export type FeedWithDifferences = z.infer<typeof FeedWithDifferences>;

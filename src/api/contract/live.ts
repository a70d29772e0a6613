import { z } from 'zod';
import { liveNouns } from '#core/live.ts';

/** Something that is not as it was. */
export const LiveChange = z
  .object({
    noun: z.enum(liveNouns).meta({ description: 'Its path below /api/v1' }),
    id: z.string().nullable().meta({ description: 'Null: several, or it does not matter which' }),
  })
  .meta({ id: 'LiveChange' });

export const LiveQuery = z.object({
  after: z.string().max(100).optional().meta({
    description:
      'The id of the last message that was seen, where no header `last-event-id` can be sent',
  }),
});

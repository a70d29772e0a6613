import { z } from 'zod';
import { Day } from './page.ts';

export const ReadinessQuery = z.object({
  from: Day.meta({ description: 'The earliest first day' }),
  to: Day.meta({ description: 'The latest' }),
});

/** How many arrivals were ready on their first day. */
export const Readiness = z
  .object({
    arrivals: z.int().meta({ description: 'Whose first day lies between the two days' }),
    ready: z.int().meta({
      description: 'Every step that was due before the first day had a grade by then; none skipped',
    }),
    ahead: z.int().meta({ description: 'Not ready yet, and the first day is still to come' }),
    notReady: z.array(
      z.object({
        caseId: z.string(),
        startDay: Day,
        wanted: z.int().meta({ description: 'Steps due before the first day' }),
        lacking: z.int().meta({ description: 'Of those, open then or skipped' }),
      }),
    ),
  })
  .meta({ id: 'Readiness' });

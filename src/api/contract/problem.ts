import { z } from 'zod';

/** Every error of the API, as RFC 9457 wants it: what was wrong, where, and what to do. */
export const ProblemDocument = z
  .object({
    type: z.string().meta({ description: 'The kind of problem; stays the same for ever' }),
    title: z.string().meta({ description: 'The kind in a few words' }),
    status: z.int().meta({ description: 'The HTTP status' }),
    detail: z.string().meta({ description: 'What happened, and what to do' }),
    instance: z.string().meta({ description: 'This one occurrence; the log names the same id' }),
    errors: z
      .array(
        z.object({
          at: z.string().meta({ description: 'The field, such as departure.kind' }),
          problem: z.string(),
        }),
      )
      .meta({ description: 'Field by field, where the input was the reason' }),
  })
  .meta({ id: 'Problem' });
export type ProblemDocument = z.infer<typeof ProblemDocument>;

export const problemMediaType = 'application/problem+json';

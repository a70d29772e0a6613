import { z } from 'zod';

/** Whether everything that has to run runs. */
export const Health = z
  .object({
    ready: z.boolean(),
    checks: z.array(
      z.object({
        name: z.string(),
        ok: z.boolean(),
        detail: z.string().meta({ description: 'What is wrong and what to do; or how it is' }),
      }),
    ),
  })
  .meta({ id: 'Health' });
export type Health = z.infer<typeof Health>;

export const Status = Health.extend({ version: z.string() }).meta({ id: 'Status' });

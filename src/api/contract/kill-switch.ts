import { z } from 'zod';
import { Moment } from './page.ts';

/** Whether changes go out to other systems. Reading goes on in any case. */
export const KillSwitch = z
  .object({
    stopped: z.boolean(),
    since: Moment.nullable(),
    by: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'KillSwitch' });
export type KillSwitch = z.infer<typeof KillSwitch>;

export const Resumed = z
  .object({
    resumed: z.boolean().meta({ description: 'False: a second person has to say so as well' }),
    detail: z.string(),
  })
  .meta({ id: 'Resumed' });
export type Resumed = z.infer<typeof Resumed>;

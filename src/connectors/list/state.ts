import { z } from 'zod';

/** What a list shows of one row. */
export const state = z.strictObject({
  listOf: z.string(),
  isListed: z.boolean(),
  isOpen: z.boolean(),
  isTheirs: z.boolean(),
  name: z.string(),
  serial: z.string().nullable(),
});

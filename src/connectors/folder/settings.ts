import { z } from 'zod';

export const settings = z.strictObject({
  folder: z
    .string()
    .trim()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/,
      'A folder below the records folder: letters, digits, dots and hyphens, such as departures/2026.',
    )
    .max(200)
    .meta({
      title: 'Folder',
      description:
        'Where records are written, below the records folder of this server (GATEHOUSE_RECORDS); made if it is not there',
    }),
});
export type Settings = z.infer<typeof settings>;

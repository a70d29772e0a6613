import { z } from 'zod';

export const settings = z.strictObject({
  folder: z
    .string()
    .trim()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/,
      'A folder below the drop folder: letters, digits, dots and hyphens, such as hr/people.',
    )
    .max(200)
    .meta({
      title: 'Folder',
      description:
        'Where the files are dropped, below the drop folder of this server (GATEHOUSE_DROP). It must be there',
    }),
});
export type Settings = z.infer<typeof settings>;

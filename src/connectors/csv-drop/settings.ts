import { z } from 'zod';
import { folderBelow } from '#connector-kit/fields.ts';

export const settings = z.strictObject({
  folder: folderBelow(
    'drop folder',
    'hr/people',
    'Where the files are dropped, below the drop folder of this server (GATEHOUSE_DROP). It must be there',
  ),
});
export type Settings = z.infer<typeof settings>;

import { z } from 'zod';
import { folderBelow } from '#connector-kit/fields.ts';

export const settings = z.strictObject({
  folder: folderBelow(
    'records folder',
    'departures/2026',
    'Where records are written, below the records folder of this server (GATEHOUSE_RECORDS); made if it is not there',
  ),
});
export type Settings = z.infer<typeof settings>;

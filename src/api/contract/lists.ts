import { z } from 'zod';
import { ImportReport } from './people.ts';

export const ListUploadQuery = z.object({
  smaller: z.enum(['true', 'false']).optional().meta({
    description: 'The file is whole, although it has less than 80 % of the rows of the last one',
  }),
});

/** What came of a list. Every refused row is named. */
export const ListUploaded = z
  .object({
    taken: z.int().meta({ description: 'Good rows of the file' }),
    rows: z.int().meta({ description: 'Rows of the list now' }),
    refused: ImportReport.shape.refused,
    unknownColumns: ImportReport.shape.unknownColumns,
  })
  .meta({ id: 'ListUploaded' });
export type ListUploaded = z.infer<typeof ListUploaded>;

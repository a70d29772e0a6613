import { createHash } from 'node:crypto';
import { type CaseRecord, deliveryTransition } from '#connector-kit/contract.ts';
import { readFileIn, writeFileIn } from '#connector-kit/folders.ts';
import {
  filesToWrite,
  type KeptFile,
  KeptFiles,
  type MissingFile,
  planFiles,
} from '#connector-kit/kept-files.ts';
import type { Client } from './client.ts';

/** Writes the files of a record, and reads every byte back. */
export const deliverRecord = (record: CaseRecord) =>
  deliveryTransition({
    summary: 'Writes the record into a folder, and reads it back',
    scopes: ['the user that runs Gatehouse may write into the folder'],
    state: KeptFiles,
    // What lies there already stays as it is.
    repeatable: true,

    async read(client: Client): Promise<KeptFiles> {
      const folder = await client.find();
      if (folder === null) return { files: [] };
      const files: KeptFile[] = [];
      for (const { name } of record.files) {
        const found = await readFileIn(folder, name);
        if (found === 'not a file') files.push({ name, sha256: null, size: 0 });
        else if (found) {
          const sha256 = createHash('sha256').update(found).digest('hex');
          files.push({ name, sha256, size: found.length });
        }
      }
      return { files };
    },

    plan: ({ files }: KeptFiles) => planFiles(record, files, 'the folder'),

    async apply(client: Client, _caseId: string, missing: readonly MissingFile[]): Promise<void> {
      const folder = await client.make();
      for (const { name, bytes } of filesToWrite(record, missing)) {
        await writeFileIn(folder, name, bytes);
      }
    },
  });

import { z } from 'zod';
import {
  blocked,
  type CaseRecord,
  deliveryTransition,
  type Plan,
} from '#connector-kit/contract.ts';
import { filesToWrite, KeptFile, type MissingFile, planFiles } from '#connector-kit/kept-files.ts';
import type { Client } from './client.ts';
import type { Settings } from './settings.ts';

const State = z.strictObject({
  files: z.array(
    KeptFile.extend({ mode: z.string().nullable(), retainUntil: z.string().nullable() }),
  ),
});
type State = z.infer<typeof State>;

const dayMs = 24 * 60 * 60_000;

/** Stores the files of a record as locked objects, and reads their checksums and locks back. */
export const deliverRecord = (
  record: CaseRecord,
  settings: Pick<Settings, 'bucket' | 'lock' | 'retentionDays'>,
) =>
  deliveryTransition({
    summary: 'Stores the record in a bucket, locked, and reads it back',
    scopes: [
      's3:PutObject',
      's3:GetObject',
      's3:ListBucket',
      ...(settings.lock === 'none' ? [] : ['s3:PutObjectRetention', 's3:GetObjectRetention']),
    ],
    state: State,
    // Only what is not there is stored.
    repeatable: true,

    async read(client: Client): Promise<State> {
      const files: State['files'] = [];
      for (const { name } of record.files) {
        const found = await client.find(name);
        if (found) files.push({ name, ...found });
      }
      return { files };
    },

    plan({ files }: State): Plan<readonly MissingFile[]> {
      const planned = planFiles(record, files, `the bucket ${settings.bucket}`);
      if (planned.kind === 'blocked') return planned;
      const open = files.filter((it) => !isLocked(it, record, settings)).map(({ name }) => name);
      if (open.length === 0) return planned;
      return blocked(
        `In the bucket ${settings.bucket} these are not locked as long as they should be: ` +
          `${open.join(', ')}. Lock them there, then try again.`,
      );
    },

    async apply(client: Client, _caseId: string, missing: readonly MissingFile[]): Promise<void> {
      for (const file of filesToWrite(record, missing)) await client.put(file);
    },
  });

function isLocked(
  { mode, retainUntil }: State['files'][number],
  { sealedAt }: CaseRecord,
  { lock, retentionDays }: Pick<Settings, 'lock' | 'retentionDays'>,
): boolean {
  if (lock === 'none' || retentionDays === undefined) return true;
  const strongEnough = mode === 'COMPLIANCE' || mode === lock.toUpperCase();
  // The store keeps whole seconds.
  const needed = Math.floor(sealedAt.getTime() / 1_000) * 1_000 + retentionDays * dayMs;
  return strongEnough && Date.parse(retainUntil ?? '') >= needed;
}

import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { jsonOf } from '#core/json.ts';
import type { Checkpoint } from '#core/note.ts';
import { syncFolder, writeOnDisk } from './on-disk.ts';

/**
 * The high-water mark: the largest tree that was ever about to be signed, kept outside the database.
 * A database that was put back to an earlier day, or rewritten, does not lead to it.
 */
export interface Mark {
  /** Null: there is none yet. Throws when there is one that cannot be read. */
  read(): Promise<Checkpoint | null>;
  /** On disk, for good, when this resolves. */
  write(it: Checkpoint): Promise<void>;
}

const Stored = z.strictObject({
  origin: z.string().min(1),
  size: z.int().min(0),
  root: z.base64().length(44),
});

const fileName = 'hwm.json';

/** The mark in this folder, which should lie on another volume than the database. */
export function markIn(folder: string): Mark {
  const file = path.join(folder, fileName);
  return {
    async read() {
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      if (text === null) return null;
      const stored = Stored.safeParse(jsonOf(text));
      if (!stored.success) {
        throw new Error(
          `The high-water mark of the record, ${file}, cannot be read. Put it back from a backup, or ` +
            'begin a new epoch (gatehouse ledger new-epoch).',
        );
      }
      const { origin, size, root } = stored.data;
      return { origin, size, root: Buffer.from(root, 'base64') };
    },

    async write({ origin, size, root }) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const text = JSON.stringify({ origin, size, root: Buffer.from(root).toString('base64') });
      await writeOnDisk(file, `${text}\n`);
      await syncFolder(folder);
    },
  };
}

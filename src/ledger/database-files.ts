import type { Db } from '#store/sql.ts';
import { newestCheckpoint } from './fork-guard.ts';
import type { LogFiles } from './fsck.ts';
import { vkeyLines, vkeysAt } from './log-keys.ts';
import { bundleOf, hashesOf, placeOf } from './tile-tree.ts';

/** The log in the database as the files that an export would write, up to its newest checkpoint. */
export function databaseFiles(db: Db, origin: string): LogFiles {
  return {
    async read(name) {
      if (name === 'checkpoint') {
        const newest = await newestCheckpoint(db, origin);
        return newest && Buffer.from(newest.note);
      }
      if (name === 'log.vkey') {
        const size = (await newestCheckpoint(db, origin))?.size ?? 0;
        return Buffer.from(vkeyLines(await vkeysAt(db, { origin, size })));
      }
      const place = placeOf(name);
      if (!place) return null;
      const { level, n, width } = place;
      // What is missing there is missing here.
      const read = level === null ? bundleOf(db, n, width) : hashesOf(db, level, n, width);
      return read.then(Buffer.from).catch((error: unknown) => {
        if (error instanceof Error && 'severity' in error) throw error;
        return null;
      });
    },
  };
}

import { every } from '#core/every.ts';
import { shortNote } from '#core/short-note.ts';
import type { Pool } from '#store/sql.ts';
import { newestCheckpoint } from './fork-guard.ts';
import { headOf } from './head.ts';
import type { Beside } from './scribe.ts';

export interface CheckpointLogParts {
  /** Writes the newest checkpoint where logs go. */
  readonly write: (checkpoint: string) => void;
  readonly onError: (error: unknown) => void;
  readonly everyMs?: number;
}

/** Until the first one is signed, a moment after the start, it looks this often. */
const lookMs = 1_000;

/**
 * Lets the newest checkpoint leave the house every hour with the log, which usually goes to a machine that whoever
 * runs the database cannot change: from there it proves that nothing was rewritten since.
 */
export function checkpointLog(
  pool: Pool,
  { write, onError, everyMs = 3_600_000 }: CheckpointLogParts,
): Beside {
  return {
    start() {
      let nextMs = performance.now();
      return every(Math.min(lookMs, everyMs), async () => {
        if (performance.now() < nextMs) return;
        try {
          const newest = await newestCheckpoint(pool, (await headOf(pool)).origin);
          if (!newest) return;
          write(shortNote(newest.note));
          nextMs = performance.now() + everyMs;
        } catch (error) {
          onError(error);
        }
      });
    },
  };
}

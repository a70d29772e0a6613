import { settingsFrom } from '#core/settings.ts';
import { loadSettings } from '#store/settings.ts';
import type { Engine } from './engine.ts';
import { failureIn } from './fail.ts';

export interface DeadMan {
  /**
   * Calls the address outside when its time has come and nothing is amiss. Returns why it could not be reached for
   * several times in a row; null: it could, or nobody asked for it.
   */
  tellThatAllIsWell(amiss: readonly string[]): Promise<string | null>;
}

const failuresUntilTold = 3;

/**
 * What is silent cannot say so. Something outside is called each minute while all is well, and tells people when
 * that stops: by whatever reason, up to a power cut. The address may be as good as a password, and is never logged.
 */
export function openDeadMan(
  { pool, timing, log }: Pick<Engine, 'pool' | 'timing' | 'log'>,
  callOutside: (url: URL) => Promise<{ readonly status: number }>,
  now: () => number = () => performance.now(),
): DeadMan {
  let calledAt = Number.NEGATIVE_INFINITY;
  let failuresInRow = 0;
  let because = '';
  return {
    async tellThatAllIsWell(amiss) {
      const { deadManUrl } = settingsFrom(await loadSettings(pool)).alerts;
      if (deadManUrl === null) failuresInRow = 0;
      else if (amiss.length === 0 && now() - calledAt >= timing.deadManMs) {
        calledAt = now();
        const failed = await call(new URL(deadManUrl));
        failuresInRow = failed === null ? 0 : failuresInRow + 1;
        because = failed ?? '';
        if (failed !== null) log.warn({ error: failed }, 'the dead man’s switch was not reached');
      }
      return failuresInRow >= failuresUntilTold ? because : null;
    },
  };

  async function call(url: URL): Promise<string | null> {
    try {
      const { status } = await callOutside(url);
      return status >= 200 && status < 300 ? null : `it answered ${status}.`;
    } catch (error) {
      return failureIn(error).detail.replaceAll(url.href, url.host);
    }
  }
}

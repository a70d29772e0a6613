import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type EmbeddedOptions, type EmbeddedServer, startEmbedded } from './embedded.ts';

const againMs = 2_000;

/**
 * The embedded server, started anew when it ends by itself: a full disk, or whoever kills it. It comes back on the same
 * socket with all that was committed, so that pools reach it again by themselves. `onTrouble` is told why it is away,
 * once for each reason.
 */
export async function keepEmbedded(
  options: EmbeddedOptions,
  onTrouble: (message: string) => void,
): Promise<Pick<EmbeddedServer, 'admin' | 'stop'>> {
  const files = path.join(options.dataDirectory, 'postgres');
  const enough = new AbortController();
  let reviving: Promise<void> = Promise.resolve();
  const start = () => startEmbedded({ ...options, onLost: lost });
  let server = await start();

  function lost(reason: string): void {
    onTrouble(reason);
    options.onLost?.(reason);
    reviving = revive();
  }

  async function revive(): Promise<void> {
    let said = '';
    await server.stop(); // our place in the one that is gone
    while (!enough.signal.aborted) {
      try {
        // A disk that is not mounted is no reason to begin with an empty database.
        if (!existsSync(files)) throw new Error(`${files} is not there. Is its disk mounted?`);
        server = await start();
        return;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (why !== said) onTrouble(why);
        said = why;
        await wait(againMs, null, { signal: enough.signal }).catch(() => {});
      }
    }
  }

  return {
    admin: server.admin,
    async stop() {
      enough.abort();
      await reviving;
      await server.stop();
    },
  };
}

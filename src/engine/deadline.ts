import { setTimeout as wait } from 'node:timers/promises';
import { ConnectorError } from '#core/failure.ts';
import type { Engine } from './engine.ts';

/** Gives up on a call that takes longer than a call may. */
export async function deadline<T>(engine: Pick<Engine, 'timing'>, call: Promise<T>): Promise<T> {
  const controller = new AbortController();
  const { callMs } = engine.timing;
  try {
    return await Promise.race([
      call,
      wait(callMs, undefined, { signal: controller.signal }).then(() => {
        throw new ConnectorError({
          kind: 'unavailable',
          detail: `no answer within ${Math.round(callMs / 1_000)} s`,
        });
      }),
    ]);
  } finally {
    controller.abort();
  }
}

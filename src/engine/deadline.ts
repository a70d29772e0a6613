import { ConnectorError } from '#core/failure.ts';
import type { Engine } from './engine.ts';

/** Gives up on a call that takes longer than a call may. */
export async function deadline<T>(engine: Pick<Engine, 'timing'>, call: Promise<T>): Promise<T> {
  const { callMs } = engine.timing;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const detail = `no answer within ${Math.round(callMs / 1_000)} s`;
    late.reject(new ConnectorError({ kind: 'unavailable', detail }));
  }, callMs);
  try {
    return await Promise.race([call, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** What comes in time, else null; whoever asked no longer waits for it then. */
export async function inTime<T>(work: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {}); // its answer is no longer waited for
  }
}

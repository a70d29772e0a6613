import { addAbortSignal, type Stream } from 'node:stream';
import type { Io } from './contract.ts';

/** Ends a socket together with the call that it is for, when everything is stopped. */
export function endWith(io: Pick<Io, 'ending'>, socket: Stream): void {
  const signal = io.ending?.();
  if (signal) addAbortSignal(signal, socket);
}

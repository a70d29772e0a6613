import { AsyncLocalStorage } from 'node:async_hooks';
import { ConnectorError } from '#core/failure.ts';

/*
 * The kill switch ends what is under way. No new call begins once it is used, since the mark before each call tests it;
 * a call that was on its way is aborted, with all that it would still have sent, and what it did is not known until the
 * system is read again.
 */

const current = new AsyncLocalStorage<AbortSignal>();

export interface CallsUnderWay {
  /** Makes a call that changes something outside; rejects at once when everything is stopped. */
  make<T>(call: () => Promise<T>): Promise<T>;
  /** Ends all of them. */
  stop(): void;
}

export function callsUnderWay(): CallsUnderWay {
  const running = new Set<AbortController>();
  return {
    async make(call) {
      const controller = new AbortController();
      const { signal } = controller;
      const stopped = Promise.withResolvers<never>();
      signal.addEventListener('abort', () => stopped.reject(signal.reason), { once: true });
      running.add(controller);
      try {
        return await Promise.race([current.run(signal, call), stopped.promise]);
      } finally {
        running.delete(controller);
      }
    },
    stop() {
      const detail = 'Everything outgoing was stopped (gatehouse kill-switch) before it answered';
      for (const it of running) it.abort(new ConnectorError({ kind: 'unavailable', detail }));
    },
  };
}

/** The same way out, for as long as the call that uses it may go on. Requests of no such call pass as they are. */
export const stoppable =
  (send: typeof globalThis.fetch): typeof globalThis.fetch =>
  async (input, init) => {
    const signal = current.getStore();
    if (!signal) return send(input, init);
    signal.throwIfAborted();
    const own = init?.signal ?? (input instanceof Request ? input.signal : null);
    return send(input, { ...init, signal: own ? AbortSignal.any([signal, own]) : signal });
  };

/** What ends the call that asks; nothing: it changes nothing outside. */
export const endingOfCall = (): AbortSignal | undefined => current.getStore();

/** Throws where the call that asks was stopped: what is not HTTP opens nothing more either. */
export const demandGoing = (): void => current.getStore()?.throwIfAborted();

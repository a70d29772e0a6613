import type { Io } from '#connector-kit/contract.ts';
import type { Detour } from '#core/detour.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Clock } from '#engine/clock.ts';
import type { Measures } from '#engine/measures.ts';

/** What is on this machine goes by the same clock, so it bears no witness. */
const isHere = (host: string): boolean => /^(localhost|127\.|\[::1\])/.test(host);

/** Measures each call over HTTP, and notes what the system outside says of the time. */
export function listening(
  io: Io,
  connection: string,
  it: { readonly clock: Clock; readonly measures: Measures; readonly detours: readonly Detour[] },
): Io {
  const { clock, measures, detours } = it;
  const fetch: Io['fetch'] = async (input, init) => {
    // What is no address is for the guard to refuse.
    const { hostname } = URL.parse(input instanceof Request ? input.url : input) ?? {
      hostname: '',
    };
    const start = performance.now();
    const ended = (result: string) =>
      measures.called({ connection, result, ms: performance.now() - start });
    const attributes = { 'gatehouse.connection': connection, 'server.address': hostname };
    const response = await measures
      .inSpan('call', attributes, () => io.fetch(input, init))
      .catch((error: unknown) => {
        ended(error instanceof ConnectorError ? error.failure.kind : 'failed');
        throw error;
      });
    ended(`${Math.floor(response.status / 100)}xx`);
    const said = Date.parse(response.headers.get('date') ?? '');
    const relayed = detours.some((way) => way.host === hostname && isHere(way.address));
    if (!Number.isNaN(said) && !response.headers.has('age') && !isHere(hostname) && !relayed) {
      clock.noteAnswer(hostname, said);
    }
    return response;
  };
  return { ...io, fetch };
}

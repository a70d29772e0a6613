import type { BadEnding } from './bad-endings.ts';

/**
 * A wire to a system, which can be broken from a request on. What asks for an access token always gets through:
 * a token is kept by the process, so that whether it is asked for depends on who came before.
 */
export function breakable(fetch: typeof globalThis.fetch) {
  let asked = 0;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.POSITIVE_INFINITY;
  let end: BadEnding['end'] | null = null;
  return {
    fetch: (async (input, init) => {
      const request = new Request(input, init);
      if (end === null || (await asksForToken(request))) return fetch(request);
      asked += 1;
      if (asked < from || asked > to) return fetch(request);
      const ending = end();
      if (ending instanceof Error) throw ending;
      return ending;
    }) satisfies typeof globalThis.fetch,
    /** Counts from here; `nth` from 1. */
    breakFrom(nth: number, ending: BadEnding['end']) {
      asked = 0;
      [from, to, end] = [nth, Number.POSITIVE_INFINITY, ending];
    },
    breakOnly(nth: number, ending: BadEnding['end']) {
      asked = 0;
      [from, to, end] = [nth, nth, ending];
    },
    mend() {
      end = null;
    },
    asked: () => asked,
  };
}

async function asksForToken(request: Request): Promise<boolean> {
  const type = request.headers.get('content-type') ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded')) return false;
  return new URLSearchParams(await request.clone().text()).has('grant_type');
}

import type { Failure } from '#core/failure.ts';

/** One way in which a request ends badly. */
export interface BadEnding {
  readonly name: string;
  /** How a call that meets it has to fail. */
  readonly kinds: readonly Failure['kind'][];
  /** What comes in place of the system's own answer. */
  end(): Response | Error;
  /** So long the system asks us to wait. */
  readonly retryAfterMs?: number;
  /** What is no error by its status: whoever does not need the answer may go on, and reads back. */
  readonly looksGood?: true;
  /** Every request is answered so, also the first: one thing alone may well be missing. */
  readonly everywhere?: true;
}

const words = 'the words of the system';
const refusal = (status: number, headers: Record<string, string> = {}) =>
  Response.json({ error: words, message: words, detail: words }, { status, headers });

const refused = (status: number, kind: Failure['kind']): BadEnding => ({
  name: `${status}`,
  kinds: [kind],
  end: () => refusal(status),
});

/** Statuses that only the kit tells from others, and none from another: they take turns. */
function unable(): BadEnding {
  const statuses = [500, 502, 503];
  let answers = 0;
  return {
    name: statuses.join(', '),
    kinds: ['unavailable'],
    end: () => refusal(statuses[answers++ % statuses.length]!),
  };
}

const answered = (body: string, type: string) => () =>
  new Response(body, { headers: { 'content-type': type } });

/** What the end of a refused request has to say, so that whoever mends it knows what was meant. */
export const wordsOfTheSystem = words;

/** Every bad ending that the platform tells apart. `tooMany`: what stands in a vendor's own 429. */
export const badEndings = (tooMany: TooMany = usualTooMany): readonly BadEnding[] => [
  refused(400, 'rejected'),
  refused(401, 'unauthenticated'),
  refused(403, 'forbidden'),
  {
    ...refused(404, 'not-found'),
    name: '404, whatever is asked for',
    kinds: ['not-found', 'unexpected', 'rejected'],
    everywhere: true,
  },
  refused(409, 'rejected'),
  refused(412, 'rejected'),
  refused(422, 'rejected'),
  {
    ...refused(429, 'rate-limited'),
    end: () => refusal(429, tooMany.headers(Date.now())),
    retryAfterMs: tooMany.waitMs,
  },
  unable(),
  {
    name: 'nothing in time',
    kinds: ['unavailable'],
    end: () => new DOMException('The operation was aborted due to timeout', 'TimeoutError'),
  },
  {
    name: 'by hanging up',
    kinds: ['unavailable'],
    end: () =>
      new TypeError('fetch failed', {
        cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
      }),
  },
  {
    name: 'half an answer, and hangs up',
    kinds: ['unavailable'],
    end: halfAnAnswer,
    looksGood: true,
  },
  {
    name: 'a redirect to a page for signing in',
    kinds: ['unexpected'],
    end: () => new Response(null, { status: 302, headers: { location: 'https://sso.example' } }),
  },
  {
    name: 'a page for people',
    kinds: ['unexpected'],
    end: answered('<!doctype html><title>Sign in</title>', 'text/html; charset=utf-8'),
    looksGood: true,
  },
  {
    name: 'JSON of another shape',
    kinds: ['unexpected'],
    end: answered('{"surprise":[1,2,3]}', 'application/json'),
    looksGood: true,
  },
  {
    name: 'an empty body',
    kinds: ['unexpected'],
    end: answered('', 'application/json'),
    looksGood: true,
  },
];

export interface TooMany {
  /** `nowMs`: the moment at which it is answered. */
  headers(nowMs: number): Record<string, string>;
  readonly waitMs: number;
}

const usualTooMany: TooMany = { headers: () => ({ 'retry-after': '7' }), waitMs: 7_000 };

function halfAnAnswer(): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(Buffer.from('{"id":"'));
    },
    pull(controller) {
      controller.error(Object.assign(new Error('terminated'), { code: 'UND_ERR_SOCKET' }));
    },
  });
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}

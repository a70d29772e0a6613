import type { Failure } from '#core/failure.ts';

/** What the store says in its answer, in XML. Empty to a HEAD. */
const wordIn = (body: string, name: string): string | null =>
  new RegExp(`<${name}>([^<]{1,300})</${name}>`).exec(body)?.[1] ?? null;

/** Who are you? Answered with 403, as is everything that a user may not do. */
const whoAreYou: ReadonlySet<string> = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
]);

const waitMs = 5_000;

/** Names why a request was refused, by its status and the error code of S3. Pure. */
export function failureOf(status: number, body: string, request: string): Failure {
  const code = wordIn(body, 'Code');
  const said = [code, wordIn(body, 'Message')].filter((it) => it !== null).join(': ');
  const detail = `${request} answered ${status}${said === '' ? '' : ` ${said}`}`;
  if (code === 'SlowDown' || status === 429)
    return { kind: 'rate-limited', detail, retryAfterMs: waitMs };
  if (code === 'RequestTimeTooSkewed') {
    const clock = 'The clock of this server and that of the store differ by more than 15 minutes';
    return { kind: 'unexpected', detail: `${detail}. ${clock}` };
  }
  if (status === 401 || (code !== null && whoAreYou.has(code)))
    return { kind: 'unauthenticated', detail };
  if (status === 403) return { kind: 'forbidden', detail };
  if (status === 404) return { kind: 'not-found', detail };
  // Somebody stores under that name at the same moment: the next look says what came of it.
  if (status === 409) return { kind: 'unavailable', detail };
  if (status === 501 || (status >= 400 && status < 500)) return { kind: 'rejected', detail };
  return { kind: status >= 500 ? 'unavailable' : 'unexpected', detail };
}

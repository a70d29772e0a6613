import { ConnectorError, type Failure } from '#core/failure.ts';
import { readXml } from './xml.ts';

/** Who are you? (IAM API Reference, Common Errors; AWS General Reference, troubleshooting signatures.) */
const whoAreYou: ReadonlySet<string> = new Set([
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'InvalidAccessKeyId',
  'MissingAuthenticationToken',
  'UnrecognizedClientException',
  'ExpiredToken',
]);
const refusals: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'NotAuthorized',
  'UnauthorizedOperation',
  'OptInRequired',
]);
const tooOften: ReadonlySet<string> = new Set([
  'Throttling',
  'ThrottlingException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'TooManyRequestsException',
]);
/** What passes: somebody changes the same thing, or a change from just now has not come everywhere yet. */
const passing: ReadonlySet<string> = new Set([
  'EntityTemporarilyUnmodifiable',
  'ConcurrentModification',
  'DeleteConflict',
  'ServiceFailure',
  'ServiceUnavailable',
  'InternalFailure',
]);

const waitMs = 5_000;

/**
 * Why IAM refused a request, by the code in its XML; null: it says none, and the status has to do. AWS answers a
 * wrong key with 403 as well, and “not now” with 400. `asked` is the request: its values, which may be the
 * names of people, are left out of what AWS says. Pure.
 */
export function failureIn(status: number, body: string, asked: URLSearchParams): Failure | null {
  const { Code: code, Message: message } = errorIn(body);
  if (code === undefined) return null;
  const action = asked.get('Action') ?? 'The request';
  const said = `${code}${message ? `: ${withoutValues(message, asked)}` : ''}`;
  const detail = `${action} answered ${status} ${said}`;
  if (tooOften.has(code)) return { kind: 'rate-limited', detail, retryAfterMs: waitMs };
  if (code === 'RequestExpired' || /signature (expired|not yet current)/i.test(message ?? '')) {
    const clock = 'The clock of this server is wrong by more than AWS allows';
    return { kind: 'unexpected', detail: `${action} answered ${status} ${code}. ${clock}` };
  }
  if (whoAreYou.has(code)) return { kind: 'unauthenticated', detail };
  if (refusals.has(code))
    return { kind: 'forbidden', detail: refused(action, code, message ?? '') };
  if (code === 'NoSuchEntity') return { kind: 'not-found', detail };
  if (passing.has(code) || status >= 500) return { kind: 'unavailable', detail };
  return { kind: 'rejected', detail };
}

/** AWS names the person in its words, so we name only what is missing, and whether something forbids it. */
function refused(action: string, code: string, message: string): string {
  const missing = /perform: ([\w-]+:\w+)/.exec(message)?.[1] ?? `iam:${action}`;
  const why = /explicit deny/.test(message)
    ? 'a policy denies it outright: look at policies, the permissions boundary and those of the organisation'
    : 'add it to the policy of the user of Gatehouse';
  return `${action} answered ${code}: ${missing} is not allowed; ${why}`;
}

function errorIn(body: string): { readonly Code?: string; readonly Message?: string } {
  const root = readXml(body);
  const value = root?.name === 'ErrorResponse' ? root.value : null;
  const error = value && typeof value === 'object' && 'Error' in value ? value.Error : null;
  if (error === null || typeof error !== 'object' || Array.isArray(error)) return {};
  return Object.fromEntries(
    Object.entries(error).filter((it): it is [string, string] => typeof it[1] === 'string'),
  );
}

function withoutValues(message: string, asked: URLSearchParams): string {
  const values = [...asked].filter(([name]) => name !== 'Action' && name !== 'Version');
  const longestFirst = values.map(([, value]) => value).toSorted((a, b) => b.length - a.length);
  return longestFirst
    .filter((value) => value.length > 2)
    .reduce((text, value) => text.replaceAll(value, '…'), message)
    .replaceAll(/[^\s/:]*@[^\s/:]*/g, '…')
    .slice(0, 300);
}

/** The answer makes no sense. */
export const unexpected = (detail: string): ConnectorError =>
  new ConnectorError({ kind: 'unexpected', detail });

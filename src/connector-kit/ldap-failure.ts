import { ResultCodeError } from 'ldapts';
import { ConnectorError, type Failure } from '#core/failure.ts';

/** The LDAP result codes that our callers tell apart (RFC 4511, appendix A). */
export const resultCode = {
  protocolError: 2,
  noSuchAttribute: 16,
  constraintViolation: 19,
  valueExists: 20,
  noSuchObject: 32,
  unwillingToPerform: 53,
  objectClassViolation: 65,
  entryExists: 68,
} as const;

type Kind = Exclude<Failure['kind'], 'rate-limited'>;

/** What each result code means for us, in plain words. Codes not listed make no sense here. */
const meanings: Readonly<Record<number, readonly [Kind, string]>> = {
  3: ['unavailable', 'the server ran out of time'],
  4: ['rejected', 'the server cuts the answer short; raise the size limit of the bind account'],
  7: ['unauthenticated', 'the server does not accept this way of signing in'],
  8: ['unauthenticated', 'the server wants an encrypted connection or a stronger way to sign in'],
  10: ['rejected', 'this server does not hold the entry or accepts no changes'],
  11: ['rejected', 'the server refuses so large a request; raise the limits of the bind account'],
  12: ['rejected', 'the server lacks a feature that we need'],
  13: ['unauthenticated', 'the server wants an encrypted connection'],
  16: ['rejected', 'the entry has no such value'],
  17: ['rejected', 'the server does not know this attribute'],
  18: ['rejected', 'the attribute cannot be compared like this'],
  19: ['rejected', 'the value breaks a rule of the server'],
  20: ['rejected', 'the entry has this value already'],
  21: ['rejected', 'the value has the wrong form'],
  32: ['not-found', 'there is no such entry'],
  34: ['rejected', 'the name (DN) has the wrong form'],
  48: ['unauthenticated', 'the bind account cannot sign in with a password'],
  49: ['unauthenticated', 'the server does not accept the name and password of the bind account'],
  50: ['forbidden', 'the bind account may not do this'],
  51: ['unavailable', 'the server is busy'],
  52: ['unavailable', 'the server is not available'],
  53: ['rejected', 'the server is unwilling to do this'],
  54: ['rejected', 'the server found a loop'],
  64: ['rejected', 'the name does not fit its place'],
  65: ['rejected', 'the entry would lose something that it must have'],
  66: ['rejected', 'the entry still has others below it'],
  67: ['rejected', 'the value is part of the name'],
  68: ['rejected', 'there is such an entry already'],
  69: ['rejected', 'the kind of the entry cannot be changed'],
  71: ['rejected', 'this concerns more than one server'],
};

/** Endings below LDAP that a person can mend by looking at the certificate. */
const certificateCodes = /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/**
 * What a bad ending means. `doing` says which server was asked for what; the server's own
 * words follow it, because they often name the rule that was broken.
 */
export function failureOf(error: unknown, doing: string): Failure {
  if (error instanceof ConnectorError) return error.failure;
  if (error instanceof ResultCodeError) {
    const [kind, words] = meanings[error.code] ?? ['unexpected', 'the server failed'];
    const said = wordsOf(error);
    return {
      kind,
      detail: `${doing}: ${words} (result ${error.code})${said === '' ? '' : `: ${said}`}`,
    };
  }
  const code = codeOf(error);
  if (code !== null && certificateCodes.test(code)) {
    const detail =
      `${doing}: the certificate of the server is not trusted (${code}). ` +
      'Check the name in the address and the authority given for this connection.';
    return { kind: 'unavailable', detail };
  }
  // Everything else happens below LDAP: refused, reset, closed in the middle, or no answer in time.
  return { kind: 'unavailable', detail: `${doing}: ${code ?? reasonOf(error)}` };
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message.split('\n')[0]! : String(error);

/** The server's words without what the library adds; Active Directory ends them with a zero byte. */
const wordsOf = (error: Error): string =>
  error.message
    .replace(/ Code: 0x[0-9a-f]+$/, '')
    .replaceAll('\0', '')
    .trim()
    .slice(0, 300);

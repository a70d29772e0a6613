import { z } from 'zod';
import type { Failure } from '#core/failure.ts';

/** What nodemailer tells of an ending; `code` is its own, `originalCode` the system's. */
const Ending = z.object({
  code: z.string().optional(),
  originalCode: z.string().optional(),
  responseCode: z.int().optional(),
  response: z.string().optional(),
});

/** 421: too busy to talk; 452: no room now, or too many recipients (RFC 5321, 4.2.3). */
const notNow = [421, 452];
/** Who are you? 530 authentication required; 534, 535, 538 of RFC 4954. */
const whoAreYou = [530, 534, 535, 538];

const waitMs = 60_000;

/** Names why a mail could not be handed over. Pure. */
export function failureOf(error: unknown, server: string): Failure {
  const parsed = Ending.safeParse(error);
  const { code, originalCode, responseCode, response } = parsed.success ? parsed.data : {};

  if (responseCode !== undefined) {
    const detail = `${server} answered: ${(response ?? String(responseCode)).slice(0, 300)}`;
    return answered(responseCode, code, detail);
  }
  switch (code) {
    case 'EAUTH':
      return {
        kind: 'unauthenticated',
        detail: `${server} lets us sign in in no way that we know`,
      };
    case 'ETLS':
    case 'ESOCKET':
      if (isAboutCertificate(originalCode)) {
        const detail =
          `The certificate of ${server} is not to be trusted (${originalCode}). Enter the name ` +
          'that it is made out to, or the certificate of your own authority';
        return { kind: 'unexpected', detail };
      }
      return { kind: 'unavailable', detail: `${server}: ${originalCode ?? 'the line broke'}` };
    case 'EDNS':
    case 'ECONNECTION':
    case 'ETIMEDOUT':
    case 'EABORT':
      return { kind: 'unavailable', detail: `${server}: ${originalCode ?? code}` };
    case 'EENVELOPE':
    case 'EMESSAGE':
      return { kind: 'rejected', detail: `${server} does not take this message (${code})` };
    default:
      return { kind: 'unexpected', detail: `${server} does not speak SMTP as expected` };
  }
}

function answered(responseCode: number, code: string | undefined, detail: string): Failure {
  if (notNow.includes(responseCode)) return { kind: 'rate-limited', detail, retryAfterMs: waitMs };
  if (responseCode >= 400 && responseCode < 500) return { kind: 'unavailable', detail };
  if (responseCode < 400) return { kind: 'unexpected', detail };
  if (code === 'EAUTH' || whoAreYou.includes(responseCode)) {
    return { kind: 'unauthenticated', detail };
  }
  if (code === 'ETLS') {
    return { kind: 'unexpected', detail: `${detail}. It offers no STARTTLS on this port` };
  }
  return { kind: 'rejected', detail };
}

/** Node's names for what is wrong with a certificate, and OpenSSL's for the protocol. */
function isAboutCertificate(code = ''): boolean {
  return /CERT|ALTNAME|SELF_SIGNED|UNABLE_TO_|^ERR_SSL_/.test(code);
}

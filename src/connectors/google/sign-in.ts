import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import type { Authorization } from '#connector-kit/http.ts';
import { type OAuth, openOAuth } from '#connector-kit/oauth.ts';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { jsonOf } from '#core/json.ts';
import type { Scope } from './scopes.ts';
import type { Settings } from './settings.ts';

// A service account signs in for whom domain-wide delegation lets it: an administrator, or, for a mailbox, its
// owner. https://developers.google.com/identity/protocols/oauth2/service-account

/** The one address that the key is sent to, whatever the key file says. */
const tokenUrl = 'https://oauth2.googleapis.com/token';

/** The part of a key file that we read. */
const KeyFile = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().min(1),
});

/**
 * Signs requests as somebody, with a token of one scope: Google refuses a token for several when delegation
 * lacks one of them, and then nothing would work any more.
 */
export function signIn(settings: Settings, io: Io, subject: string, scope: Scope): Authorization {
  let opened: OAuth | null = null;
  const oauth = () => {
    opened ??= openOAuth(io, { tokenUrl, grant: grantOf(settings, subject), scopes: [scope] });
    return opened;
  };
  return {
    async header() {
      try {
        return await oauth().header();
      } catch (error) {
        throw error instanceof ConnectorError
          ? new ConnectorError(inOurWords(error.failure, settings, subject, scope))
          : error;
      }
    },
    renew: async () => oauth().renew(),
  };
}

function grantOf({ key }: Settings, subject: string) {
  const file = KeyFile.safeParse(jsonOf(key));
  if (!file.success) {
    const detail =
      'The key cannot be read. Paste the whole JSON file that Google offers when a key of a service account is made.';
    throw new ConnectorError({ kind: 'unauthenticated', detail });
  }
  const { client_email: issuer, private_key: privateKey, private_key_id: keyId } = file.data;
  return { kind: 'jwt bearer', issuer, subject, key: { privateKey, keyId } } as const;
}

/** A scope that delegation lacks, or a mailbox that cannot be opened, is no reason to pause the connection. */
function inOurWords(failure: Failure, settings: Settings, subject: string, scope: Scope): Failure {
  if (failure.kind !== 'unauthenticated') return failure;
  if (failure.detail.includes('unauthorized_client')) {
    const detail = `Domain-wide delegation does not allow ${scope}. Add it in the admin console. (${failure.detail})`;
    return { kind: 'forbidden', detail };
  }
  if (failure.detail.includes('invalid_grant') && subject !== settings.admin) {
    return {
      kind: 'rejected',
      detail: `Google opens no mailbox of this account. (${failure.detail})`,
    };
  }
  return failure;
}

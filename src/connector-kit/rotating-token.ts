import { ConnectorError } from '#core/failure.ts';
import type { Io } from './contract.ts';
import type { Authorization } from './http.ts';
import { type ClientProof, type OAuthOptions, requestToken } from './oauth.ts';

export interface RotatingToken {
  readonly tokenUrl: string;
  readonly client: { readonly id: string; readonly proof: ClientProof };
  /** The setting `accessToken`: what let us in the last time; left out: nothing yet. */
  readonly accessToken: string | undefined;
  /** Only where the server asks for the one that was registered. */
  readonly redirectUri?: string;
  readonly sentAs?: OAuthOptions['sentAs'];
}

/**
 * Signs requests for whoever once allowed it, with an access token that is exchanged for a new one when it is
 * refused. Each exchange may replace the refresh token too (RFC 6749, 6), so both are kept in the settings
 * `accessToken` and `refreshToken` of the connection before the new ones are used. Of several processes one
 * exchanges; the others find what it kept.
 */
export function openRotatingToken(io: Io, options: RotatingToken): Authorization {
  const { tokenUrl, client, redirectUri, sentAs } = options;
  let access = options.accessToken ?? null;

  async function renew(): Promise<void> {
    const refused = access;
    let next: string | null = null;
    if (!io.replaceSecrets) throw new Error('whoever opened this client keeps no new tokens');
    await io.replaceSecrets(async (held) => {
      next = held.get('accessToken') ?? null;
      if (next !== null && next !== refused) return {};
      const refreshToken = held.get('refreshToken') ?? '';
      const given = await requestToken(io, {
        ...{ tokenUrl, client, scopes: [] },
        ...(sentAs === undefined ? {} : { sentAs }),
        grant: {
          ...{ kind: 'refresh token', refreshToken },
          ...(redirectUri === undefined ? {} : { redirectUri }),
        },
      }).catch((error: unknown) => {
        throw lost(error);
      });
      next = given.value;
      return { accessToken: given.value, refreshToken: given.refreshToken ?? refreshToken };
    });
    // Only now: some servers take the old ones back as soon as the new access token is used.
    access = next;
  }

  return {
    async header() {
      if (access === null) await renew();
      return `Bearer ${access}`;
    },
    renew,
  };
}

/** Whoever reads that a token is not good has to know that nothing but a new permission helps. */
function lost(error: unknown): unknown {
  if (!(error instanceof ConnectorError) || !/\binvalid_grant\b/.test(error.failure.detail))
    return error;
  const detail =
    `${error.failure.detail}. The refresh token is no longer good: it was taken back or used elsewhere, or ` +
    'Gatehouse was cut off before it could keep the one that replaced it. Allow it anew, and enter the new refresh token.';
  return new ConnectorError({ kind: 'unauthenticated', detail }, { cause: error });
}

import { z } from 'zod';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { jsonOf } from '#core/json.ts';
import type { Io } from './contract.ts';
import type { Authorization } from './http.ts';
import { type AccessToken, keptToken } from './kept-token.ts';
import { type SigningKey, signedStatement } from './signing-key.ts';

/** How we prove to an authorization server who we are. */
export type ClientProof =
  /** A shared secret, in the header (RFC 6749, 2.3.1) or among the fields of the request. */
  | { readonly kind: 'secret'; readonly secret: string; readonly in: 'header' | 'body' }
  /** A signed statement (RFC 7523, `private_key_jwt`). */
  | { readonly kind: 'key'; readonly key: SigningKey };

/** What we ask a token for. */
export type Grant =
  /** For ourselves (RFC 6749, 4.4). */
  | {
      readonly kind: 'client credentials';
      /** What this server asks for besides, such as an `audience`. */
      readonly fields?: Readonly<Record<string, string>>;
    }
  /** For ourselves in one account of the vendor, as Zoom has it. */
  | { readonly kind: 'account credentials'; readonly accountId: string }
  /** For whoever a signed statement names (RFC 7523, 2.1), as service accounts of Google do. */
  | {
      readonly kind: 'jwt bearer';
      readonly issuer: string;
      readonly subject: string;
      readonly key: SigningKey;
    }
  /** For whoever once allowed it (RFC 6749, 6). */
  | {
      readonly kind: 'refresh token';
      readonly refreshToken: string;
      /** Only where the server asks for the one that was registered. */
      readonly redirectUri?: string;
    };

export interface OAuthOptions {
  readonly tokenUrl: string;
  /** Left out where the statement says it all. */
  readonly client?: { readonly id: string; readonly proof: ClientProof };
  readonly grant: Grant;
  readonly scopes: readonly string[];
  /** Left out: a form, as RFC 6749 has it. */
  readonly sentAs?: 'json';
}

export interface OAuth extends Authorization {
  /** The scopes that the token has; null where the server does not tell. */
  granted(): Promise<readonly string[] | null>;
}

interface Token extends AccessToken {
  readonly scopes: readonly string[] | null;
  /** What to ask with the next time; null: what this was asked with. */
  readonly refreshToken: string | null;
}

/** Where the server does not tell (RFC 6749, 5.1, only recommends it). */
const usualLifetimeMs = 10 * 60_000;

/**
 * Signs requests with an access token of its own. The token is kept for as long as it lasts, and asked for anew
 * once when it is refused before that. Answers of the token endpoint end as `unauthenticated` (we are not
 * known, or the key is not good), `forbidden` (a scope), `rate-limited`, `unavailable` or `unexpected`.
 */
export function openOAuth(io: Io, options: OAuthOptions): OAuth {
  const { header, renew, token } = keptToken(options, () => requestToken(io, options));
  return { header, renew, granted: async () => (await token()).scopes };
}

const Answer = z.object({
  access_token: z.string().min(1),
  token_type: z.string(),
  expires_in: z.coerce.number().positive().optional(),
  scope: z.string().optional(),
  refresh_token: z.string().min(1).optional(),
});

/** Asks the token endpoint once. */
export async function requestToken(io: Io, options: OAuthOptions): Promise<Token> {
  const { fields, headers } = await request(options, io.now());
  let response: Response;
  try {
    response = await io.fetch(options.tokenUrl, {
      method: 'POST',
      headers: {
        ...headers,
        accept: 'application/json',
        'content-type':
          options.sentAs === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
      },
      body:
        options.sentAs === 'json' ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    });
  } catch (cause) {
    if (cause instanceof ConnectorError) throw cause;
    const detail = `The token endpoint ${options.tokenUrl} cannot be reached.`;
    throw new ConnectorError({ kind: 'unavailable', detail }, { cause });
  }
  const text = await response.text().catch(() => '');
  if (!response.ok) throw new ConnectorError(failureOf(response, text, options));
  const answer = Answer.safeParse(jsonOf(text));
  if (!answer.success || answer.data.token_type.toLowerCase() !== 'bearer') {
    const detail = `The token endpoint ${options.tokenUrl} answered something else than a bearer token.`;
    throw new ConnectorError({ kind: 'unexpected', detail });
  }
  const { access_token: value, expires_in: seconds, scope, refresh_token } = answer.data;
  return {
    value,
    // Left out, it is what was asked for (RFC 6749, 5.1).
    scopes: scope === undefined ? options.scopes : scope.split(/\s+/).filter(Boolean),
    refreshToken: refresh_token ?? null,
    lifetimeMs: seconds === undefined ? usualLifetimeMs : seconds * 1_000,
  };
}

/** The request as RFC 6749 and RFC 7523 want it. */
async function request({ tokenUrl, client, grant, scopes }: OAuthOptions, now: Date) {
  const fields: Record<string, string> = {};
  const headers: Record<string, string> = {};
  if (grant.kind === 'client credentials') {
    Object.assign(fields, grant.fields, { grant_type: 'client_credentials' });
    // Optional, and never empty (RFC 6749, 3.3).
    if (scopes.length > 0) fields['scope'] = scopes.join(' ');
  } else if (grant.kind === 'account credentials') {
    fields['grant_type'] = 'account_credentials';
    fields['account_id'] = grant.accountId;
  } else if (grant.kind === 'refresh token') {
    fields['grant_type'] = 'refresh_token';
    fields['refresh_token'] = grant.refreshToken;
    if (grant.redirectUri !== undefined) fields['redirect_uri'] = grant.redirectUri;
  } else {
    fields['grant_type'] = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    const { issuer, subject, key } = grant;
    const claims = { iss: issuer, sub: subject, aud: tokenUrl, scope: scopes.join(' ') };
    fields['assertion'] = await signedStatement(key, claims, now);
  }
  if (client?.proof.kind === 'key') {
    const claims = { iss: client.id, sub: client.id, aud: tokenUrl };
    fields['client_assertion_type'] = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    fields['client_assertion'] = await signedStatement(client.proof.key, claims, now);
  } else if (client?.proof.in === 'header') {
    const both = [client.id, client.proof.secret].map(encodeURIComponent).join(':');
    headers['authorization'] = `Basic ${Buffer.from(both).toString('base64')}`;
  } else if (client) {
    fields['client_id'] = client.id;
    fields['client_secret'] = client.proof.secret;
  }
  return { fields, headers };
}

const Refusal = z.object({ error: z.string(), error_description: z.string().optional() });

/** What a refusal of the token endpoint means (RFC 6749, 5.2). */
function failureOf(response: Response, text: string, { tokenUrl }: OAuthOptions): Failure {
  const { status } = response;
  const refusal = Refusal.safeParse(jsonOf(text));
  const { error, error_description: words = '' } = refusal.success
    ? refusal.data
    : { error: `status ${status}` };
  const detail = `No access token from ${tokenUrl}: ${error}${words && ` (${words.slice(0, 300)})`}`;
  if (status === 429) return { kind: 'rate-limited', detail, retryAfterMs: 60_000 };
  if (status >= 500) return { kind: 'unavailable', detail };
  if (error === 'invalid_scope' || error === 'access_denied') return { kind: 'forbidden', detail };
  if (status === 400 || status === 401 || status === 403)
    return { kind: 'unauthenticated', detail };
  return { kind: 'unexpected', detail };
}

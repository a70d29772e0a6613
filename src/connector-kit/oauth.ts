import { createHash, createPrivateKey, type KeyObject, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { ConnectorError, type Failure } from '#core/failure.ts';
import { jsonOf } from '#core/json.ts';
import type { Io } from './contract.ts';
import type { Authorization } from './http.ts';

/** How we prove to an authorization server who we are. */
export type ClientProof =
  /** A shared secret, in the header (RFC 6749, 2.3.1) or among the fields of the request. */
  | { readonly kind: 'secret'; readonly secret: string; readonly in: 'header' | 'body' }
  /** A signed statement (RFC 7523, `private_key_jwt`). */
  | { readonly kind: 'key'; readonly key: SigningKey };

export interface SigningKey {
  /** PEM, PKCS#8; RSA or P-256. */
  readonly privateKey: string;
  /** How the server calls it; left out where it knows only one. */
  readonly keyId?: string;
}

/** What we ask a token for. */
export type Grant =
  /** For ourselves (RFC 6749, 4.4). */
  | { readonly kind: 'client credentials' }
  /** For whoever a signed statement names (RFC 7523, 2.1), as service accounts of Google do. */
  | {
      readonly kind: 'jwt bearer';
      readonly issuer: string;
      readonly subject: string;
      readonly key: SigningKey;
    };

export interface OAuthOptions {
  readonly tokenUrl: string;
  /** Left out where the statement says it all. */
  readonly client?: { readonly id: string; readonly proof: ClientProof };
  readonly grant: Grant;
  readonly scopes: readonly string[];
}

export interface OAuth extends Authorization {
  /** The scopes that the token has; null where the server does not tell. */
  granted(): Promise<readonly string[] | null>;
}

interface Token {
  readonly value: string;
  readonly scopes: readonly string[] | null;
  /** By `performance.now()`. */
  readonly freshUntilMs: number;
}

interface Kept {
  readonly token: Promise<Token>;
  /** By `performance.now()`; infinite while it is asked for. */
  freshUntilMs: number;
}

/**
 * Access tokens of this process, by a digest of everything that they were asked with: a client is opened for
 * each pass, and a token for each would be one more request before every other. In memory only.
 */
const known = new Map<string, Kept>();

/** So much before its end a token counts as used up: the request has to arrive, too. */
const earlyMs = 60_000;
/** Where the server does not tell (RFC 6749, 5.1, only recommends it). */
const usualLifetimeMs = 10 * 60_000;
const assertionLastsSeconds = 300;

/**
 * Signs requests with an access token of its own. The token is kept for as long as it lasts, and asked for anew
 * once when it is refused before that. Answers of the token endpoint end as `unauthenticated` (we are not
 * known, or the key is not good), `forbidden` (a scope), `rate-limited`, `unavailable` or `unexpected`.
 */
export function openOAuth(io: Io, options: OAuthOptions): OAuth {
  const name = createHash('sha256').update(JSON.stringify(options)).digest('base64');

  function token(): Promise<Token> {
    const now = performance.now();
    for (const [other, { freshUntilMs }] of known) if (freshUntilMs <= now) known.delete(other);
    const kept = known.get(name);
    if (kept) return kept.token;
    const asked: Kept = {
      token: requestToken(io, options),
      freshUntilMs: Number.POSITIVE_INFINITY,
    };
    known.set(name, asked);
    asked.token.then(
      ({ freshUntilMs }) => {
        asked.freshUntilMs = freshUntilMs;
      },
      () => {
        // A refusal is not kept: the next pass asks again.
        if (known.get(name) === asked) known.delete(name);
      },
    );
    return asked.token;
  }

  return {
    header: async () => `Bearer ${(await token()).value}`,
    async renew() {
      known.delete(name);
    },
    granted: async () => (await token()).scopes,
  };
}

const Answer = z.object({
  access_token: z.string().min(1),
  token_type: z.string(),
  expires_in: z.coerce.number().positive().optional(),
  scope: z.string().optional(),
});

async function requestToken(io: Io, options: OAuthOptions): Promise<Token> {
  const { fields, headers } = await request(options, io.now());
  let response: Response;
  try {
    response = await io.fetch(options.tokenUrl, {
      method: 'POST',
      headers: {
        ...headers,
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams(fields).toString(),
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
  const { access_token: value, expires_in: seconds, scope } = answer.data;
  const lifetimeMs = seconds === undefined ? usualLifetimeMs : seconds * 1_000;
  return {
    value,
    // Left out, it is what was asked for (RFC 6749, 5.1).
    scopes: scope === undefined ? options.scopes : scope.split(/\s+/).filter(Boolean),
    freshUntilMs: performance.now() + Math.max(lifetimeMs - earlyMs, lifetimeMs / 2),
  };
}

/** The request as RFC 6749 and RFC 7523 want it. */
async function request({ tokenUrl, client, grant, scopes }: OAuthOptions, now: Date) {
  const fields: Record<string, string> = {};
  const headers: Record<string, string> = {};
  if (grant.kind === 'client credentials') {
    fields['grant_type'] = 'client_credentials';
    fields['scope'] = scopes.join(' ');
  } else {
    fields['grant_type'] = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    const { issuer, subject, key } = grant;
    const claims = { iss: issuer, sub: subject, aud: tokenUrl, scope: scopes.join(' ') };
    fields['assertion'] = await signed(key, claims, now);
  }
  if (client?.proof.kind === 'key') {
    const claims = { iss: client.id, sub: client.id, aud: tokenUrl };
    fields['client_assertion_type'] = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    fields['client_assertion'] = await signed(client.proof.key, claims, now);
  } else if (client?.proof.in === 'header') {
    const both = [client.id, client.proof.secret].map(encodeURIComponent).join(':');
    headers['authorization'] = `Basic ${Buffer.from(both).toString('base64')}`;
  } else if (client) {
    fields['client_id'] = client.id;
    fields['client_secret'] = client.proof.secret;
  }
  return { fields, headers };
}

function signed({ privateKey, keyId }: SigningKey, claims: object, now: Date): Promise<string> {
  const key = keyFrom(privateKey);
  const issuedAt = Math.floor(now.getTime() / 1_000);
  return new SignJWT({ ...claims })
    .setProtectedHeader({
      alg: key.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256',
      typ: 'JWT',
      ...(keyId === undefined ? {} : { kid: keyId }),
    })
    .setJti(randomUUID())
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + assertionLastsSeconds)
    .sign(key);
}

/** A prompt takes one line, so what parts the lines of the key may be anything. */
function keyFrom(text: string): KeyObject {
  let key: KeyObject | null = null;
  const [, base64 = ''] =
    /-----BEGIN PRIVATE KEY-----(.*)-----END PRIVATE KEY-----/s.exec(text) ?? [];
  const der = Buffer.from(base64.replaceAll('\\n', ''), 'base64');
  try {
    key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch {
    // Its words may hold parts of the key.
  }
  const { namedCurve } = key?.asymmetricKeyDetails ?? {};
  if (key && (key.asymmetricKeyType === 'rsa' || namedCurve === 'prime256v1')) return key;
  const detail =
    'The private key cannot be read. It must be PEM (-----BEGIN PRIVATE KEY-----), RSA or P-256.';
  throw new ConnectorError({ kind: 'unauthenticated', detail });
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

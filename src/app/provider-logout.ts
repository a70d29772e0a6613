import { sessionsEnded } from '#engine/own-users.ts';
import { record } from '#ledger/record.ts';
import { endSessions } from '#store/sessions.ts';
import { sessionsAtProvider, takeLogoutToken } from '#store/single-sign-on.ts';
import { inTransaction } from '#store/sql.ts';
import type { App } from './app.ts';
import { openProvider } from './identity-provider.ts';
import { Problem } from './problem.ts';

const event = 'http://schemas.openid.net/event/backchannel-logout';
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
  'Ed25519',
];
const actor = { kind: 'system', id: 'identity-provider', auth: 'none' } as const;

/** The identity provider says that somebody signed out there (OpenID Connect Back-Channel Logout 1.0). */
export async function logOutByProvider(app: App, token: string): Promise<void> {
  const { config, settings, fetch } = await openProvider(app);
  const { issuer, jwks_uri } = config.serverMetadata();
  const jose = await import('jose');
  const keys = jose.createRemoteJWKSet(new URL(jwks_uri ?? ''), {
    [jose.customFetch]: (url, it) => fetch(url, { ...it, body: null, headers: {} } as never),
  });
  const checked = await jose
    .jwtVerify(token, keys, {
      ...{ issuer, audience: settings.clientId ?? '', algorithms },
      ...{ requiredClaims: ['iat', 'jti', 'events'], maxTokenAge: '5 minutes' },
    })
    .catch((error: Error) => {
      throw bad(error.message);
    });
  const { jti = '', events, nonce, sub = null, sid } = checked.payload;
  const typ = checked.protectedHeader.typ?.toLowerCase();
  if (typ !== undefined && typ !== 'logout+jwt' && typ !== 'jwt')
    throw bad('it is of another type');
  if (nonce !== undefined) throw bad('it has a nonce, as tokens for signing in have');
  if (typeof events !== 'object' || events === null || !(event in events)) {
    throw bad('it is about another event');
  }
  const providerSession = typeof sid === 'string' ? sid : null;
  if (sub === null && providerSession === null) throw bad('it names nobody');
  await inTransaction(app.pool, async (tx) => {
    if (!(await takeLogoutToken(tx, jti))) throw bad('it was used before');
    const meant = await sessionsAtProvider(tx, { issuer, subject: sub, providerSession });
    for (const id of meant) {
      await record(tx, app.keys, sessionsEnded(actor, await endSessions(tx, { id })));
    }
  });
}

const bad = (why: string): Problem =>
  new Problem('not readable', `This logout token is not good: ${why}.`);

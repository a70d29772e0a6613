import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** An application that an administrator allowed in once, and a robot that comes for itself. */
export const application = { id: 'gatehouse', secret: 'a client secret' };
export const robot = { id: 'robot', secret: 'the secret: of 1 robot' };

/**
 * A real authorization server that replaces every refresh token, and an API that asks it about the tokens it is
 * shown: `/api/me` answers `{ client }`. Without a good token it answers 401, or where `refusesWith200` is set,
 * 200 with `{ error: 'invalid_auth' }`.
 */
export async function startAuthorizationServer() {
  const http = createServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const provider = new Provider(url, {
    clients: [
      {
        ...{ client_id: application.id, client_secret: application.secret },
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: ['https://gatehouse.example/back'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_post',
      },
      {
        ...{ client_id: robot.id, client_secret: robot.secret, scope: 'users.manage' },
        ...{ grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    scopes: ['openid', 'offline_access', 'users.manage'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    jwks: { keys: [key.export({ format: 'jwk' })] as never },
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    rotateRefreshToken: true,
    ttl: { ClientCredentials: 3_600, AccessToken: 3_600, Grant: 86_400, RefreshToken: 86_400 },
  });
  let exchanged = 0;
  provider.on('grant.success', () => {
    exchanged += 1;
  });
  const hooks = { refusesWith200: false };
  const find = async (token: string) =>
    (await provider.ClientCredentials.find(token)) ?? (await provider.AccessToken.find(token));

  const callback = provider.callback();
  http.on('request', async (request, response) => {
    if (request.url !== '/api/me') return callback(request, response);
    const found = await find((request.headers.authorization ?? '').replace('Bearer ', ''));
    const status = found || hooks.refusesWith200 ? 200 : 401;
    response.writeHead(status, { 'content-type': 'application/json' });
    const said = found ? { client: found.clientId } : { error: 'invalid_auth' };
    response.end(JSON.stringify(said));
  });
  const tokenUrl = `${url}/token`;
  return Object.assign(hooks, {
    tokenUrl,
    apiUrl: `${url}/api`,
    exchanges: () => exchanged,
    /** What comes of an administrator who says yes: a refresh token. */
    async allow(): Promise<string> {
      const client = await provider.Client.find(application.id);
      const grant = new provider.Grant({ accountId: 'admin', clientId: application.id });
      grant.addOIDCScope('openid offline_access');
      const token = new provider.RefreshToken({
        ...{ accountId: 'admin', client: client!, grantId: await grant.save() },
        ...{ scope: 'openid offline_access', gty: 'authorization_code', authTime: 1 },
      } as never);
      return token.save();
    },
    /** As somebody else would, who had it. */
    async exchange(refreshToken: string): Promise<void> {
      const body = new URLSearchParams({
        ...{ grant_type: 'refresh_token', refresh_token: refreshToken },
        ...{ client_id: application.id, client_secret: application.secret },
      });
      const { status } = await fetch(tokenUrl, { method: 'POST', body });
      assert.equal(status, 200);
    },
    /** Ends an access token before its time. */
    async takeBack(token: string): Promise<void> {
      const found = await find(token);
      assert.ok(found, 'there is such a token');
      await found.destroy();
    },
    close: () => void http.close(),
  });
}

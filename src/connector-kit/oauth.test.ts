import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { importJWK, jwtVerify } from 'jose';
import Provider, { errors } from 'oidc-provider';
import { z } from 'zod';
import type { ConnectorError } from '#core/failure.ts';
import { openHttp } from './http.ts';
import { type Grant, type OAuthOptions, openOAuth } from './oauth.ts';
import { failsAs } from './testing/fails-as.ts';
import { loopbackIo } from './testing/loopback-io.ts';

const resource = 'urn:meadow:directory';
const scopes = ['users.read', 'users.manage'];
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const pair = (kind: 'rsa' | 'ec') => {
  const made =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    pem: made.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    jwk: made.publicKey.export({ format: 'jwk' }),
  };
};
const rsa = pair('rsa');
const ec = pair('ec');
const server = await startAuthorizationServer();
after(() => server.close());

describe('an access token for ourselves', () => {
  const clients: Record<string, OAuthOptions['client']> = {
    'a secret in the header': {
      id: 'by-header',
      proof: { kind: 'secret', secret: 's3cret: with % signs', in: 'header' },
    },
    'a secret in the body': {
      id: 'by-body',
      proof: { kind: 'secret', secret: 'another secret', in: 'body' },
    },
    'an RSA key': {
      id: 'by-rsa',
      proof: { kind: 'key', key: { privateKey: rsa.pem, keyId: 'k1' } },
    },
    'a key in one line': {
      id: 'by-rsa',
      proof: { kind: 'key', key: { privateKey: rsa.pem.trim().replaceAll('\n', '\\n') } },
    },
    'a key with blanks for line ends': {
      id: 'by-rsa',
      proof: { kind: 'key', key: { privateKey: rsa.pem.replaceAll('\n', ' ') } },
    },
    'a P-256 key': { id: 'by-ec', proof: { kind: 'key', key: { privateKey: ec.pem } } },
  };
  for (const [proof, client] of Object.entries(clients)) {
    it(`is given for ${proof}, with the scopes that were asked for`, async () => {
      const oauth = openOAuth(loopbackIo, options({ client: client! }));
      assert.match(await oauth.header(), /^Bearer .{20,}$/);
      assert.deepEqual(await oauth.granted(), scopes);
    });
  }

  it('is asked for once, by however many clients, until it is refused', async () => {
    const it = options({ client: { id: 'counted', proof: secretOf('counted') } });
    const before = server.tokensGiven();
    const headers = await Promise.all(
      Array.from({ length: 20 }, () => openOAuth(loopbackIo, it).header()),
    );
    assert.equal(new Set(headers).size, 1);
    assert.equal(server.tokensGiven(), before + 1);

    const oauth = openOAuth(loopbackIo, it);
    await oauth.renew();
    assert.notEqual(await oauth.header(), headers[0]);
    assert.equal(server.tokensGiven(), before + 2);
  });

  it('is refused as not known, with the server’s words and without the secret', async () => {
    const secret = 'not-the-secret-1234';
    const oauth = openOAuth(
      loopbackIo,
      options({ client: { id: 'by-body', proof: { kind: 'secret', secret, in: 'body' } } }),
    );
    await assert.rejects(oauth.header(), (thrown) => {
      const { failure } = thrown as ConnectorError;
      assert.equal(failure.kind, 'unauthenticated');
      assert.match(failure.detail, /invalid_client/);
      assert.ok(!failure.detail.includes(secret));
      return true;
    });
    // Asked again, not remembered.
    const before = server.refusals();
    await assert.rejects(oauth.header());
    assert.equal(server.refusals(), before + 1);
  });

  it('is refused as forbidden when a scope is not for us', async () => {
    const oauth = openOAuth(
      loopbackIo,
      options({
        client: { id: 'reader', proof: secretOf('reader') },
        scopes: ['users.manage'],
      }),
    );
    await assert.rejects(oauth.header(), failsAs('forbidden', /invalid_scope/));
  });

  it('is not asked for with a key that is none, whose text stays out of the error', async () => {
    const privateKey = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----';
    const oauth = openOAuth(
      loopbackIo,
      options({ client: { id: 'by-rsa', proof: { kind: 'key', key: { privateKey } } } }),
    );
    await assert.rejects(oauth.header(), (thrown) => {
      const { failure } = thrown as ConnectorError;
      return failure.kind === 'unauthenticated' && !failure.detail.includes('c2VjcmV0');
    });
  });

  it('is not there while the server is not', async () => {
    const tokenUrl = 'http://127.0.0.1:9/token';
    const away = openOAuth(loopbackIo, { ...options({}), tokenUrl });
    await assert.rejects(away.header(), failsAs('unavailable'));
  });
});

describe('an access token for whoever a statement names', () => {
  const client = { id: 'by-statement', proof: secretOf('by-statement') };
  const grant = (more: Partial<Extract<Grant, { kind: 'jwt bearer' }>> = {}): Grant => ({
    ...{ kind: 'jwt bearer', issuer: 'service@meadow.example', subject: 'admin@meadow.example' },
    ...{ key: { privateKey: rsa.pem, keyId: 'k1' } },
    ...more,
  });

  it('is given for a statement that the known key signed', async () => {
    const oauth = openOAuth(loopbackIo, options({ client, grant: grant() }));
    assert.match(await oauth.header(), /^Bearer for admin@meadow.example/);
  });

  it('is refused for one that another key signed', async () => {
    const it = grant({ key: { privateKey: pair('rsa').pem, keyId: 'k1' } });
    const oauth = openOAuth(loopbackIo, options({ client, grant: it }));
    await assert.rejects(oauth.header(), failsAs('unauthenticated', /invalid_grant/));
  });
});

describe('a request with an access token', () => {
  it('is sent once more with a new token when the old one was taken back early', async () => {
    const it = options({ client: { id: 'taken-back', proof: secretOf('taken-back') } });
    const oauth = openOAuth(loopbackIo, it);
    const http = openHttp(loopbackIo, {
      baseUrl: server.apiUrl,
      headers: {},
      authorization: oauth,
    });
    const Who = z.object({ client: z.string(), said: z.unknown() });
    assert.deepEqual(await http.get('/me', Who), { client: 'taken-back', said: null });

    await server.takeBack(await oauth.header());
    const before = server.changes();
    assert.deepEqual(await http.post('/me', Who, { hello: 1 }), {
      client: 'taken-back',
      said: { hello: 1 },
    });
    assert.equal(server.changes(), before + 1);
  });

  it('fails as not known when the new one is refused as well', async () => {
    const it = options({ client: { id: 'shut-out', proof: secretOf('shut-out') } });
    const oauth = openOAuth(loopbackIo, it);
    const http = openHttp(loopbackIo, {
      baseUrl: server.apiUrl,
      headers: {},
      authorization: oauth,
    });
    await assert.rejects(http.get('/forbidden-for-all', z.unknown()), failsAs('unauthenticated'));
  });
});

function options(more: Partial<OAuthOptions>): OAuthOptions {
  return { tokenUrl: server.tokenUrl, grant: { kind: 'client credentials' }, scopes, ...more };
}

function secretOf(id: string) {
  return { kind: 'secret', secret: `secret of ${id}`, in: 'body' } as const;
}

describe('an access token for one account of a vendor', () => {
  it('is asked for with the account, and tells the scopes that it came with', async () => {
    const asked: { header: string | null; fields: object }[] = [];
    const oauth = openOAuth(
      {
        ...loopbackIo,
        fetch: async (input, init) => {
          const request = new Request(input, init);
          const fields = Object.fromEntries(new URLSearchParams(await request.text()));
          asked.push({ header: request.headers.get('authorization'), fields });
          return Response.json({
            access_token: 't',
            token_type: 'bearer',
            scope: 'a:read b:write',
          });
        },
      },
      {
        tokenUrl: 'https://vendor.test/oauth/token',
        client: { id: 'me', proof: { kind: 'secret', secret: 's', in: 'header' } },
        grant: { kind: 'account credentials', accountId: 'A-1' },
        scopes: [],
      },
    );
    assert.deepEqual(await oauth.granted(), ['a:read', 'b:write']);
    assert.equal(await oauth.header(), 'Bearer t');
    assert.deepEqual(asked, [
      {
        header: `Basic ${Buffer.from('me:s').toString('base64')}`,
        fields: { grant_type: 'account_credentials', account_id: 'A-1' },
      },
    ]);
  });
});

/** A real authorization server, and an API that asks it about the tokens it is shown. */
async function startAuthorizationServer() {
  const common = {
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    scope: scopes.join(' '),
  };
  const byBody = (id: string, secret = `secret of ${id}`) => ({
    ...common,
    client_id: id,
    client_secret: secret,
    token_endpoint_auth_method: 'client_secret_post' as const,
  });
  const http = createServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const provider = new Provider(url, {
    clients: [
      {
        ...common,
        ...{ client_id: 'by-header', client_secret: 's3cret: with % signs' },
        token_endpoint_auth_method: 'client_secret_basic',
      },
      byBody('by-body', 'another secret'),
      { ...byBody('reader'), scope: 'users.read' },
      { ...byBody('by-statement'), grant_types: [jwtBearer] },
      ...['counted', 'taken-back', 'shut-out'].map((id) => byBody(id)),
      {
        ...common,
        ...{ client_id: 'by-rsa', token_endpoint_auth_method: 'private_key_jwt' },
        jwks: { keys: [{ ...rsa.jwk, kid: 'k1', alg: 'RS256', use: 'sig' }] } as never,
      },
      {
        ...common,
        ...{ client_id: 'by-ec', token_endpoint_auth_method: 'private_key_jwt' },
        token_endpoint_auth_signing_alg: 'ES256',
        jwks: { keys: [{ ...ec.jwk, alg: 'ES256', use: 'sig' }] } as never,
      },
    ],
    scopes,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    jwks: {
      keys: [
        generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
      ] as never,
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: scopes.join(' '),
          accessTokenFormat: 'opaque',
          accessTokenTTL: 3_600,
        }),
      },
    },
    ttl: { ClientCredentials: 3_600 },
  });
  let given = 0;
  let refused = 0;
  let changed = 0;
  provider.on('grant.success', () => {
    given += 1;
  });
  provider.on('grant.error', () => {
    refused += 1;
  });

  provider.registerGrantType(
    jwtBearer,
    async (ctx) => {
      const assertion = String(ctx.oidc.params?.['assertion'] ?? '');
      const key = await importJWK(rsa.jwk as never, 'RS256');
      const checked = await jwtVerify(assertion, key, {
        audience: `${url}/token`,
        issuer: 'service@meadow.example',
      }).catch(() => null);
      if (!checked) throw new errors.InvalidGrant('the statement is not signed by the known key');
      ctx.body = {
        access_token: `for ${checked.payload.sub} ${assertion.slice(-20)}`,
        token_type: 'Bearer',
        expires_in: 3_600,
      };
    },
    ['assertion', 'scope'],
  );

  const callback = provider.callback();
  http.on('request', async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', url);
    if (!pathname.startsWith('/api')) return callback(request, response);
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    const found = await provider.ClientCredentials.find(token);
    if (!found?.clientId || pathname !== '/api/me') {
      response.writeHead(401).end();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.method === 'POST') changed += 1;
    const said = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : null;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ client: found.clientId, said }));
  });
  return {
    tokenUrl: `${url}/token`,
    apiUrl: `${url}/api`,
    tokensGiven: () => given,
    refusals: () => refused,
    changes: () => changed,
    async takeBack(header: string) {
      await (await provider.ClientCredentials.find(header.replace('Bearer ', '')))?.destroy();
    },
    close: () => void http.close(),
  };
}

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Exchange } from '#connector-kit/contract.ts';
import { forgetTokens } from '#connector-kit/kept-token.ts';
import {
  application,
  robot,
  startAuthorizationServer,
} from '#connector-kit/testing/authorization-server.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { clientOf, example, failureOf, json } from './example.ts';
import { http } from './index.ts';
import type { Json } from './pointer.ts';
import { settings } from './settings.ts';

type Server = Awaited<ReturnType<typeof startAuthorizationServer>>;
let server: Server;
before(async () => {
  server = await startAuthorizationServer();
});
after(() => server.close());

/** The example, signed in to the real server. */
function signedIn(signIn: Json, more: object, failures: Json[] = []) {
  const { tokenUrl: tokenAddress, apiUrl: address } = server;
  const check = { request: { method: 'GET', path: '/me' }, actingAs: '/client' };
  const description = { ...example.description, signIn, check, failures };
  return settings.parse({ ...example, address, tokenAddress, ...more, description });
}

const forItself = (more: object = {}, failures: Json[] = []) =>
  signedIn(
    { kind: 'client-credentials', scopes: ['users.manage'] },
    { clientId: robot.id, secret: robot.secret, ...more },
    failures,
  );

/** A `fetch` that remembers the access tokens that were shown to the API. */
function noticing() {
  const shown: string[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    const header = new Headers(init?.headers).get('authorization') ?? '';
    if (String(input).startsWith(server.apiUrl)) shown.push(header.replace('Bearer ', ''));
    return globalThis.fetch(input, init);
  };
  return { shown, fetch };
}

describe('a system that gives access tokens to its clients', () => {
  it('is asked for one once, by however many passes', async () => {
    const before = server.exchanges();
    for (const _ of [1, 2, 3]) {
      const client = http.open(forItself(), loopbackIo);
      assert.equal((await http.check(client)).actingAs, 'robot');
    }
    assert.equal(server.exchanges(), before + 1);
  });

  it('is asked for another one when it takes one back early, and gets the request once more', async () => {
    for (const refusesWith200 of [false, true]) {
      server.refusesWith200 = refusesWith200;
      const { shown, fetch } = noticing();
      const rules = [{ at: '/error', equals: 'invalid_auth', kind: 'unauthenticated' }];
      const client = http.open(forItself({}, rules), { ...loopbackIo, fetch });
      await http.check(client);
      await server.takeBack(shown[0] ?? '');

      assert.equal((await http.check(client)).actingAs, 'robot');
      assert.equal(shown.length, 3);
      assert.notEqual(shown[2], shown[0]);
    }
    server.refusesWith200 = false;
  });

  it('that refuses the new one as well is not asked again and again', async () => {
    forgetTokens();
    const { shown, fetch } = noticing();
    const bad: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      return String(input).startsWith(server.apiUrl) ? json({}, { status: 401 }) : answer;
    };
    const before = server.exchanges();
    const client = http.open(forItself(), { ...loopbackIo, fetch: bad });
    await assert.rejects(http.check(client), failsAs('unauthenticated'));
    assert.deepEqual([shown.length, server.exchanges() - before], [2, 2]);
  });

  it('that does not know us is asked once, and its words come without the secret', async () => {
    const { shown, fetch } = noticing();
    const asked: string[] = [];
    const counting: typeof fetch = (input, init) => {
      asked.push(String(input));
      return fetch(input, init);
    };
    const wrong = forItself({ secret: 'not the secret' });
    const failure = await failureOf(
      http.check(http.open(wrong, { ...loopbackIo, fetch: counting })),
    );
    assert.equal(failure.kind, 'unauthenticated');
    assert.match(failure.detail, /invalid_client/);
    assert.deepEqual([asked, shown], [[server.tokenUrl], []]);
  });

  it('may repeat the token that it gave, and nobody reads it', async () => {
    const { shown, fetch } = noticing();
    const echo: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (!String(input).startsWith(server.apiUrl)) return answer;
      return json({ said: `${shown.at(-1)} is no token` }, { status: 400 });
    };
    const client = http.open(forItself(), { ...loopbackIo, fetch: echo });
    const { detail } = await failureOf(http.check(client));
    assert.match(detail, /\[redacted\] is no token/);
  });
});

describe('what is sent for a token', () => {
  const tokenAddress = 'https://badge.example/oauth/token';
  const cases: [signIn: Record<string, Json>, type: string, body: RegExp][] = [
    [{ secretIn: 'body' }, 'application/x-www-form-urlencoded', /client_secret=s%26t/],
    [{ secretIn: 'body', sentAs: 'json' }, 'application/json', /"client_secret":"s&t"/],
    [{ fields: { audience: 'urn:badges' } }, 'application/x-www-form-urlencoded', /audience=urn/],
  ];
  for (const [signIn, type, body] of cases) {
    it(`follows ${JSON.stringify(signIn)}`, async () => {
      forgetTokens();
      const description = {
        ...example.description,
        signIn: { kind: 'client-credentials', ...signIn },
      };
      const ours = { ...example, description, tokenAddress, clientId: 'me', secret: 's&t' };
      const given = json({ access_token: 't', token_type: 'Bearer', expires_in: 3600 });
      const { client, sent } = clientOf(settings.parse(ours), given, json({ login: 'me' }));

      await http.check(client);

      assert.deepEqual(
        sent.map((it) => it.url),
        [tokenAddress, 'https://badge.example/api/me'],
      );
      assert.equal(sent[0]?.headers.get('content-type'), type);
      assert.match(sent[0]?.body ?? '', body);
      assert.match(sent[0]?.body ?? '', /client_credentials/);
      assert.equal(sent[1]?.headers.get('authorization'), 'Bearer t');
    });
  }
});

describe('a system that somebody once allowed us into', () => {
  async function allowed() {
    const held = new Map([['refreshToken', await server.allow()]]);
    const { shown, fetch } = noticing();
    /** As each pass opens it, with what is kept then. */
    const open = () => {
      const replaceSecrets = async (exchange: Exchange) => {
        const given = await exchange(held);
        for (const [name, value] of Object.entries(given)) held.set(name, value);
      };
      const known = signedIn(
        { kind: 'refresh-token', secretIn: 'body' },
        { clientId: application.id, secret: application.secret, ...Object.fromEntries(held) },
      );
      return http.open(known, { ...loopbackIo, fetch, replaceSecrets });
    };
    return { held, shown, open };
  }

  it('gives the first access token for the refresh token, and both are kept', async () => {
    const { held, open } = await allowed();
    const first = held.get('refreshToken');
    const before = server.exchanges();
    for (const _ of [1, 2]) assert.equal((await http.check(open())).actingAs, 'gatehouse');
    assert.equal(server.exchanges(), before + 1);
    assert.notEqual(held.get('refreshToken'), first);
  });

  it('gives the next one when one is refused', async () => {
    const { held, shown, open } = await allowed();
    await http.check(open());
    await server.takeBack(held.get('accessToken') ?? '');

    assert.equal((await http.check(open())).actingAs, 'gatehouse');
    assert.equal(shown.length, 3);
  });

  it('tells that a refresh token was used elsewhere, and what helps', async () => {
    const { held, open } = await allowed();
    await server.exchange(held.get('refreshToken') ?? '');
    await assert.rejects(
      http.check(open()),
      failsAs('unauthenticated', /enter the new refresh token/),
    );
  });
});

describe('a secret in a header', () => {
  it('has what the system wants before it, and the user in a header beside it', async () => {
    const signIn = {
      kind: 'header',
      name: 'Authorization',
      prefix: 'Token token=',
      userIn: 'X-Id',
    };
    const description = { ...example.description, signIn };
    const ours = { ...example, description, user: 'u-1' };
    const { client, sent } = clientOf(settings.parse(ours), json({ login: 'me' }));

    await http.check(client);

    assert.equal(sent[0]?.headers.get('authorization'), `Token token=${example.secret}`);
    assert.equal(sent[0]?.headers.get('x-id'), 'u-1');
  });
});

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type JWTPayload, SignJWT } from 'jose';
import Provider from 'oidc-provider';

export const client = { id: 'gatehouse', secret: 'the secret of gatehouse there' };

/** Somebody at the provider, with what it says of them and of how they signed in. */
export interface Member {
  readonly sub: string;
  readonly name: string;
  readonly email: string;
  readonly groups: readonly string[];
  readonly amr?: readonly string[];
}

/** A real identity provider on this machine, in which whoever comes is signed in at once as `member`. */
export async function startIdentityProvider(callback: string) {
  const http = createServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const members = new Map<string, Member>();
  const state = { member: null as Member | null, logouts: [] as string[], asked: [] as URL[] };
  const provider = new Provider(url, {
    clients: [
      {
        ...{ client_id: client.id, client_secret: client.secret },
        ...{ redirect_uris: [callback], response_types: ['code'] },
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'client_secret_basic',
        backchannel_logout_uri: `${url}/told`,
        backchannel_logout_session_required: true,
      },
    ],
    scopes: ['openid', 'email', 'profile'],
    claims: {
      openid: ['sub', 'acr', 'amr'],
      email: ['email', 'email_verified'],
      profile: ['name', 'groups'],
    },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    jwks: {
      keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256' }] as never,
    },
    cookies: { keys: ['a key of this test'] },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
    },
    // Its own refuses addresses of this machine.
    fetch: (to, { method, body, headers } = {}) =>
      fetch(to as URL, { method, body, headers } as never),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: async () => ({ ...members.get(sub), sub, email_verified: true }),
    }),
  });

  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { params } = await provider.interactionDetails(request, response);
    const { member } = state;
    assert.ok(member, 'somebody signs in');
    const grant = new provider.Grant({
      accountId: member.sub,
      clientId: String(params['client_id']),
    });
    grant.addOIDCScope('openid email profile');
    const result = {
      login: { accountId: member.sub, ...(member.amr ? { amr: [...member.amr] } : {}) },
      consent: { grantId: await grant.save() },
    };
    await provider.interactionFinished(request, response, result, {
      mergeWithLastSubmission: false,
    });
  }
  async function told(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const part of request) text += part;
    state.logouts.push(new URLSearchParams(text).get('logout_token') ?? '');
    response.end();
  }
  const answer = provider.callback();
  http.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/')) return void interact(request, response);
    if (request.url === '/told') return void told(request, response);
    return void answer(request, response);
  });

  return {
    url,
    /** Goes where Gatehouse sends a browser, signs in as somebody, and says where the provider sends it back to. */
    async visit(from: string, member: Member): Promise<URL> {
      state.member = member;
      members.set(member.sub, member);
      state.asked.push(new URL(from));
      const jar = new Map<string, string>();
      let next = new URL(from);
      for (let steps = 0; steps < 10; steps += 1) {
        const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
        const response = await fetch(next, { redirect: 'manual', headers: { cookie } });
        for (const set of response.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
          jar.set(name, value);
        }
        const location = response.headers.get('location');
        assert.ok(location, `${next} answers ${response.status}: ${await response.text()}`);
        next = new URL(location, next);
        if (next.href.startsWith(callback)) return next;
      }
      throw new Error('the provider sends the browser around and around');
    },
    /** What Gatehouse asked for when it sent the last browser. */
    asked: () => state.asked.at(-1)!.searchParams,
    /** The token with which the provider itself tells that somebody signed out. */
    async logoutToken(sub: string, sid?: string): Promise<string> {
      const found = await provider.Client.find(client.id);
      await (
        found as unknown as { backchannelLogout(...it: unknown[]): Promise<void> }
      ).backchannelLogout(sub, sid);
      return state.logouts.at(-1)!;
    },
    /** Signed by the key of the provider, whatever it says. */
    sign: (payload: Readonly<Record<string, unknown>>, typ = 'logout+jwt') =>
      new SignJWT(payload as JWTPayload)
        .setProtectedHeader({ alg: 'RS256', kid: 'one', typ })
        .sign(privateKey),
    close: () => {
      http.closeAllConnections();
      http.close();
    },
  };
}

import assert from 'node:assert/strict';
import { makeSignInLink } from '#app/sign-in-links.ts';
import type { TestUser } from '#app/testing/app.ts';
import { makePasskey, type SoftwarePasskey } from '#app/testing/passkey.ts';
import type { Asked, TestApi } from './api.ts';

/** A page of Gatehouse in a browser, which keeps the cookie of its session. */
export interface Browser {
  /** The secret of the session; null: there is none. A test may plant another. */
  secret: string | null;
  /** What it holds while it is at the identity provider. */
  more: string | null;
  ask(path: string, it?: Asked): Promise<Response>;
  /** Asks for JSON; fails when the status is another. */
  read<Body>(path: string, it?: Asked & { status?: number }): Promise<Body>;
}

const name = '__Host-gate';

export function openBrowser(api: TestApi): Browser {
  const browser: Browser = {
    secret: null,
    more: null,
    async ask(path, it = {}) {
      const isAct = (it.method ?? 'GET') !== 'GET' || it.json !== undefined;
      const answer = await api.ask(path, {
        // An act is sent as JSON, even where there is nothing to say.
        ...(isAct && it.text === undefined ? { json: {} } : {}),
        ...it,
        headers: {
          'sec-fetch-site': 'same-origin',
          'content-type': 'application/json',
          cookie: [
            ...(browser.secret === null ? [] : [`${name}=${browser.secret}`]),
            ...(browser.more === null ? [] : [`${name}-sign-in=${browser.more}`]),
          ].join('; '),
          ...it.headers,
        },
      });
      const set = answer.headers.getSetCookie().find((one) => one.startsWith(`${name}=`));
      if (set) browser.secret = /=([^;]+)/.exec(set)?.[1] ?? null;
      if (set && /max-age=0/i.test(set)) browser.secret = null;
      const more = answer.headers.getSetCookie().find((one) => one.startsWith(`${name}-sign-in=`));
      if (more && !/max-age=0/i.test(more)) browser.more = /=([^;]+)/.exec(more)?.[1] ?? null;
      return answer;
    },
    async read<Body>(path: string, { status = 200, ...it }: Asked & { status?: number } = {}) {
      const response = await browser.ask(path, it);
      const body = await response.text();
      assert.equal(response.status, status, body);
      return JSON.parse(body) as Body;
    },
  };
  return browser;
}

/** What stands behind the `#` of a link that was made on the server for somebody. */
export async function linkFor(api: TestApi, who: TestUser): Promise<string> {
  const { email } = who.caller.user;
  const { publicUrl } = api.app;
  const { url } = await makeSignInLink(api.app, { email, method: 'link', publicUrl });
  return new URL(url).hash.slice(1);
}

/** Where the passkeys of tests are used. */
export const ourPage = {
  origin: 'https://gatehouse.meadow.example',
  rpId: 'gatehouse.meadow.example',
};

/** Registers the first passkey of whoever is signed in. */
export async function registerPasskey(browser: Browser): Promise<SoftwarePasskey> {
  const passkey = makePasskey();
  const path = '/api/v1/users/me/passkeys';
  const { creation } = await browser.read<{ creation: { challenge: string } }>(`${path}/options`, {
    method: 'POST',
  });
  const attestation = passkey.attest(creation.challenge, ourPage);
  await browser.read(path, { json: { name: 'key ring', attestation } });
  return passkey;
}

/** Signs with a passkey, so that for five minutes the session may what takes that. */
export async function stepUp(browser: Browser, passkey: SoftwarePasskey): Promise<Response> {
  const { challenge } = await browser.read<{ challenge: string }>(
    '/api/v1/session/step-up/options',
    { method: 'POST' },
  );
  const assertion = passkey.sign(challenge, ourPage);
  return browser.ask('/api/v1/session/step-up', { json: { assertion } });
}

/** A browser in which somebody has signed in, with a link. */
export async function signedIn(api: TestApi, who: TestUser): Promise<Browser> {
  const browser = openBrowser(api);
  const link = await linkFor(api, who);
  const { status } = await browser.ask('/sign-in/claim', { json: { link } });
  assert.equal(status, 204);
  return browser;
}

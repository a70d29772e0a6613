import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type Role, rights, roles } from '#core/user.ts';
import { startTestApi, type TestApi } from './testing/api.ts';
import { type Browser, registerPasskey, signedIn, stepUp } from './testing/browser.ts';
import { requestFor, requests } from './testing/requests.ts';

/** What would end the sessions of this test; `session.test.ts` says who may. */
const endings = ['DELETE /session', 'DELETE /sessions'];
const routes = Object.keys(requests).filter((it) => !endings.includes(it));

/** One's own; or what does not exist for those who may not see it. */
const forEverybody = [
  'DELETE /sessions/:id',
  'DELETE /tokens/:id',
  'GET /live',
  'GET /session',
  'GET /sessions',
  'GET /steps/:id/proofs/:sha256',
  'GET /tokens',
  'GET /users/me/passkeys',
  'DELETE /users/me/password',
  'GET /users/me/password',
  'POST /users/me/password/options',
  'PUT /users/me/password',
  'POST /session/step-up',
  'POST /session/step-up/options',
  'POST /users/me/passkeys',
  'POST /users/me/passkeys/:id/remove',
  'POST /users/me/passkeys/options',
];

/** Acts that take a signature of the last five minutes, of those that say so before they look for what they are about. */
const weighty = [
  'GET /audit/export',
  'POST /erasures/:id/approve',
  'POST /connections/:id/pause',
  'POST /connections/:id/go-live',
  'PUT /connections/:id',
  'DELETE /connections/:id',
  'PATCH /settings/:name',
  'POST /bulk-starts/:id/approve',
  'POST /cases/:id/evidence',
  'POST /cases/release',
  'GET /evidence/:id/file',
  'POST /evidence',
  'POST /playbooks/:id/publish',
  'POST /playbooks/:id/move',
  'POST /feeds/:id/release',
  'POST /feeds/:id/refuse',
  'POST /protections',
  'POST /protections/:id/lift',
  'PUT /surveys/:name',
  'DELETE /kill-switch',
  'PUT /single-sign-on/secret',
];

const typeOf = async (response: Response): Promise<string> => {
  const type = response.headers.get('content-type') ?? '';
  if (!type.includes('problem')) return 'none';
  const { type: urn } = (await response.json()) as { type: string };
  return urn.replace('urn:gatehouse:problem:', '');
};

describe('every route, asked by every role', () => {
  let api: TestApi;
  const browsers = new Map<Role, Browser>();
  before(async () => {
    api = await startTestApi();
    for (const role of roles) {
      const user = await api.addUser(`Robin ${role}`, [role]);
      const browser = await signedIn(api, user);
      const passkey = await registerPasskey(browser);
      assert.equal((await stepUp(browser, passkey)).status, 204);
      browsers.set(role, browser);
    }
  });

  it('is for those who hold a right, in a session as in general', async () => {
    const known = new Set(Object.values(rights).map((it) => [...it].toSorted().join()));
    const open: string[] = [];
    for (const route of routes) {
      const { path, it: asked } = requestFor(route);
      const allowed: Role[] = [];
      for (const role of roles) {
        const answer = await typeOf(await browsers.get(role)!.ask(path, asked));
        assert.ok(!['step-up-needed', 'unauthenticated'].includes(answer), `${role}: ${route}`);
        if (answer !== 'not-allowed') allowed.push(role);
      }
      if (allowed.length === roles.length) open.push(route);
      else assert.ok(known.has(allowed.toSorted().join()), `${route} is for ${allowed.join()}`);
    }
    assert.deepEqual(open.toSorted(), forEverybody.toSorted());
  });

  it('asks a session to sign for what weighs much, and for nothing else', async () => {
    const everybody = await api.addUser('Eve Rybody', ['it-admin', 'security', 'hr']);
    const browser = await signedIn(api, everybody);
    const asking: string[] = [];
    for (const route of routes) {
      const { path, it: asked } = requestFor(route);
      const answer = await browser.ask(path, asked);
      if ((await typeOf(answer)) === 'step-up-needed') asking.push(route);
    }
    assert.deepEqual(asking.toSorted(), weighty.toSorted());
  });

  it('refuses every act that a page of another site sends', async () => {
    const browser = browsers.get('security')!;
    const headers = { 'sec-fetch-site': 'cross-site' };
    for (const route of Object.keys(requests).filter((it) => !it.startsWith('GET '))) {
      const { path, it: asked } = requestFor(route);
      const answer = await browser.ask(path, {
        ...asked,
        headers: { ...asked.headers, ...headers },
      });
      assert.equal(answer.status, 403, route);
    }
  });
});

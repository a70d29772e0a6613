import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import type { SoftwarePasskey } from '#app/testing/passkey.ts';
import type { CurrentSession } from './contract/session.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';
import {
  type Browser,
  openBrowser,
  ourPage,
  registerPasskey,
  signedIn,
  stepUp,
} from './testing/browser.ts';
import { client, type Member, startIdentityProvider } from './testing/identity-provider.ts';

const callback = `${ourPage.origin}/sign-in/oidc/callback`;
const hana: Member = {
  ...{ sub: 'u-1', name: 'Hana Sato', email: 'hana@meadow.example', groups: ['people'] },
};

describe('single sign-on', () => {
  let api: TestApi;
  let provider: Awaited<ReturnType<typeof startIdentityProvider>>;
  let ada: TestUser;
  let second: TestUser | undefined;
  before(async () => {
    api = await startTestApi();
    provider = await startIdentityProvider(callback);
    ada = await api.addUser('Ada Admin', ['it-admin', 'security']);
    await set({
      issuer: provider.url,
      clientId: client.id,
      groups: [
        { group: 'people', roles: ['hr'] },
        { group: 'admins', roles: ['it-admin'] },
        { group: 'audit', roles: ['auditor'] },
      ],
    });
    const json = { secret: client.secret };
    const path = '/api/v1/single-sign-on/secret';
    assert.equal((await api.ask(path, { method: 'PUT', json, token: ada.token })).status, 204);
  });
  after(() => provider.close());
  beforeEach(() => api.pools.admin.query('delete from sign_in_attempts'));

  const change = (json: object, { token } = ada) =>
    api.ask('/api/v1/settings/signIn', { method: 'PATCH', json, token });
  /** Lets others in once a second person says the same, as soon as there is one. */
  const set = async (json: object) => {
    const answer = await change(json);
    if (answer.status !== 202) return assert.equal(answer.status, 200, await answer.text());
    second ??= await api.addUser('Sina Second', ['security']);
    assert.equal((await change(json, second)).status, 200);
  };
  const begin = async (browser: Browser, json: object = {}) =>
    (await browser.read<{ url: string }>('/sign-in/oidc/start', { json })).url;
  /** Comes back from the provider. The second cookie, which binds it to the browser, is kept by the helper. */
  const comeBack = (browser: Browser, to: URL) => browser.ask(`${to.pathname}${to.search}`);
  const enter = async (member: Member, json: object = {}, browser = openBrowser(api)) => {
    const answer = await comeBack(
      browser,
      await provider.visit(await begin(browser, json), member),
    );
    return { browser, answer, location: answer.headers.get('location') ?? '' };
  };
  const why = (location: string) =>
    new URL(location, ourPage.origin).searchParams.get('problem') ?? '';
  const session = (browser: Browser) => browser.read<CurrentSession>('/api/v1/session');

  it('asks with a code, PKCE, state and nonce, and for the exact address to come back to', async () => {
    await enter(hana);
    const asked = provider.asked();
    assert.equal(asked.get('response_type'), 'code');
    assert.equal(asked.get('code_challenge_method'), 'S256');
    assert.equal(asked.get('redirect_uri'), callback);
    for (const name of ['state', 'nonce', 'code_challenge']) {
      assert.match(asked.get(name) ?? '', /^[A-Za-z0-9_-]{43}$/);
    }
  });

  it('lets in whom a group admits, as a user of their own', async () => {
    const { browser, answer, location } = await enter(hana, { to: '/cases?state=running' });

    assert.equal(answer.status, 303, why(location));
    assert.equal(location, '/cases?state=running');
    const { user, auth, steppedUpUntil } = await session(browser);
    assert.deepEqual([user.name, user.email, user.roles], ['Hana Sato', hana.email, ['hr']]);
    assert.deepEqual([auth, steppedUpUntil], ['oidc', null]);
    const again = await session((await enter({ ...hana, email: 'h.sato@meadow.example' })).browser);
    assert.equal(again.user.id, user.id, 'the address may change');
  });

  it('refuses whom nobody knows and no group admits', async () => {
    const stranger = { ...hana, sub: 'u-9', email: 's@meadow.example', groups: ['others'] };
    const { browser, location } = await enter(stranger);
    assert.match(why(location), /^unknown-user$/);
    assert.equal((await browser.ask('/api/v1/session')).status, 401);
  });

  it('never takes an address for a person', async () => {
    const pretender = { ...hana, sub: 'u-2', email: ada.caller.user.email };
    const { browser, location } = await enter(pretender);
    assert.match(why(location), /^address-taken$/);
    assert.equal((await browser.ask('/api/v1/session')).status, 401);
  });

  it('links the account of whoever is signed in, and has just shown who they are', async () => {
    const browser = await signedIn(api, ada);
    const member = { ...hana, sub: 'u-3', email: 'ada@elsewhere.example', amr: ['mfa'] };
    await enter(member, { link: true }, browser);
    assert.equal((await session(browser)).user.id, ada.caller.user.id);

    const { user, auth } = await session((await enter(member)).browser);
    assert.deepEqual([user.id, auth], [ada.caller.user.id, 'oidc']);
    const other = await signedIn(api, await api.addUser('Otto Other', ['hr']));
    const { location } = await enter(member, { link: true }, other);
    assert.match(why(location), /^linked-elsewhere$/);
    const nobody = await openBrowser(api).ask('/sign-in/oidc/start', { json: { link: true } });
    await problemIn(nobody, 401);
  });

  it('takes more than a password of administrators, by what the provider signed', async () => {
    const boss = { ...hana, sub: 'u-4', email: 'boss@meadow.example', groups: ['admins'] };
    assert.match(why((await enter(boss)).location), /^too-weak$/);
    assert.match(why((await enter({ ...boss, amr: ['pwd'] })).location), /^too-weak$/);
    const { browser } = await enter({ ...boss, amr: ['pwd', 'mfa'] });
    assert.deepEqual((await session(browser)).user.roles, ['it-admin']);

    const passkey = await registerPasskey(browser);
    await stepUp(browser, passkey);
    assert.equal((await session(browser)).auth, 'oidc+webauthn');
  });

  it('follows the groups of whom a group let in', async () => {
    const member = { ...hana, sub: 'u-5', email: 'five@meadow.example' };
    await enter(member);
    const moved = await enter({ ...member, groups: ['audit'] });
    assert.deepEqual((await session(moved.browser)).user.roles, ['auditor']);
    const both = await enter({ ...member, groups: ['audit', 'people'] });
    assert.match(why(both.location), /^roles-conflict$/);
    assert.match(why((await enter({ ...member, groups: [] })).location), /^unknown-user$/);
    await api.sequenceAll();
    const facts = (await api.entries()).map(({ body }) => body);
    const fact = facts.find((it) => it['type'] === 'role.changed');
    const { user: _, ...change } = (fact?.['data'] ?? {}) as Record<string, unknown>;
    assert.deepEqual(change, { before: ['hr'], after: ['auditor'] });
  });

  it('ends only where it began, once, within ten minutes, and as the provider sent it', async () => {
    const refused = async (browser: Browser, to: URL, reason: RegExp) => {
      const answer = await comeBack(browser, to);
      assert.match(why(answer.headers.get('location') ?? ''), reason);
      assert.equal((await browser.ask('/api/v1/session')).status, 401);
    };
    const start = async () => {
      const browser = openBrowser(api);
      return { browser, to: await provider.visit(await begin(browser), hana) };
    };
    const elsewhere = await start();
    await refused(openBrowser(api), elsewhere.to, /^not-begun-here$/);
    const used = await start();
    await comeBack(used.browser, used.to);
    const again = openBrowser(api);
    again.more = used.browser.more;
    await refused(again, used.to, /^not-begun-here$/);
    const late = await start();
    await api.pools.admin.query(
      `update sign_ins_under_way set expires_at = expires_at - interval '10 minutes'`,
    );
    await refused(late.browser, late.to, /^not-begun-here$/);
    for (const [name, value] of [
      ['state', 'A'.repeat(43)],
      ['iss', 'https://evil.example'],
      ['code', 'A'.repeat(43)],
    ] as const) {
      const { browser, to } = await start();
      to.searchParams.set(name, value);
      await refused(browser, to, /^(not-begun-here|provider)$/);
    }
    const mixed = await start();
    mixed.to.searchParams.delete('iss');
    await refused(mixed.browser, mixed.to, /^provider$/);
  });

  it('goes on to pages of ours alone', async () => {
    const wrong = [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      '/\t/evil.example',
      'javascript:alert(1)',
      'cases',
      '',
    ];
    for (const to of wrong) {
      const answer = await openBrowser(api).ask('/sign-in/oidc/start', { json: { to } });
      await problemIn(answer, 422);
    }
    const foreign = { json: {}, headers: { 'sec-fetch-site': 'cross-site' } };
    await problemIn(await openBrowser(api).ask('/sign-in/oidc/start', foreign), 403);
  });

  it('ends sessions when the provider says that somebody signed out there', async () => {
    const member = { ...hana, sub: 'u-6', email: 'six@meadow.example' };
    const [one, other] = [await enter(member), await enter(hana)];
    const isIn = async ({ browser }: { browser: Browser }) =>
      (await browser.ask('/api/v1/session')).status === 200;
    const tell = (token: string) =>
      api.ask('/sign-in/oidc/logout', {
        text: new URLSearchParams({ logout_token: token }).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
    const now = Math.floor(Date.now() / 1_000);
    const good = {
      ...{ iss: provider.url, aud: client.id, iat: now, exp: now + 120, jti: randomUUID() },
      ...{ sub: member.sub },
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    };
    const bad: Record<string, unknown>[] = [
      { ...good, jti: randomUUID(), nonce: 'n' },
      { ...good, jti: randomUUID(), events: {} },
      { ...good, jti: randomUUID(), aud: 'another' },
      { ...good, jti: randomUUID(), iss: 'https://evil.example' },
      { ...good, jti: randomUUID(), iat: now - 3_600 },
      { ...good, jti: randomUUID(), sub: undefined },
      { ...good, jti: undefined },
    ];
    for (const it of bad) await problemIn(await tell(await provider.sign(it)), 422);
    await problemIn(await tell(await provider.sign({ ...good, jti: randomUUID() }, 'at+jwt')), 422);
    await problemIn(await tell(`${(await provider.sign(good)).slice(0, -8)}AAAAAAAA`), 422);
    await problemIn(await tell('x'), 422);
    assert.ok(await isIn(one), 'none of these counted');

    const token = await provider.logoutToken(member.sub);
    assert.equal((await tell(token)).status, 200);
    assert.ok(!(await isIn(one)));
    assert.ok(await isIn(other));
    await problemIn(await tell(token), 422);
  });

  it('sends its secret to the provider alone that it was entered for', async () => {
    second ??= await api.addUser('Sina Second', ['security']);
    assert.equal((await change({ issuer: 'http://127.0.0.1:9' })).status, 202);
    await api.read('/api/v1/single-sign-on/check', { method: 'POST', token: ada.token });
    await set({ issuer: 'http://127.0.0.1:9' });
    const answer = await openBrowser(api).ask('/sign-in/oidc/start', { json: {} });
    assert.match((await problemIn(answer, 409)).detail, /not set up/);
    await set({ issuer: provider.url });
    const check = await api.read<Record<string, unknown>>('/api/v1/single-sign-on/check', {
      method: 'POST',
      token: ada.token,
    });
    assert.deepEqual(check, {
      issuer: provider.url,
      authorizationEndpoint: `${provider.url}/auth`,
      redirectUri: callback,
      logoutUri: `${ourPage.origin}/sign-in/oidc/logout`,
      tried: true,
    });
  });

  describe('where it is enforced', () => {
    let keys: { readonly who: TestUser; readonly passkey: SoftwarePasskey }[];
    before(async () => {
      keys = [];
      for (const name of ['Bea Glass', 'Ben Glass', 'Nina Normal']) {
        const who = await api.addUser(name, ['security']);
        keys.push({ who, passkey: await registerPasskey(await signedIn(api, who)) });
      }
    });
    const emails = () => keys.slice(0, 2).map(({ who }) => who.caller.user.email);
    const byPasskey = async ({ passkey }: { passkey: SoftwarePasskey }) => {
      const options = { method: 'POST' };
      const browser = openBrowser(api);
      const { challenge } = await browser.read<{ challenge: string }>(
        '/sign-in/passkey/options',
        options,
      );
      return browser.ask('/sign-in/passkey', {
        json: { assertion: passkey.sign(challenge, ourPage) },
      });
    };

    it('has been tried, and has two accounts around it', async () => {
      const refuse = async (json: object, reason: RegExp) => {
        const { errors } = await problemIn(await change(json), 422);
        assert.match(errors.map((it) => it.problem).join(), reason);
      };
      await refuse({ enforced: true }, /two break-glass accounts/);
      await refuse(
        { enforced: true, breakGlass: emails().slice(0, 1) },
        /two break-glass accounts/,
      );
      await refuse({ breakGlass: ['nobody@meadow.example'] }, /address of a user/);
      const untried = { enforced: true, breakGlass: emails(), clientId: 'another' };
      await refuse(untried, /Nobody has signed in with these settings/);
      await set({ enforced: true, breakGlass: emails() });
      assert.deepEqual(await openBrowser(api).read('/sign-in/ways'), {
        singleSignOn: true,
        enforced: true,
      });
    });

    it('lets in nobody else by passkey, and tells everybody of a break-glass account', async () => {
      assert.match((await problemIn(await byPasskey(keys[2]!), 401)).detail, /single sign-on/);
      assert.equal((await byPasskey(keys[0]!)).status, 204);
      const { items } = await api.read<{ items: { kind: string; title: string }[] }>(
        '/api/v1/alerts',
        ada,
      );
      assert.ok(items.some((it) => it.kind === 'sign-in.break-glass'));
      await api.sequenceAll();
      const types = (await api.entries()).map(({ body }) => body['type']);
      assert.ok(types.includes('login.break-glass'));
    });

    it('lets them in while the provider is away', async () => {
      provider.close();
      const answer = await openBrowser(api).ask('/sign-in/oidc/start', { json: {} });
      assert.match((await problemIn(answer, 409)).detail, /does not answer/);
      assert.equal((await byPasskey(keys[1]!)).status, 204);
    });
  });
});

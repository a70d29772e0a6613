import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { stateFailures } from '#app/sign-in-limits.ts';
import type { TestUser } from '#app/testing/app.ts';
import { makePasskey, type SoftwarePasskey } from '#app/testing/passkey.ts';
import { disableUser } from '#app/users.ts';
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

describe('signing in with a passkey', () => {
  let api: TestApi;
  let sam: TestUser;
  let passkey: SoftwarePasskey;
  before(async () => {
    api = await startTestApi();
    sam = await api.addUser('Sam Security', ['security']);
    passkey = await registerPasskey(await signedIn(api, sam));
  });
  // Every test has its tries.
  beforeEach(() => api.pools.admin.query('delete from sign_in_attempts'));

  const challenge = async (browser = openBrowser(api)) =>
    (
      await browser.read<{ challenge: string; allowCredentials: unknown[] }>(
        '/sign-in/passkey/options',
        { method: 'POST' },
      )
    ).challenge;
  const present = (browser: Browser, assertion: object) =>
    browser.ask('/sign-in/passkey', { json: { assertion } });
  const enter = async (by = passkey, browser = openBrowser(api)) => {
    const answer = await present(browser, by.sign(await challenge(browser), ourPage));
    return { answer, browser };
  };
  const refused = async (answer: Response) =>
    assert.match((await problemIn(answer, 401)).detail, /^This passkey lets nobody in/);

  it('takes no name: the passkey says whose it is, and has just signed', async () => {
    const { answer, browser } = await enter();

    assert.equal(answer.status, 204);
    assert.match(answer.headers.get('set-cookie') ?? '', /^__Host-gate=.*HttpOnly; Secure/);
    const { user, auth, steppedUpUntil } = await browser.read<CurrentSession>('/api/v1/session');
    assert.deepEqual([user.name, auth], ['Sam Security', 'webauthn']);
    assert.ok(steppedUpUntil !== null);
    await api.sequenceAll();
    const facts = (await api.entries()).map(({ body }) => body);
    const fact = facts.findLast((it) => it['type'] === 'login.succeeded');
    assert.deepEqual(fact?.['data'], { method: 'passkey' });
  });

  it('is not for one that came with a key of the API, which keeps nobody from registering their own', async () => {
    const kim = await api.addUser('Kim Keyholder', ['it-admin']);
    const stolen = makePasskey();
    const path = '/api/v1/users/me/passkeys';
    const { creation } = await api.read<{ creation: { challenge: string } }>(`${path}/options`, {
      token: kim.token,
      method: 'POST',
    });
    const attestation = stolen.attest(creation.challenge, ourPage);
    await api.read(path, { token: kim.token, json: { name: 'not of Kim', attestation } });

    await refused((await enter(stolen)).answer);
    const browser = await signedIn(api, kim);
    await assert.rejects(stepUp(browser, stolen));
    const own = await registerPasskey(browser);
    assert.equal((await stepUp(browser, own)).status, 204);
    assert.equal((await enter(own)).answer.status, 204);
  });

  it('says whose it is truly, where it says so', async () => {
    const right = passkey.sign(await challenge(), ourPage);
    const handle = (id: string) => ({
      ...right,
      response: { ...right.response, userHandle: Buffer.from(id).toString('base64url') },
    });
    await refused(await present(openBrowser(api), handle('somebody else')));
    const again = passkey.sign(await challenge(), ourPage);
    const userHandle = Buffer.from(sam.caller.user.id).toString('base64url');
    const named = { ...again, response: { ...again.response, userHandle } };
    assert.equal((await present(openBrowser(api), named)).status, 204);
  });

  it('is refused, in the same words, to whatever is not that', async () => {
    const wrong: (() => Promise<object>)[] = [
      async () => makePasskey().sign(await challenge(), ourPage),
      async () => passkey.sign('AAAA', ourPage),
      async () => passkey.sign(await challenge(), { ...ourPage, origin: 'https://evil.example' }),
      async () => passkey.sign(await challenge(), { ...ourPage, rpId: 'evil.example' }),
      async () => passkey.sign(await challenge(), ourPage, { userVerified: false }),
      async () => {
        const good = passkey.sign(await challenge(), ourPage);
        const bytes = Buffer.from(good.response.signature, 'base64url');
        bytes[bytes.length - 1]! ^= 1;
        return {
          ...good,
          response: { ...good.response, signature: bytes.toString('base64url') },
        };
      },
      async () => {
        const late = passkey.sign(await challenge(), ourPage);
        await api.pools.admin.query(
          `update passkey_challenges set expires_at = clock_timestamp() - interval '1 second'`,
        );
        return late;
      },
    ];
    for (const assertion of wrong)
      await refused(await present(openBrowser(api), await assertion()));
  });

  it('takes each signature once, and none that was given for something else', async () => {
    const signature = passkey.sign(await challenge(), ourPage);
    assert.equal((await present(openBrowser(api), signature)).status, 204);
    await refused(await present(openBrowser(api), signature));

    const browser = await signedIn(api, sam);
    const options = await browser.read<{ challenge: string }>('/api/v1/session/step-up/options', {
      method: 'POST',
    });
    await refused(await present(openBrowser(api), passkey.sign(options.challenge, ourPage)));
    const forSignIn = passkey.sign(await challenge(), ourPage);
    const stepped = await browser.ask('/api/v1/session/step-up', {
      json: { assertion: forSignIn },
    });
    await problemIn(stepped, 409);
  });

  it('ends with the passkey, and with its user', async () => {
    const gwen = await api.addUser('Gwen Gone', ['hr']);
    const hers = await registerPasskey(await signedIn(api, gwen));
    assert.equal((await enter(hers)).answer.status, 204);
    await disableUser(api.app, gwen.caller.user.email);
    await refused((await enter(hers)).answer);
  });

  it('is refused after twenty tries from one address, and only there', async () => {
    const from = (address: string) =>
      openBrowser(api).ask('/sign-in/passkey', {
        json: { assertion: passkey.sign('AAAA', ourPage) },
        address,
      });
    for (let i = 0; i < 20; i += 1) await refused(await from('192.0.2.1'));
    const answer = await from('192.0.2.1');
    assert.ok(Number(answer.headers.get('retry-after')) > 800);
    await problemIn(answer, 429);
    await refused(await from('192.0.2.2'));

    await api.pools.admin.query(
      `update sign_in_attempts set ends_at = ends_at - interval '15 minutes'`,
    );
    await refused(await from('192.0.2.1'));
  });

  it('does not count what was good', async () => {
    for (let i = 0; i < 22; i += 1) assert.equal((await enter()).answer.status, 204);
  });

  it('states what failed once for each account and quarter of an hour', async () => {
    await api.pools.admin.query('delete from sign_in_failures');
    const good = passkey.sign(await challenge(), ourPage);
    await present(openBrowser(api), good);
    await refused(await present(openBrowser(api), good));
    await refused(await present(openBrowser(api), good));
    await refused(await present(openBrowser(api), makePasskey().sign('AAAA', ourPage)));
    const stated = async () => {
      await stateFailures(api.app);
      await api.sequenceAll();
      const entries = (await api.entries()).map(({ body }) => body as Record<string, object>);
      return entries.filter((it) => String(it['type']) === 'login.failed');
    };
    assert.deepEqual(await stated(), [], 'the quarter of an hour is not over');

    await api.pools.admin.query(
      `update sign_in_failures set window_starts = window_starts - interval '15 minutes'`,
    );
    const facts = await stated();
    const counts = facts.map(({ target, data }) => ({ ...target, ...data }));
    assert.deepEqual(
      counts
        .map(({ ref, method, count }: Record<string, unknown>) => [ref, method, count])
        .toSorted((a, b) => Number(b[2]) - Number(a[2])),
      [
        [sam.caller.user.id, 'passkey', 2],
        ['unknown', 'passkey', 1],
      ],
    );
    assert.equal((await stated()).length, 2, 'once');
  });

  describe('and signing anew', () => {
    const asking = { json: { reason: 'a matter', personId: 'E-1' } };
    const session = (browser: Browser) => browser.read<CurrentSession>('/api/v1/session');

    it('is demanded for what weighs much, with a code that a page can answer to', async () => {
      const browser = await signedIn(api, sam);
      const answer = await browser.ask('/api/v1/protections', asking);
      const problem = await problemIn(answer, 403);
      assert.equal(problem.type, 'urn:gatehouse:problem:step-up-needed');

      const before = browser.secret;
      assert.equal((await stepUp(browser, passkey)).status, 204);

      assert.notEqual(browser.secret, before, 'the session goes on under another secret');
      await problemIn(await browser.ask('/api/v1/protections', asking), 404);
      const old = openBrowser(api);
      old.secret = before;
      await problemIn(await old.ask('/api/v1/session'), 401);
    });

    it('counts for five minutes', async () => {
      const { browser } = await enter();
      await problemIn(await browser.ask('/api/v1/protections', asking), 404);
      const ago = (minutes: number) =>
        api.pools.admin.query(
          `update sessions set stepped_up_at = clock_timestamp() - make_interval(mins => $1)`,
          [minutes],
        );
      await ago(4);
      await problemIn(await browser.ask('/api/v1/protections', asking), 404);
      await ago(5);
      await problemIn(await browser.ask('/api/v1/protections', asking), 403);
      assert.equal((await session(browser)).steppedUpUntil, null);
    });

    it('takes a passkey of one’s own', async () => {
      const noor = await api.addUser('Noor Haddad', ['hr']);
      const browser = await signedIn(api, noor);
      const none = await browser.ask('/api/v1/session/step-up/options', { method: 'POST' });
      assert.match((await problemIn(none, 409)).detail, /no passkey yet/);
      const own = await registerPasskey(browser);
      await problemIn(await stepUp(browser, passkey), 403);
      assert.equal((await stepUp(browser, own)).status, 204);
    });

    it('is not asked of keys, which come from programs', async () => {
      await problemIn(await api.ask('/api/v1/protections', { ...asking, token: sam.token }), 404);
      const options = await api.ask('/api/v1/session/step-up/options', {
        method: 'POST',
        token: sam.token,
      });
      await problemIn(options, 409);
    });
  });

  it('begins with a first passkey, for whoever has just signed in', async () => {
    const ivy = await api.addUser('Ivy IT', ['it-admin']);
    const browser = await signedIn(api, ivy);
    await api.pools.admin.query(
      `update sessions set created_at = created_at - interval '16 minutes' where user_id = $1`,
      [ivy.caller.user.id],
    );
    await assert.rejects(registerPasskey(browser), /step-up-needed/);
    await registerPasskey(await signedIn(api, ivy));
  });
});

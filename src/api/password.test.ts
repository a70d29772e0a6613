import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { hashPassword, isPassword } from '#app/password-hash.ts';
import type { TestUser } from '#app/testing/app.ts';
import type { CurrentSession } from './contract/session.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';
import { type Browser, openBrowser, registerPasskey, signedIn, stepUp } from './testing/browser.ts';

const path = '/api/v1/users/me/password';
const password = 'eleven grey herons wade';

describe('signing in with a password and a code', () => {
  let api: TestApi;
  let noor: TestUser;
  let codes: TOTP;
  before(async () => {
    api = await startTestApi();
    noor = await api.addUser('Noor Haddad', ['hr']);
    const browser = await signedIn(api, noor);
    codes = await newCodes(browser);
    await browser.read(path, { method: 'PUT', json: { password, code: codes.generate() } });
  });
  beforeEach(async () => {
    await api.pools.admin.query('delete from sign_in_attempts');
    await unused();
  });

  /** As if the code of now had not been used yet; tests do not wait for the next one. */
  const unused = () => api.pools.admin.query('update user_passwords set last_step = 0');
  const newCodes = async (browser: Browser) => {
    const options = { method: 'POST' };
    const { secret, uri } = await browser.read<{ secret: string; uri: string }>(
      `${path}/options`,
      options,
    );
    assert.match(uri, /^otpauth:\/\/totp\/Gatehouse:.+secret=/);
    return new TOTP({ secret: Secret.fromBase32(secret) });
  };
  const enter = (it: Record<string, string> = {}, browser = openBrowser(api), address?: string) =>
    browser.ask('/sign-in/password', {
      json: { email: noor.caller.user.email, password, code: codes.generate(), ...it },
      ...(address === undefined ? {} : { address }),
    });
  const wrongCode = () => {
    const right = [-30, 0, 30, 60].map((s) =>
      codes.generate({ timestamp: Date.now() + s * 1_000 }),
    );
    return ['111111', '222222', '333333', '444444', '555555'].find((it) => !right.includes(it))!;
  };

  it('takes both, and writes the address as people write it', async () => {
    const browser = openBrowser(api);
    const answer = await enter({ email: ' Noor.Haddad@Meadow.example' }, browser);

    assert.equal(answer.status, 204);
    const { user, auth, steppedUpUntil } = await browser.read<CurrentSession>('/api/v1/session');
    assert.deepEqual([user.name, auth, steppedUpUntil], ['Noor Haddad', 'password+totp', null]);
  });

  it('takes each code once, also of two that come together', async () => {
    const code = codes.generate();
    const answers = await Promise.all([enter({ code }), enter({ code })]);
    assert.deepEqual(answers.map((it) => it.status).toSorted(), [204, 401]);
    await problemIn(await enter({ code }), 401);

    await unused();
    const before = codes.generate({ timestamp: Date.now() - 30_000 });
    assert.equal((await enter()).status, 204);
    await problemIn(await enter({ code: before }), 401);
  });

  it('takes a code of the next half minute, and none of two minutes ago', async () => {
    const at = (seconds: number) => codes.generate({ timestamp: Date.now() - seconds * 1_000 });
    await problemIn(await enter({ code: at(120) }), 401);
    assert.equal((await enter({ code: at(-29) })).status, 204);
  });

  it('says the same whatever was wrong', async () => {
    const withPasskeyOnly = await api.addUser('Pia Passkey', ['hr']);
    const wrong = [
      { password: 'eleven grey herons wad' },
      { code: wrongCode() },
      { email: 'nobody@meadow.example' },
      { email: withPasskeyOnly.caller.user.email },
    ];
    const said = new Set<string>();
    for (const it of wrong) said.add((await problemIn(await enter(it), 401)).detail);
    assert.equal(said.size, 1);
  });

  it('is refused after five tries as one account, known or not, wherever they come from', async () => {
    const { email } = noor.caller.user;
    // At once: those that are under way count as well.
    const tries = Array.from({ length: 7 }, (_, i) =>
      enter({ password: 'x' }, openBrowser(api), `192.0.2.${i}`),
    );
    const statuses = (await Promise.all(tries)).map((it) => it.status);
    assert.deepEqual(statuses.toSorted(), [401, 401, 401, 401, 401, 429, 429]);
    await problemIn(await enter({ email }, openBrowser(api), '192.0.2.99'), 429);

    const unknown = { email: 'nobody@meadow.example' };
    await problemIn(await enter(unknown, openBrowser(api), '192.0.2.100'), 401);
    await api.pools.admin.query('update sign_in_attempts set count = 5 where count = 1');
    await problemIn(await enter(unknown, openBrowser(api), '192.0.2.101'), 429);
    const limited = await enter({ email: noor.caller.user.email.toUpperCase() });
    assert.ok(Number(limited.headers.get('retry-after')) > 800);

    await api.pools.admin.query(
      `update sign_in_attempts set ends_at = ends_at - interval '15 minutes'`,
    );
    assert.equal((await enter()).status, 204);
  });

  it('forgets earlier tries once it was right', async () => {
    await problemIn(await enter({ code: wrongCode() }), 401);
    await api.pools.admin.query('update sign_in_attempts set count = 4');
    assert.equal((await enter()).status, 204);
    const { rows } = await api.pools.admin.query<{ count: number }>(
      'select count from sign_in_attempts order by count',
    );
    assert.deepEqual(
      rows.map((it) => it.count),
      [0, 4],
      'as this account none; from this address the one that was good does not count',
    );
  });

  it('refuses passwords that are short, long, known or a name', async () => {
    const browser = await signedIn(api, noor);
    const refuse = async (wrong: string, why: RegExp) => {
      const json = { password: wrong, code: codes.generate() };
      const answer = await browser.ask(path, { method: 'PUT', json });
      const { errors } = await problemIn(answer, 422);
      assert.match(errors[0]!.problem, why);
    };
    await refuse('elevenheron', /12 to 128 characters; this one has 11/);
    await refuse('a'.repeat(129), /this one has 129/);
    await refuse('QWERTY123456', /stolen and published/);
    await refuse('password2026!!', /stolen and published/);
    await refuse('dragonflydragonfly', /stolen and published/);
    await refuse('noor.haddad2026', /a name with something around it/);
    const json = { password, code: wrongCode() };
    const answer = await browser.ask(path, { method: 'PUT', json });
    assert.match((await problemIn(answer, 422)).errors[0]!.problem, /not the code/);
  });

  it('keeps the app that counts until a code of another one has come', async () => {
    const browser = await signedIn(api, noor);
    const other = await newCodes(browser);
    assert.equal((await enter()).status, 204, 'the app from before is good');
    await browser.read(path, { method: 'PUT', json: { password, code: other.generate() } });
    await problemIn(await enter(), 401);
    codes = other;
    await unused();
    assert.equal((await enter()).status, 204);
  });

  it('is set and removed in a session, signed by the passkey of whoever has one', async () => {
    const sam = await api.addUser('Sam Security', ['security']);
    const options = { method: 'POST', token: sam.token };
    assert.match(
      (await problemIn(await api.ask(`${path}/options`, options), 403)).detail,
      /A key of the API changes nothing about signing in/,
    );
    const passkey = await registerPasskey(await signedIn(api, sam));
    const browser = await signedIn(api, sam);
    const ask = () => browser.ask(`${path}/options`, { method: 'POST' });
    assert.match((await problemIn(await ask(), 403)).type, /step-up-needed/);
    await stepUp(browser, passkey);
    const his = await newCodes(browser);
    await browser.read(path, { method: 'PUT', json: { password, code: his.generate() } });
    const { email } = sam.caller.user;
    await unused();
    assert.equal((await enter({ email, code: his.generate() })).status, 204);

    assert.equal((await browser.ask(path, { method: 'DELETE' })).status, 204);
    assert.deepEqual(await browser.read(path), { setAt: null });
    await problemIn(await enter({ email, code: his.generate() }), 401);
    await problemIn(await browser.ask(path, { method: 'DELETE' }), 404);
    await api.sequenceAll();
    const facts = (await api.entries()).map(({ body }) => body);
    const changes = facts
      .filter((it) => it['type'] === 'password.changed')
      .map((it) => it['data'] as { user: string; change: string })
      .filter((it) => it.user === sam.caller.user.id);
    assert.deepEqual(
      changes.map((it) => it.change),
      ['set', 'removed'],
    );
  });

  it('keeps passwords as argon2id with the parameters that are promised', async () => {
    const { rows } = await api.pools.admin.query<{ hash: string }>(
      'select hash from user_passwords',
    );
    for (const { hash } of rows) {
      assert.match(
        hash,
        /^\$argon2id\$v=19\$m=65536,t=3,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
      );
    }
    const [one, other] = await Promise.all([hashPassword('Zoë’s key'), hashPassword('Zoë’s key')]);
    assert.notEqual(one, other, 'each has a salt of its own');
    assert.ok(await isPassword('Zoe\u0308’s key', one!), 'however it was typed');
    assert.ok(!(await isPassword('Zoe’s key', one!)));
    assert.ok(!(await isPassword('', null)));
  });
});

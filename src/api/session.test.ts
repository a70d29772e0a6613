import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import { disableUser } from '#app/users.ts';
import { rights } from '#core/user.ts';
import type { CurrentSession, SessionOfUser } from './contract/session.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';
import { type Browser, linkFor, openBrowser, signedIn } from './testing/browser.ts';

const path = '/api/v1/session';

describe('sessions', () => {
  let api: TestApi;
  let ada: TestUser;
  let noor: TestUser;
  before(async () => {
    api = await startTestApi();
    ada = await api.addUser('Ada Admin', ['it-admin']);
    noor = await api.addUser('Noor Haddad', ['hr']);
  });

  const isIn = async (browser: Browser) => (await browser.ask(path)).status === 200;
  const factsOf = async (type: string, who: TestUser) => {
    await api.sequenceAll();
    return (await api.entries())
      .map(({ body }) => body)
      .filter((it) => it['type'] === type && JSON.stringify(it).includes(who.caller.user.id));
  };
  /** Moves everything about a session into the past, as a clock of the database that is ahead would. */
  const later = (minutes: number) =>
    api.pools.admin.query(
      `update sessions set used_at = used_at - make_interval(mins => $1),
              created_at = created_at - make_interval(mins => $1),
              expires_at = expires_at - make_interval(mins => $1)`,
      [minutes],
    );

  it('begin with a link that was made on the server, which is good once and for an hour', async () => {
    const link = await linkFor(api, noor);
    const browser = openBrowser(api);
    const answer = await browser.ask('/sign-in/claim', { json: { link } });

    assert.equal(answer.status, 204);
    const [cookie = ''] = answer.headers.getSetCookie();
    assert.match(
      cookie,
      /^__Host-gate=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    assert.ok(await isIn(browser));
    const again = await openBrowser(api).ask('/sign-in/claim', { json: { link } });
    assert.match((await problemIn(again, 401)).detail, /This link is not good/);
    const late = await linkFor(api, noor);
    await api.pools.admin.query(
      `update sign_in_links set expires_at = expires_at - interval '61 minutes'`,
    );
    await problemIn(await openBrowser(api).ask('/sign-in/claim', { json: { link: late } }), 401);
    for (const wrong of ['x', 'A'.repeat(43)]) {
      const answered = await openBrowser(api).ask('/sign-in/claim', { json: { link: wrong } });
      await problemIn(answered, 401);
    }

    const [fact] = await factsOf('login.succeeded', noor);
    assert.deepEqual(fact?.['data'], { method: 'link' });
    assert.deepEqual(fact?.['actor'], { kind: 'person', id: noor.caller.user.id, auth: 'link' });
    const made = (await factsOf('token.created', noor)).map((it) => it['data']);
    assert.ok(JSON.stringify(made).includes('"scopes":["sign-in"]'), 'making a link is a fact');
  });

  it('say who asks, what they may do, and until when', async () => {
    const browser = await signedIn(api, noor);

    const found = await browser.read<CurrentSession>(path);

    const { id, name, email } = noor.caller.user;
    assert.deepEqual(found.user, { id, name, email, roles: ['hr'], window: null });
    const ofHr = Object.entries(rights).filter(([, it]) => it.some((role) => role === 'hr'));
    assert.deepEqual(found.rights.toSorted(), ofHr.map(([right]) => right).toSorted());
    assert.deepEqual([found.auth, found.steppedUpUntil, found.version], ['link', null, '1.2.3']);
    assert.deepEqual(found.company, { name: 'Our company', language: 'en', zone: 'UTC' });
    const minutes = (new Date(found.expiresAt).getTime() - Date.now()) / 60_000;
    assert.ok(minutes > 25 && minutes < 31, String(minutes));

    const withKey = await api.read<CurrentSession>(path, noor);
    assert.equal(withKey.auth, 'token');
    assert.deepEqual(withKey.rights, found.rights);
  });

  it('never take over a secret that somebody planted, and end the one before', async () => {
    const browser = await signedIn(api, noor);
    const first = browser.secret;
    const link = await linkFor(api, noor);
    await browser.ask('/sign-in/claim', { json: { link } });
    assert.notEqual(browser.secret, first);
    browser.secret = first;
    assert.ok(!(await isIn(browser)), 'the session before has ended');

    const planted = openBrowser(api);
    planted.secret = 'A'.repeat(43);
    await planted.ask('/sign-in/claim', { json: { link: await linkFor(api, noor) } });
    assert.notEqual(planted.secret, 'A'.repeat(43));
    const attacker = openBrowser(api);
    attacker.secret = 'A'.repeat(43);
    assert.ok(!(await isIn(attacker)));
  });

  it('lie in the database as a hash alone', async () => {
    const { secret } = await signedIn(api, noor);
    const { rows } = await api.pools.admin.query<{ text: string }>(
      'select s::text as text from sessions s union all select l::text from sign_in_links l',
    );
    const bytes = Buffer.from(secret!, 'base64url').toString('hex');
    assert.ok(rows.length > 0);
    for (const { text } of rows) assert.ok(!text.includes(secret!) && !text.includes(bytes));
  });

  it('end when nobody uses them, of administrators sooner, and after eight hours', async () => {
    const hr = await signedIn(api, noor);
    const admin = await signedIn(api, ada);
    await later(16);
    assert.ok(!(await isIn(admin)), 'an administrator is signed out after 15 minutes');
    assert.ok(await isIn(hr), 'others are not, and this counts as use');
    await later(29);
    assert.ok(await isIn(hr));
    await later(31);
    const ended = await hr.ask(path);
    assert.match((await problemIn(ended, 401)).detail, /session has ended/);
    assert.equal(hr.secret, null, 'the browser forgets it');

    const long = await signedIn(api, noor);
    for (let minutes = 0; minutes < 475; minutes += 25) {
      await later(25);
      assert.ok(await isIn(long), `after ${minutes} minutes`);
    }
    await later(10);
    assert.ok(!(await isIn(long)), 'eight hours are the end, used or not');
  });

  it('are not kept alive by pages that ask by themselves', async () => {
    const browser = await signedIn(api, noor);
    await later(20);
    const asked = await browser.ask(path, { headers: { 'gatehouse-unattended': '1' } });
    assert.equal(asked.status, 200);
    await later(11);
    assert.ok(!(await isIn(browser)));
  });

  it('refuse what no page of ours sent', async () => {
    const browser = await signedIn(api, noor);
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': '', origin: 'https://gatehouse.meadow.example' },
    ];
    for (const headers of foreign) {
      const answer = await browser.ask(path, { method: 'DELETE', headers });
      assert.match((await problemIn(answer, 403)).detail, /not sent by a page of Gatehouse/);
    }
    const bare = (headers: Record<string, string>) =>
      api.ask(path, {
        method: 'DELETE',
        headers: { cookie: `__Host-gate=${browser.secret}`, ...headers },
      });
    await problemIn(await bare({ 'content-type': 'application/json' }), 403);
    const elsewhere = { origin: 'https://evil.example', 'content-type': 'application/json' };
    await problemIn(await bare(elsewhere), 403);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const answer = await browser.ask(path, {
        method: 'DELETE',
        headers: { 'content-type': type },
      });
      await problemIn(answer, 415);
    }
    await problemIn(await bare({ 'sec-fetch-site': 'same-origin' }), 415);
    assert.ok(await isIn(browser), 'nothing of this was done');

    const ours = { origin: 'https://gatehouse.meadow.example', 'content-type': 'application/json' };
    assert.equal((await bare(ours)).status, 204, 'an older browser sends its origin alone');
  });

  it('begin only from a page of ours', async () => {
    const link = await linkFor(api, noor);
    const foreign = { 'sec-fetch-site': 'cross-site' };
    const answer = await openBrowser(api).ask('/sign-in/claim', {
      json: { link },
      headers: foreign,
    });
    await problemIn(answer, 403);
    assert.equal((await openBrowser(api).ask('/sign-in/claim', { json: { link } })).status, 204);
  });

  it('take files from pages as the routes take them', async () => {
    const browser = await signedIn(api, noor);
    const answer = await browser.ask('/api/v1/people/import', {
      text: 'person_id,name,email\n',
      headers: { 'content-type': 'text/csv' },
    });
    assert.notEqual(answer.status, 415);
    assert.notEqual(answer.status, 403);
  });

  it('end when somebody signs out, which stands in the record', async () => {
    const browser = await signedIn(api, noor);
    const { secret } = browser;
    const before = (await factsOf('session.revoked', noor)).length;

    assert.equal((await browser.ask(path, { method: 'DELETE' })).status, 204);

    assert.equal(browser.secret, null);
    browser.secret = secret;
    assert.ok(!(await isIn(browser)));
    assert.equal((await factsOf('session.revoked', noor)).length, before + 1);
    await problemIn(await api.ask(path, { method: 'DELETE', token: noor.token }), 409);
  });

  it('are listed for their owner, who can end one elsewhere', async () => {
    const [here, there] = [await signedIn(api, noor), await signedIn(api, noor)];
    const { items } = await here.read<{ items: SessionOfUser[] }>('/api/v1/sessions');
    const currents = items.filter((it) => it.current);
    assert.equal(currents.length, 1);
    const shown = await there.read<{ items: SessionOfUser[] }>('/api/v1/sessions');
    const other = shown.items.find((it) => it.current)!;

    const end = (by: Browser) => by.ask(`/api/v1/sessions/${other.id}`, { method: 'DELETE' });
    const stranger = await signedIn(api, await api.addUser('Fay Finance', ['finance']));
    await problemIn(await end(stranger), 404);
    assert.equal((await end(here)).status, 204);
    assert.ok(!(await isIn(there)));
    assert.ok(await isIn(here));
    await problemIn(await end(here), 404);
  });

  it('of one user, and of everybody, are ended by administrators alone', async () => {
    const [hr, admin] = [await signedIn(api, noor), await signedIn(api, ada)];
    const remove = { method: 'DELETE' };
    const ofAda = `/api/v1/users/${ada.caller.user.id}/sessions`;
    const ofNoor = `/api/v1/users/${noor.caller.user.id}/sessions`;
    await problemIn(await hr.ask(ofAda, remove), 403);
    await problemIn(await hr.ask('/api/v1/sessions', remove), 403);
    await problemIn(await admin.ask('/api/v1/users/nobody/sessions', remove), 404);

    const { sessions } = await admin.read<{ sessions: number }>(ofNoor, remove);
    assert.ok(sessions >= 1);
    assert.ok(!(await isIn(hr)));
    assert.ok(await isIn(admin));

    const back = await signedIn(api, noor);
    await admin.read('/api/v1/sessions', remove);
    assert.ok(!(await isIn(admin)) && !(await isIn(back)));
  });

  it('end with keys and links in the moment in which their user is disabled', async () => {
    const gone = await api.addUser('Gwen Gone', ['hr']);
    const browser = await signedIn(api, gone);
    const link = await linkFor(api, gone);

    await disableUser(api.app, gone.caller.user.email);

    assert.ok(!(await isIn(browser)));
    await problemIn(await api.ask(path, gone), 401);
    await problemIn(await openBrowser(api).ask('/sign-in/claim', { json: { link } }), 401);
    const facts = (type: string) => factsOf(type, gone);
    assert.equal((await facts('session.revoked')).length, 1);
    assert.equal((await facts('token.revoked')).length, 1);
    await assert.rejects(linkFor(api, gone), /is disabled/);
  });
});

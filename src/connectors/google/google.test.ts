import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Account } from '#connector-kit/contract.ts';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import type { ConnectorError } from '#core/failure.ts';
import { openGoogle } from './api.ts';
import { refusal } from './fake-world.ts';
import { google } from './index.ts';
import { scopes } from './scopes.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };
import { setUp } from './test-company.ts';

const keysOf = (email: string, employeeNumber: string | null = null) => ({
  ...{ email, employeeNumber, name: 'Priya Nair' },
});

describe('the documents of Google', () => {
  it('refuse what is not in them', async () => {
    const strict = conforming(setUp().fetch, spec, null);
    const at = 'https://admin.googleapis.com/admin/directory/v1/users';
    const send = (body: object) => ({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await assert.rejects(strict(at, send({ name: {} })), failsAs('unexpected', /does not fit/));
    await assert.rejects(
      strict(`${at}/priya/makeAdmin`, send({ status: 'no' })),
      failsAs('unexpected', /does not fit/),
    );
    await assert.rejects(
      strict(`${at}/priya/banish`, { method: 'POST' }),
      failsAs('unexpected', /not in the vendor/),
    );
  });
});

describe('people in Google', () => {
  const find = (world: ReturnType<typeof setUp>, email: string, number: string | null = null) =>
    google.accounts!.find(world.client, keysOf(email, number));

  it('are found by address and by alias, whatever the case, and nobody by half of one', async () => {
    const world = setUp({ aliases: ['pn@meadow.example'], isDelegatedAdmin: true });
    for (const email of ['Priya.Nair@meadow.example', 'pn@meadow.example']) {
      const found = await find(world, email);
      assert.deepEqual(
        found.map(({ id, login, status, privileged }) => [id, login, status, privileged]),
        [['priya', 'priya.nair@meadow.example', 'active', true]],
      );
    }
    assert.deepEqual(await find(world, 'priya@meadow.example'), []);
  });

  it('are nobody where the address is another company’s, which Google answers like a lack of rights', async () => {
    assert.deepEqual(await find(setUp(), 'priya.nair@elsewhere.example'), []);
  });

  it('are not called nobody when Google refuses to tell', async () => {
    const world = setUp({}, { allowed: [] });
    await assert.rejects(
      find(world, 'priya.nair@meadow.example'),
      failsAs('forbidden', /admin\.directory\.user\b/),
    );
    const other = setUp();
    await other.client.user('priya');
    other.failNext(refusal(500, 'Backend Error', 'backendError'));
    await assert.rejects(find(other, 'priya.nair@meadow.example'), failsAs('unavailable'));
  });

  it('are found by the number only where that was said, and only by all of it', async () => {
    const users = [
      { id: 'second', primaryEmail: 'admin-priya@meadow.example', number: 'E-1042' },
      { id: 'other', primaryEmail: 'sam@meadow.example', number: 'E-10423' },
    ];
    const ids = async (findBy: ('email' | 'employeeNumber')[], number: string | null) =>
      (
        await find(
          setUp({}, { users: [...users] }, { findBy }),
          'priya.nair@meadow.example',
          number,
        )
      ).map(({ id }) => id);
    assert.deepEqual(await ids(['email'], 'E-1042'), ['priya']);
    assert.deepEqual(await ids(['email', 'employeeNumber'], 'E-1042'), ['priya', 'second']);
    assert.deepEqual(await ids(['employeeNumber'], null), []);
  });

  it('are listed one page after the other', async () => {
    const users = Array.from({ length: 1_200 }, (_, i) => ({
      ...{ id: `u${i}`, primaryEmail: `u${i}@meadow.example` },
      ...(i === 7 ? { isAdmin: true } : {}),
      ...(i === 8 ? { suspended: true } : {}),
      ...(i === 9 ? { archived: true, lastLoginTime: '2026-11-28T07:00:00.000Z' } : {}),
    }));
    const all: Account[] = [];
    for await (const account of google.accounts!.list(setUp({}, { users }).client)) {
      all.push(account);
    }
    assert.equal(all.length, 1_202);
    const ids = (them: Account[]) => them.map(({ id }) => id);
    assert.deepEqual(ids(all.filter((it) => it.privileged)), ['u7', 'admin']);
    assert.deepEqual(ids(all.filter((it) => it.status !== 'active')), ['u8', 'u9']);
    assert.deepEqual(ids(all.filter((it) => it.lastSeenAt !== null)), ['u9']);
  });
});

describe('the connection to Google', () => {
  it('says in whose name it acts, and what it may', async () => {
    assert.deepEqual(await google.check(setUp().client), {
      actingAs: 'gatehouse@meadow.example',
      scopes: Object.values(scopes),
    });
    assert.equal(await google.accounts?.own?.(setUp().client), 'admin');
  });

  it('says what is missing: a scope, or the role of a super administrator', async () => {
    const users = [{ id: 'admin', primaryEmail: 'gatehouse@meadow.example' }];
    const allowed = Object.values(scopes).filter((it) => it !== scopes.licences);
    const { actingAs, scopes: granted } = await google.check(setUp({}, { users, allowed }).client);
    assert.equal(
      actingAs,
      'gatehouse@meadow.example, who is no super administrator, without https://www.googleapis.com/auth/apps.licensing',
    );
    assert.deepEqual(granted, allowed);
    const none = setUp({}, { allowed: [scopes.groups] });
    await assert.rejects(
      google.check(none.client),
      failsAs('forbidden', /lacks .*apps\.licensing/),
    );
  });

  it('is paused by a key that Google no longer takes, whose text stays out of the error', async () => {
    const world = setUp();
    const old = setUp().keyFile;
    const changed = openGoogle(settings.parse({ key: old, admin: world.admin }), {
      ...loopbackIo,
      fetch: world.fetch,
    });
    await assert.rejects(changed.user('priya'), failsAs('unauthenticated', /invalid_grant/));
    const none = openGoogle(settings.parse({ key: 'AIzaSecret', admin: world.admin }), loopbackIo);
    await assert.rejects(none.user('priya'), (thrown) => {
      const { failure } = thrown as ConnectorError;
      return failure.kind === 'unauthenticated' && !failure.detail.includes('AIzaSecret');
    });
  });

  it('sends the key to Google alone, whatever the key file says', async () => {
    const world = setUp();
    const key = JSON.stringify({ ...JSON.parse(world.keyFile), token_uri: 'https://evil.example' });
    const asked: string[] = [];
    const client = openGoogle(settings.parse({ key, admin: world.admin }), {
      ...loopbackIo,
      fetch: (input, init) => {
        asked.push(new URL(new Request(input, init).url).host);
        return world.fetch(input, init);
      },
    });
    await client.user('priya');
    assert.deepEqual(asked, ['oauth2.googleapis.com', 'admin.googleapis.com']);
    assert.ok(asked.every((host) => google.hosts({}).includes(`${host}:443`)));
  });

  it('waits when Google says 403 and means too often', async () => {
    const world = setUp();
    await world.client.user('priya');
    world.failNext(refusal(403, 'User rate limit exceeded', 'userRateLimitExceeded'));
    await assert.rejects(world.client.user('priya'), failsAs('rate-limited'));
    world.failNext(refusal(403, 'Not Authorized to access this resource/api', 'forbidden'));
    await assert.rejects(world.client.user('priya'), failsAs('forbidden', /Not Authorized/));
  });
});

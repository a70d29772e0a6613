import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { fakePerson } from './fake.ts';
import { forgetPasswords } from './forget-passwords.ts';
import { dovecot } from './index.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { settings } from './settings.ts';
import { setUp } from './test-server.ts';

const find = (client: ReturnType<typeof setUp>['client'], email: string) =>
  dovecot.accounts!.find(client, { email, employeeNumber: null, name: 'Priya Nair' });

describe('people on a Dovecot server', () => {
  it('are found by the whole address, as Dovecot spells it', async () => {
    const { client } = setUp();
    const [priya] = await find(client, 'Priya@Meadow.example');
    assert.equal(priya?.login, 'priya@meadow.example');
    assert.deepEqual(await find(client, 'eve@meadow.example'), []);
  });

  it('are found by what stands before the @, of the one domain alone', async () => {
    const people = { priya: fakePerson() };
    const { client } = setUp({}, { people }, { domain: 'meadow.example' });
    assert.deepEqual(
      (await find(client, 'priya@MEADOW.example')).map(({ id }) => id),
      ['priya'],
    );
    assert.deepEqual(await find(client, 'priya@agency.example'), []);
    assert.deepEqual(await find(client, 'priya'), []);
  });

  it('are all listed', async () => {
    const logins: string[] = [];
    for await (const it of dovecot.accounts!.list(setUp().client)) logins.push(it.login);
    assert.deepEqual(logins, ['priya@meadow.example', 'sam@meadow.example']);
  });
});

describe('the key of a Dovecot server', () => {
  it('is tried, and what the server can do is told', async () => {
    const { client } = setUp({}, { missing: ['sievePut', 'aclGet'] });
    const { actingAs, scopes: told } = await dovecot.check(client);
    const scopes = told ?? [];
    assert.equal(actingAs, 'doveadm at mail.meadow.test:8443');
    assert.ok(scopes.includes('auth cache flush') && scopes.includes('acl set'));
    assert.ok(!scopes.includes('sieve put') && !scopes.includes('acl get'));
  });

  it('is not let in when it is wrong', async () => {
    const { client } = setUp({}, { apiKey: 'another' });
    await assert.rejects(dovecot.check(client), failsAs('unauthenticated'));
    await assert.rejects(find(client, 'priya@meadow.example'), failsAs('unauthenticated'));
  });

  it('goes with an address that says whose mailbox is shared where', () => {
    const filled = { address: 'https://mail.meadow.test', apiKey: 'a key' };
    assert.equal(settings.parse(filled).shared, 'shared/%u/');
    for (const shared of ['shared/', '%u/']) {
      assert.equal(settings.safeParse({ ...filled, shared }).success, false);
    }
  });
});

describe('signing out of Dovecot', () => {
  keepsPromises(revokeSessions, {}, () => setUp({ sessions: 2 }));

  it('makes Dovecot forget the password first, since programs connect again at once', async () => {
    const { client, person } = setUp({ sessions: 1, remembered: 1 });
    await revokeSessions.apply(client, 'priya@meadow.example', null);
    assert.deepEqual([person.sessions, person.remembered], [0, 0]);
  });

  it('is nothing to do for somebody who is not signed in, and ends no session of others', async () => {
    const sam = fakePerson({ sessions: 3 });
    const { client, accountId } = setUp({}, { people: { 'sam@meadow.example': sam } });
    const state = await revokeSessions.read(client, accountId);
    assert.equal(revokeSessions.plan(state, {}).kind, 'done');
    await revokeSessions.apply(client, accountId, null);
    assert.equal(sam.sessions, 3);
  });
});

describe('what Dovecot keeps of passwords', () => {
  for (const flushedBy of ['user', 'userMask'] as const) {
    it(`is forgotten for the one person, whatever the version calls it (${flushedBy})`, async () => {
      const sam = fakePerson({ remembered: 1 });
      const people = { 'sam@meadow.example': sam };
      const { client, person, accountId } = setUp({ remembered: 1 }, { people, flushedBy });
      const { summary } = await forgetPasswords.send(client, accountId, {});
      assert.match(summary, /1 entries/);
      assert.deepEqual([person.remembered, sam.remembered], [0, 1]);
    });
  }

  it('is forgotten before anybody is signed out', () => {
    assert.ok(forgetPasswords.mustPrecede?.includes('sessions.revoke'));
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openDovecot } from './api.ts';
import { fakeDovecot, fakePerson } from './fake.ts';
import { dovecot } from './index.ts';
import { connection, setUp } from './test-server.ts';

// No listsPageByPage: doveadm gives everybody in one answer.
failsWell(dovecot, {
  settings: connection(),
  accountId: 'priya@meadow.example',
  person: { email: 'priya@meadow.example', employeeNumber: null, name: 'Priya Nair' },
  given: {
    'mailbox.hand-over': {
      params: {
        ...{ to: 'sam@meadow.example', reply: 'Priya no longer works here.' },
        ...{ until: '2026-12-31', forward: 'to the reader' },
      },
    },
  },
  system: () =>
    fakeDovecot({
      people: {
        'priya@meadow.example': fakePerson({
          ...{ remembered: 1, sessions: 2, scripts: { mine: 'keep;' }, active: 'mine' },
          shares: { INBOX: { 'user=eve@meadow.example': 'lookup read' }, Sent: {} },
        }),
        'sam@meadow.example': fakePerson(),
      },
    }),
});

describe('what Dovecot says inside a good answer', () => {
  it('names the command that may not be used, and where that is said', async () => {
    const { client } = setUp({}, { forbidden: ['who'] });
    await assert.rejects(
      client.sessionsOf('priya@meadow.example'),
      failsAs('forbidden', /doveadm who.*doveadm_allowed_commands/),
    );
  });

  it('names the plugin that is missing', async () => {
    const { client } = setUp({}, { missing: ['who'] });
    await assert.rejects(
      client.sessionsOf('priya@meadow.example'),
      failsAs('rejected', /has no doveadm who: its plugin is missing/),
    );
  });

  const answering = (body: unknown) =>
    openDovecot(connection(), { ...loopbackIo, fetch: async () => Response.json(body) });
  const endings = [
    { exitCode: 67, kind: 'not-found' },
    { exitCode: 68, kind: 'not-found' },
    { exitCode: 75, kind: 'unavailable' },
    { exitCode: 77, kind: 'forbidden' },
    { exitCode: 65, kind: 'rejected' },
  ] as const;
  for (const { exitCode, kind } of endings) {
    it(`is ${kind} where doveadm ended with ${exitCode}`, async () => {
      const client = answering([['error', { type: 'exitCode', exitCode }, '0']]);
      await assert.rejects(client.logins(), failsAs(kind, new RegExp(`ended with ${exitCode}`)));
    });
  }

  it('counts only under the tag of the command', async () => {
    const list = { userList: ['priya@meadow.example'] };
    for (const answers of [[], [['doveadmResponse', list, '1']]]) {
      await assert.rejects(answering(answers).logins(), failsAs('unexpected', /not answered/));
    }
  });

  it('is no absence when it is about somebody else', async () => {
    const client = answering([['doveadmResponse', { 'eve@meadow.example': { uid: '8' } }, '0']]);
    await assert.rejects(client.loginOf('priya@meadow.example'), failsAs('unexpected'));
  });
});

describe('a login that Dovecot would read otherwise', () => {
  const { client } = setUp();
  for (const login of ['*', 'p*@meadow.example', 'priy?@meadow.example', '']) {
    it(`is refused before anything is asked: “${login}”`, async () => {
      const calls = [
        ...[client.loginOf(login), client.sessionsOf(login), client.kick(login)],
        ...[client.forgetPasswords(login), client.mailboxesOf(login), client.scriptsOf(login)],
        ...[client.putScript(login, 'x', 'keep;'), client.activateScript(login, 'x')],
        client.removeRights(login, [{ mailbox: 'INBOX', who: 'anyone' }]),
      ];
      for (const call of calls) await assert.rejects(call, failsAs('rejected', /several people/));
    });
  }
  for (const login of ['1042', '0x1f', '10.1', '192.0.2.7', '::1', '10.0.0.0/8']) {
    it(`is refused where it would be an address: ${login}`, async () => {
      await assert.rejects(client.sessionsOf(login), failsAs('rejected', /an address/));
      await assert.rejects(client.kick(login), failsAs('rejected', /an address/));
    });
  }
});

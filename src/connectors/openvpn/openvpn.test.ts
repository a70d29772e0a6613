import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import { type Account, actionsOf } from '#connector-kit/contract.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { ConnectorError } from '#core/failure.ts';
import { openVpnServer } from './api.ts';
import { openVpn } from './index.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { settings } from './settings.ts';

// Against a real OpenVPN: test/openvpn.test.ts. Here, what a real one never says.

let talk: (socket: Socket) => void = () => {};
const open = new Set<Socket>();
const fake = createServer((socket) => {
  open.add(socket);
  socket.on('error', () => {});
  talk(socket);
});
await new Promise<void>((resolve) => fake.listen(0, '127.0.0.1', resolve));
after(() => {
  for (const socket of open) socket.destroy();
  fake.close();
});

const { port } = fake.address() as AddressInfo;
const least = { host: '127.0.0.1', port, door: 'directory' };
const ada = { email: 'Ada@meadow.example', employeeNumber: null, name: 'Ada' };
const openWith = (changes: object = {}, times = {}) =>
  openVpnServer(settings.parse({ ...least, ...changes }), loopbackIo, times);

const greeting = ">INFO:OpenVPN Management Interface Version 5 -- type 'help' for more info\r\n";
const header =
  'HEADER\tCLIENT_LIST\tCommon Name\tReal Address\tConnected Since (time_t)\tUsername\tClient ID\r\n';

/** Greets, and then says this to each line. */
const saying =
  (answer: (line: string) => string, first = greeting) =>
  (socket: Socket) => {
    socket.write(first);
    socket.setEncoding('utf8').on('data', (text: unknown) => {
      for (const line of String(text).split('\n').slice(0, -1)) socket.write(answer(line));
    });
  };

const failsAs = (kind: string, words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ConnectorError, String(error));
  assert.equal(error.failure.kind, kind);
  assert.match(error.failure.detail, words);
  assert.doesNotMatch(error.failure.detail, /of the house/);
  return true;
};

describe('the settings of OpenVPN', () => {
  const refused = (changes: object): string => {
    const parsed = settings.safeParse({ ...least, ...changes });
    assert.equal(parsed.success, false, JSON.stringify(changes));
    return parsed.error.issues.map((it) => it.message).join(' ');
  };
  const bySocket = { host: undefined, port: undefined };

  it('take host and port, or a socket of OpenVPN, and no other', () => {
    assert.match(refused(bySocket), /Enter the host/);
    assert.match(refused({ socket: '/run/openvpn/a.sock' }), /not both/);
    for (const socket of [
      '/run/docker.sock',
      '/run/openvpn/../docker.sock',
      '/run/openvpn/..',
      'x',
    ]) {
      assert.match(refused({ ...bySocket, socket }), /A socket in/);
    }
    const parsed = settings.parse({ ...least, ...bySocket, socket: '/run/openvpn-server/a.sock' });
    assert.deepEqual(openVpn.hosts(parsed), []);
    assert.deepEqual(openVpn.hosts(settings.parse({ ...least, host: 'fd00::1' })), [
      `[fd00::1]:${port}`,
    ]);
  });

  it('take a password of one line, and say what lets people in', () => {
    assert.match(refused({ password: 'a\nsignal SIGTERM' }), /One line/);
    assert.match(refused({ door: undefined }), /./);
    assert.match(refused({ host: 'vpn:1' }), /no port/);
    const offered = (door: string) =>
      actionsOf(openVpn, settings.parse({ ...least, door })).map((it) => it.capability);
    assert.deepEqual(offered('directory'), ['sessions.revoke']);
    assert.deepEqual(offered('certificates'), ['account.suspend', 'sessions.revoke']);
  });

  it('say what a person is called, and that everybody may have an account unless a list says who', () => {
    const called = (changes: object) =>
      openWith(changes)
        .accountsOf(ada)
        .map(({ id }) => id);
    assert.deepEqual(called({}), ['ada@meadow.example']);
    assert.deepEqual(called({ loginDomain: 'meadow.example' }), ['ada']);
    assert.deepEqual(called({ loginDomain: 'other.example' }), []);
    const listed = ['ada laptop', 'ada phone'].map((login) => ({ login, email: ada.email }));
    assert.deepEqual(called({ accounts: listed }), ['ada laptop', 'ada phone']);
    assert.deepEqual(called({ accounts: [{ login: 'bob', email: 'bob@meadow.example' }] }), []);
  });
});

describe('a management interface that says odd things', () => {
  const endings: readonly (readonly [string, typeof talk, string, RegExp])[] = [
    [
      'is something else',
      saying(() => '', 'SSH-2.0-OpenSSH_9.2\r\n'),
      'unexpected',
      /no management/,
    ],
    ['hangs up', (it) => it.end(), 'unavailable', /hung up/],
    ['hangs up in the middle', (it) => it.end(`${greeting}HEADER`), 'unavailable', /hung up/],
    ['wants a password', saying(() => '', 'ENTER PASSWORD:'), 'unauthenticated', /asks for a/],
    [
      'does not know the command',
      saying(() => 'ERROR: unknown command\r\n'),
      'rejected',
      /unknown/,
    ],
    ['is a client', saying(() => 'OpenVPN STATISTICS\r\nEND\r\n'), 'unexpected', /Is it a server/],
    ['asks anew', saying(() => 'ENTER PASSWORD:'), 'unexpected', /password again/],
    [
      'counts in words',
      saying(() => `${header}CLIENT_LIST\tada\t1.2.3.4:5\tsoon\tUNDEF\tone\r\nEND\r\n`),
      'unexpected',
      /in a way that/,
    ],
    ['says too much', saying(() => 'x'.repeat(6_000_000)), 'unexpected', /too much/],
  ];
  for (const [how, answer, kind, words] of endings) {
    it(`is never taken for one without sessions when it ${how}`, async () => {
      talk = answer;
      await assert.rejects(revokeSessions.read(openWith(), 'ada'), failsAs(kind, words));
    });
  }

  it('is unavailable when it says nothing, as while somebody else is signed in, or is not there', async () => {
    talk = () => {};
    await assert.rejects(
      openWith({}, { withinMs: 300 }).check(),
      failsAs('unavailable', /one client/),
    );
    await assert.rejects(openWith({ port: 1 }).check(), failsAs('unavailable', /nobody listens/));
    const socket = { host: undefined, port: undefined, socket: '/run/openvpn/none.sock' };
    await assert.rejects(openWith(socket).check(), failsAs('unavailable', /none\.sock/));
  });

  it('is not called over the internet, where anybody could read along', async () => {
    const io = { ...loopbackIo, address: async () => ({ ip: '8.8.8.8', port, serverName: 'x' }) };
    const server = openVpnServer(settings.parse(least), io);
    await assert.rejects(server.check(), failsAs('forbidden', /public address/));
  });

  it('shows a wrong password to nobody', async () => {
    talk = saying(() => 'ENTER PASSWORD:', 'ENTER PASSWORD:');
    const server = openWith({ password: 'of the house' });
    await assert.rejects(server.check(), failsAs('unauthenticated', /does not accept/));
  });

  it('is read by the names of its columns, whatever else it says, and counts both kinds of names', async () => {
    const rows = [
      'ada, of "Sales"\t1.2.3.4:5\t1700000000\tUNDEF\t7',
      'shared\t1.2.3.4:6\t1700000001\tAda\t8',
      'UNDEF\t1.2.3.4:7\t1700000002\tUNDEF\t9',
    ];
    const list = rows.map((it) => `CLIENT_LIST\t${it}\r\n`).join('');
    talk = saying(
      () => `>LOG:1,I,hello\r\n${header}${list}>STATE:1\r\nGLOBAL_STATS\tx\t0\r\nEND\r\n`,
    );
    const server = openWith();
    assert.deepEqual(await server.sessionsOf('ada'), [
      { id: 8, names: ['shared', 'Ada'], since: 1_700_000_001 },
    ]);
    assert.equal((await server.sessionsOf('ADA, of "sales"')).length, 1);
    const all: Account[] = [];
    for await (const it of server.connected()) all.push(it);
    assert.deepEqual(
      all.map(({ login, lastSeenAt }) => [login, lastSeenAt?.getTime()]),
      [
        ['ada, of "Sales"', 1_700_000_000_000],
        ['shared', 1_700_000_001_000],
      ],
    );
  });

  it('sends numbers only, and minds no session that has ended meanwhile', async () => {
    const sent: string[] = [];
    talk = saying((line) => {
      sent.push(line);
      if (line.startsWith('client-kill')) return 'ERROR: client-kill command failed\r\n';
      const isThere = !sent.some((it) => it.startsWith('client-kill'));
      return `${header}${isThere ? 'CLIENT_LIST\ta\t1.2.3.4:5\t17\tada\t7\r\n' : ''}END\r\n`;
    });
    await openWith({}, { watchMs: 0 }).endSessions('ada');
    assert.deepEqual(sent, ['status 3', 'client-kill 7 HALT', 'status 3']);
  });
});

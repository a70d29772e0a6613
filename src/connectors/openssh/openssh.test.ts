import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Account } from '#connector-kit/contract.ts';
import { loginsOf } from '#connector-kit/login-names.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { ConnectorError } from '#core/failure.ts';
import { type Hosts, openHosts } from './api.ts';
import { type FakeAnswer, startFakeHost } from './fake-host.ts';
import { openSsh } from './index.ts';
import { leaveGroups } from './leave-groups.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

// Against a real sshd: test/openssh.test.ts.

const host = await startFakeHost();
const stranger = await startFakeHost();
after(async () => {
  await host.stop();
  await stranger.stop();
});

const least = {
  hosts: [{ host: '127.0.0.1', port: host.port, hostKey: host.hostKey }],
  user: 'gatehouse',
  privateKey: host.privateKey,
  loginDomain: 'meadow.example',
};
const name = `127.0.0.1:${host.port}`;
const ada = { email: 'ada@meadow.example', employeeNumber: null, name: 'Ada' };

const openWith = (changes: object = {}, withinMs?: number) =>
  openHosts(settings.parse({ ...least, ...changes }), loopbackIo, withinMs);
const hosts = openWith();

async function everyAccount(of: Hosts): Promise<readonly Account[]> {
  const all: Account[] = [];
  for await (const it of of.allAccounts()) all.push(it);
  return all;
}

const told = (...lines: string[]): FakeAnswer => ({
  out: ['gatehouse-host 1', ...lines, 'end', ''].join('\n'),
});
const failsAs = (kind: string, words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ConnectorError, String(error));
  assert.equal(error.failure.kind, kind);
  assert.match(error.failure.detail, words);
  assert.doesNotMatch(error.failure.detail, /PRIVATE KEY/);
  return true;
};

describe('the settings of OpenSSH hosts', () => {
  it('say which account of the hosts is our own', async () => {
    assert.equal(await openSsh.accounts?.own?.(hosts), 'gatehouse');
  });

  const refused = (changes: object): string => {
    const parsed = settings.safeParse({ ...least, ...changes });
    assert.equal(parsed.success, false, JSON.stringify(changes));
    return parsed.error.issues.map((it) => it.message).join(' ');
  };
  const hostWith = (changes: object) => ({ hosts: [{ ...least.hosts[0], ...changes }] });

  it('take a host key, whole, and no fingerprint', () => {
    assert.match(refused(hostWith({ hostKey: 'SHA256:abc' })), /not a fingerprint/);
    const cut = least.hosts[0]!.hostKey.replace(/^ssh-ed25519 /, 'ssh-rsa ');
    assert.match(refused(hostWith({ hostKey: cut })), /of another kind/);
    assert.match(refused(hostWith({ hostKey: 'ssh-ed25519 AAAA' })), /not whole/);
    assert.match(refused(hostWith({ hostKey: undefined })), /string/);
  });

  it('take neither a port in the name, nor one host twice, nor root', () => {
    assert.match(refused(hostWith({ host: 'web1:22' })), /no port/);
    assert.match(refused(hostWith({ host: '-oProxyCommand=x y' })), /Only the name/);
    assert.match(refused({ hosts: [least.hosts[0], least.hosts[0]] }), /twice/);
    assert.match(refused({ hosts: [] }), /./);
    assert.match(refused({ user: 'root' }), /never root/);
    assert.match(refused({ user: 'a;id' }), /Letters/);
  });

  it('say how people are found, by names that a shell could do nothing with', () => {
    assert.match(refused({ loginDomain: undefined }), /how people are found/);
    const listed = [{ login: '$(id)', email: 'a@meadow.example' }];
    assert.match(refused({ accounts: listed }), /Letters/);

    const read = settings.parse({
      ...least,
      accounts: ['adal', 'root-ada'].map((login) => ({ login, email: 'Ada@meadow.example' })),
    });
    assert.deepEqual(loginsOf(read, 'ada@meadow.example'), ['adal', 'root-ada']);
    assert.deepEqual(loginsOf(read, 'Bob@Meadow.example'), ['bob']);
    assert.deepEqual(loginsOf(read, 'bob@other.example'), []);
  });
});

describe('an OpenSSH host that is not the one it should be, or refuses', () => {
  it('is not believed when it shows another key', async () => {
    const other = [{ host: '127.0.0.1', port: stranger.port, hostKey: host.hostKey }];
    const asked = stranger.requests.length;
    await assert.rejects(
      openWith({ hosts: other }).check(),
      failsAs('unexpected', /another host key/),
    );
    assert.equal(stranger.requests.length, asked);
  });

  it('lets no other key in, and no text that is no key', async () => {
    await assert.rejects(
      openWith({ privateKey: stranger.privateKey }).check(),
      failsAs('unauthenticated', /does not accept the key of gatehouse/),
    );
    for (const port of [host.port, 1]) {
      const noKey = { privateKey: 'whsec_AAAA', hosts: [{ ...least.hosts[0], port }] };
      await assert.rejects(openWith(noKey).check(), failsAs('unauthenticated', /cannot be read/));
    }
  });

  it('is unavailable when nobody listens, or nobody answers in time', async () => {
    const nobody = [{ ...least.hosts[0], port: 1 }];
    await assert.rejects(
      openWith({ hosts: nobody }).check(),
      failsAs('unavailable', /127\.0\.0\.1:1/),
    );
    host.says({ isSilent: true });
    await assert.rejects(openWith({}, 500).check(), failsAs('unavailable', /in time/));
  });

  const endings: readonly (readonly [string, FakeAnswer, string, RegExp])[] = [
    ['that sudo refuses', { err: 'sudo: a password is required\n', code: 1 }, 'forbidden', /sudo/],
    [
      'without the program',
      { err: 'sudo: gatehouse-host: command not found\n', code: 1 },
      'unexpected',
      /not found/,
    ],
    ['that answers nothing', {}, 'unexpected', /ended with 0/],
    [
      'that answers in HTML',
      { out: '<html>\u001b[31mHello</html>\n' },
      'unexpected',
      /<html>\[31mHello/,
    ],
    [
      'with another version of the program',
      { out: 'gatehouse-host 2\nend\n' },
      'unexpected',
      /gatehouse-host/,
    ],
    [
      'that stops in the middle',
      { out: 'gatehouse-host 1\ntoday 20000\naccount a' },
      'unavailable',
      /cut off/,
    ],
    [
      'that hangs up',
      { out: 'gatehouse-host 1\n', hangsUp: true },
      'unavailable',
      /hung up|cut off/,
    ],
    [
      'that says too much',
      { out: `gatehouse-host 1\n${'x'.repeat(6_000_000)}` },
      'unexpected',
      /too long/,
    ],
    ['that is busy', told('error unavailable it is busy'), 'unavailable', /it is busy/],
    ['that refuses', told('error rejected chage could not'), 'rejected', /chage could not/],
    ['with an error of a kind of its own', told('error odd what now'), 'unexpected', /what now/],
    [
      'that tells of a day that is none',
      told('today soon', 'account ada 1000 1000 local never'),
      'unexpected',
      /in a way/,
    ],
    [
      'that tells of an account in its own way',
      told('today 9', 'account ada 1000 1000 nis never'),
      'unexpected',
      /in a way/,
    ],
  ];
  for (const [how, answer, kind, words] of endings) {
    it(`is never taken for one where nobody is: one ${how}`, async () => {
      host.says(answer);
      await assert.rejects(hosts.accountsOf(ada), failsAs(kind, words));
      await assert.rejects(revokeSessions.read(hosts, 'ada'), failsAs(kind, words));
    });
  }

  it('is never asked about a name that is none', async () => {
    host.says(told());
    const asked = host.requests.length;
    for (const name of ['-e', 'a b', 'a\nblock root', '$(id)', '']) {
      await assert.rejects(suspendAccount.read(hosts, name), failsAs('not-found', /No host/));
    }
    await assert.rejects(
      leaveGroups.apply(hosts, 'ada', [
        { host: name, acts: [{ do: 'leave', with: 'x\nblock bob' }] },
      ]),
      failsAs('rejected', /one line/),
    );
    assert.deepEqual(await hosts.accountsOf({ ...ada, email: '-rf@meadow.example' }), []);
    assert.equal(host.requests.length, asked);
  });
});

describe('accounts on OpenSSH hosts', () => {
  it('are one for each name, privileged by their groups, and none is no error', async () => {
    host.says(
      told(
        'today 20000',
        'account ada 1001 1001 local never',
        'account bob 1002 1002 local 1',
        'group docker ada',
        'group ada bob',
      ),
    );
    const all = await everyAccount(hosts);
    assert.deepEqual(
      all.map(({ id, status, privileged }) => [id, status, privileged]),
      [
        ['ada', 'active', true],
        ['bob', 'suspended', false],
      ],
    );
    host.says(told('today 20000'));
    assert.deepEqual(await hosts.accountsOf(ada), []);
  });

  it('are not missed on a host that does not answer', async () => {
    const two = openWith({ hosts: [...least.hosts, { ...least.hosts[0], port: 1 }] });
    host.says(told('today 20000'));
    await assert.rejects(two.accountsOf(ada), failsAs('unavailable', /:1/));
    await assert.rejects(everyAccount(two), failsAs('unavailable', /:1/));

    host.says(told('today 20000', 'account ada 1001 1001 local never'));
    assert.equal((await two.accountsOf(ada)).length, 1);
    assert.match(await two.check(), /does not answer/);
  });
});

describe('planning on OpenSSH hosts', () => {
  const unread = {
    host: 'web2',
    shows: 'nothing readable' as const,
    because: 'web2: nobody listens there.',
  };
  const none = { host: 'web3', shows: 'no account' as const };
  const on = <Facts>(account: Facts, at = 'web1') => ({
    host: at,
    shows: 'account' as const,
    account,
  });
  const open = {
    from: 'local' as const,
    expires: null,
    isBlocked: false,
    canGoBack: false,
    processes: ['sh'],
  };
  const blocked = { ...open, expires: 1, isBlocked: true, canGoBack: true };

  it('cuts what can be reached, and then waits for the rest by name', () => {
    const first = suspendAccount.plan({ hosts: [on(open), unread, none] }, {});
    // Also on web2, so that the call is made again until that host is back.
    assert.ok(first.kind === 'change');
    assert.equal(first.summary, 'Let the account expire on web1, and end sh on web1.');
    assert.deepEqual(
      first.change.map((it) => it.host),
      ['web1', 'web2'],
    );
    assert.deepEqual(suspendAccount.plan({ hosts: [on(blocked), unread, none] }, {}), {
      kind: 'underway',
      because: 'Done on the others. Not known: web2: nobody listens there.',
    });
    assert.equal(suspendAccount.plan({ hosts: [on(blocked), none] }, {}).kind, 'done');
    assert.equal(
      revokeSessions.plan({ hosts: [on({ processes: [] }), unread] }, {}).kind,
      'underway',
    );
  });

  it('asks a person where the account comes from a directory, or keys from elsewhere', () => {
    const foreign = suspendAccount.plan(
      { hosts: [on({ ...open, from: 'directory' as const })] },
      {},
    );
    assert.ok(foreign.kind === 'by-hand' && foreign.then === null);
    const keys = { keys: [], otherKeys: ['trustedusercakeys /etc/ssh/ca.pub'], taken: [] };
    const elsewhere = revokeTokens.plan({ hosts: [on(keys)] }, {});
    assert.ok(elsewhere.kind === 'by-hand');
    assert.match(elsewhere.order.instructions, /web1 .*\/etc\/ssh\/ca\.pub/);
  });

  it('gives back what was taken, and nothing that somebody else took', () => {
    const { restore } = suspendAccount;
    assert.equal(restore?.({ hosts: [on(blocked)] }, { hosts: [on(open)] }).kind, 'change');
    assert.equal(restore?.({ hosts: [on(blocked)] }, { hosts: [on(blocked)] }).kind, 'done');
    const foreign = { ...blocked, canGoBack: false };
    assert.equal(restore?.({ hosts: [on(foreign)] }, { hosts: [on(open)] }).kind, 'blocked');
    // It did not answer when it was first read, and was blocked later.
    const late = { ...unread, host: 'web1' };
    assert.equal(restore?.({ hosts: [on(blocked)] }, { hosts: [late] }).kind, 'change');
    assert.equal(restore?.({ hosts: [on(foreign)] }, { hosts: [late] }).kind, 'done');
  });

  it('keeps to the groups that are named', () => {
    const state = { hosts: [on({ groups: ['docker', 'staff', 'sudo'], taken: [] })] };
    const planned = leaveGroups.plan(state, { keep: ['staff'] });
    assert.ok(planned.kind === 'change');
    assert.equal(planned.summary, 'Take out of docker, sudo on web1.');
    assert.equal(leaveGroups.plan(state, { only: ['wheel'] }).kind, 'done');
  });

  it('names processes so that somebody can read it, however many there are', () => {
    const processes = ['', ...Array.from({ length: 40 }, (_, i) => `p${i}`)];
    const planned = revokeSessions.plan({ hosts: [on({ processes })] }, {});
    assert.ok(planned.kind === 'change');
    assert.match(planned.summary, /^End a process without a name, p0, .* and 31 more on web1\.$/);
  });
});

describe('the connector for OpenSSH hosts', () => {
  it('believes a host by an RSA key as well', async () => {
    const rsa = await startFakeHost('rsa');
    after(() => rsa.stop());
    rsa.says(told('host web9'));
    const at = [{ host: '127.0.0.1', port: rsa.port, hostKey: rsa.hostKey }];
    const client = openWith({ hosts: at, privateKey: rsa.privateKey });
    assert.equal(await client.check(), `gatehouse on 127.0.0.1:${rsa.port}`);
  });

  it('binds its key to every host', () => {
    const two = settings.parse({
      ...least,
      hosts: [...least.hosts, { host: 'fd00::1', hostKey: host.hostKey }],
    });
    assert.deepEqual(openSsh.hosts(two), [name, '[fd00::1]:22']);
  });
});

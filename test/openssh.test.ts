import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { appendFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { openHosts } from '#connectors/openssh/api.ts';
import { fakeAccount, fakeMachine } from '#connectors/openssh/fake-machine.ts';
import { leaveGroups } from '#connectors/openssh/leave-groups.ts';
import { revokeSessions } from '#connectors/openssh/revoke-sessions.ts';
import { revokeTokens } from '#connectors/openssh/revoke-tokens.ts';
import { settings as Settings } from '#connectors/openssh/settings.ts';
import { suspendAccount } from '#connectors/openssh/suspend-account.ts';
import { until } from '#core/testing/until.ts';
import { mustRun, run } from '../practice/servers/program.ts';
import { type SshUser, signIn, startSshd } from './targets/sshd.ts';

const sshd = await startSshd();
after(() => sshd.stop());
const web1 = await sshd.listen();
const ada = await sshd.addUser('ada', ['sudo']);
const bob = await sshd.addUser('bob');

const hostAt = (port: number) => ({ host: '127.0.0.1', port, hostKey: sshd.hostKey });
const settingsFor = (...ports: number[]) =>
  Settings.parse({
    hosts: ports.map(hostAt),
    user: sshd.gatehouse.name,
    privateKey: sshd.gatehouse.privateKey,
    loginDomain: 'meadow.example',
  });
const settings = settingsFor(web1.port);
const hosts = openHosts(settings, loopbackIo);
const nothing = { params: {}, before: null };
const keysOf = (name: string) => ({ email: `${name}@meadow.example`, employeeNumber: null, name });

/** The names of somebody's processes, but for those that have ended and that nobody asks about any more. */
async function running({ name }: SshUser): Promise<readonly string[]> {
  const { out } = await run('ps', ['-o', 'stat=,comm=', '-u', name]);
  return out.split('\n').flatMap((it) => (/^\s*[^Z\s]\S*\s+(.+)$/.exec(it) ?? []).slice(1));
}

/** As the engine reads back, for as long as the action settles: a busy machine takes its time over what it ended. */
async function nothingRunsOf({ name }: SshUser): Promise<void> {
  let shown: unknown;
  const isQuiet = async () => {
    const now = await revokeSessions.read(hosts, name, nothing);
    shown = now;
    return revokeSessions.plan(now, {}).kind === 'done';
  };
  await until(`nothing of ${name} to run`, isQuiet, { seen: () => shown });
}

describe('a host with a real sshd', () => {
  it('blocks somebody whose session is open: it ends, and neither key nor password opens another', async () => {
    await sshd.authorize(ada, 'home');
    const byKey = await signIn(web1.port, ada, 'key');
    const byPassword = await signIn(web1.port, ada, 'password');
    await byKey.start('nohup sleep 100000 >/dev/null 2>&1 & exec sleep 100000');
    const [account] = await hosts.accountsOf(keysOf(ada.name));
    assert.deepEqual(account, {
      ...{ id: ada.name, login: ada.name, status: 'active', privileged: true, lastSeenAt: null },
    });

    // A locked password alone would leave the key in use.
    await mustRun('usermod', ['-L', ada.name]);
    (await signIn(web1.port, ada, 'key')).leave();
    await mustRun('usermod', ['-U', ada.name]);

    const before = await suspendAccount.read(hosts, ada.name);
    const busy = await revokeSessions.read(hosts, ada.name, nothing);
    const planned = suspendAccount.plan(before, {});
    assert.ok(planned.kind === 'change');
    assert.match(planned.summary, /^Let the account expire on .*, and end .*sleep/);
    assert.equal(revokeSessions.plan(busy, {}).kind, 'change');
    await suspendAccount.apply(hosts, ada.name, planned.change);

    await Promise.all([byKey.ended, byPassword.ended]);
    assert.deepEqual(await running(ada), []);
    await assert.rejects(signIn(web1.port, ada, 'key'));
    await assert.rejects(signIn(web1.port, ada, 'password'));
    assert.equal(suspendAccount.plan(await suspendAccount.read(hosts, ada.name), {}).kind, 'done');
    await nothingRunsOf(ada);
    const [blocked] = await hosts.accountsOf(keysOf(ada.name));
    assert.equal(blocked?.status, 'suspended');

    const back = suspendAccount.restore?.(await suspendAccount.read(hosts, ada.name), before);
    assert.ok(back?.kind === 'change');
    await suspendAccount.apply(hosts, ada.name, back.change);
    assert.equal((await mustRun('getent', ['shadow', ada.name])).split(':')[7], '');
    (await signIn(web1.port, ada, 'key')).leave();
    (await signIn(web1.port, ada, 'password')).leave();
  });

  it('ends what somebody left running, and only that', async () => {
    const left = await signIn(web1.port, ada, 'password');
    await left.start('trap "" HUP TERM; while :; do sleep 100; done');
    const other = await signIn(web1.port, bob, 'password');
    await other.start('exec sleep 100000');
    await until('both to run', async () => {
      const all = await Promise.all([ada, bob].map(running));
      return all.every((it) => it.includes('sleep'));
    });

    const planned = revokeSessions.plan(await revokeSessions.read(hosts, ada.name, nothing), {});
    assert.ok(planned.kind === 'change');
    assert.match(planned.summary, /sleep.* on 127\.0\.0\.1/);
    await revokeSessions.apply(hosts, ada.name, planned.change);

    await left.ended;
    await nothingRunsOf(ada);
    assert.ok((await running(bob)).includes('sleep'));
    other.leave();
  });

  it('takes keys away wherever sshd reads them, and gives them back', async () => {
    const inHome = await sshd.authorize(ada, 'home', `# mine\n${ada.publicKey}`);
    const ofRoot = await sshd.authorize(ada, 'folder', `from="10.0.0.0/8" ${bob.publicKey}`);
    const before = await revokeTokens.read(hosts, ada.name, nothing);
    const planned = revokeTokens.plan(before, {});
    assert.ok(planned.kind === 'change');
    assert.equal(planned.summary.match(/SHA256:/g)?.length, 2);

    await revokeTokens.apply(hosts, ada.name, planned.change);

    assert.deepEqual([existsSync(inHome), existsSync(ofRoot)], [false, false]);
    const gone = await revokeTokens.read(hosts, ada.name, nothing);
    assert.equal(revokeTokens.plan(gone, {}).kind, 'done');
    await assert.rejects(signIn(web1.port, ada, 'key'));

    const back = revokeTokens.restore?.(gone, before);
    assert.ok(back?.kind === 'change');
    await revokeTokens.apply(hosts, ada.name, back.change);
    assert.deepEqual(await revokeTokens.read(hosts, ada.name, nothing), before);
    assert.equal(readFileSync(inHome, 'utf8'), `# mine\n${ada.publicKey}\n`);
    (await signIn(web1.port, ada, 'key')).leave();
  });

  it('asks a person where sshd believes an authority as well', async () => {
    await appendFile(join(sshd.folder, 'sshd_config'), 'TrustedUserCAKeys /etc/ssh/people.pub\n');
    const planned = revokeTokens.plan(await revokeTokens.read(hosts, bob.name, nothing), {});
    assert.ok(planned.kind === 'by-hand');
    assert.match(planned.order.instructions, /trustedusercakeys \/etc\/ssh\/people\.pub/);
  });

  it('takes somebody out of sudo, and puts them back', async () => {
    const before = await leaveGroups.read(hosts, ada.name);
    const planned = leaveGroups.plan(before, {});
    assert.ok(planned.kind === 'change');
    assert.match(planned.summary, /^Take out of sudo on /);

    await leaveGroups.apply(hosts, ada.name, planned.change);

    assert.doesNotMatch(await mustRun('id', ['-nG', ada.name]), /\bsudo\b/);
    const now = await leaveGroups.read(hosts, ada.name);
    assert.equal(leaveGroups.plan(now, {}).kind, 'done');
    const back = leaveGroups.restore?.(now, before);
    assert.ok(back?.kind === 'change');
    await leaveGroups.apply(hosts, ada.name, back.change);
    assert.deepEqual(await leaveGroups.read(hosts, ada.name), before);
  });
});

describe('a set of hosts of which one does not answer', () => {
  it('is cut where it can be reached, and the step waits for the other one by name', async () => {
    const web2 = await sshd.listen();
    const both = openHosts(settingsFor(web1.port, web2.port), loopbackIo);
    await web2.stop();

    const planned = suspendAccount.plan(await suspendAccount.read(both, bob.name), {});
    assert.ok(planned.kind === 'change');
    await assert.rejects(suspendAccount.apply(both, bob.name, planned.change), {
      message: new RegExp(`^unavailable: 127\\.0\\.0\\.1:${web2.port}`),
    });

    const waiting = suspendAccount.plan(await suspendAccount.read(both, bob.name), {});
    assert.ok(waiting.kind === 'underway');
    assert.match(
      waiting.because,
      new RegExp(`^Done on the others\\. .*127\\.0\\.0\\.1:${web2.port}`),
    );
    await assert.rejects(signIn(web1.port, bob, 'password'));

    await sshd.listen(web2.port);
    assert.equal(suspendAccount.plan(await suspendAccount.read(both, bob.name), {}).kind, 'done');
  });
});

/** Where homes lie is the machine's own; the name of an account stands after them. */
const homeless = (line: string): string => line.replace(/^(account( \S+){5}).*/, '$1');

describe('the program on a host', () => {
  /** As sudo runs it, without the way there. */
  async function asked(request: string): Promise<readonly string[]> {
    const env = { SUDO_UID: String(sshd.gatehouse.uid) };
    const out = await mustRun(sshd.program, [], { input: `${request}\n`, env });
    const [greeting, ...lines] = out.trimEnd().split('\n');
    assert.equal(greeting, 'gatehouse-host 1');
    return lines;
  }
  const refuses = async (request: string, words: RegExp) =>
    assert.match((await asked(request)).join('\n'), words, request);

  it('is spoken for by the fake of the practice company in the same words', async () => {
    const eve = await sshd.addUser('eve', ['sudo']);
    const { name, uid, publicKey } = eve;
    const file = await sshd.authorize(eve, 'home');
    const fake = fakeMachine(
      [fakeAccount({ name, uid, keys: [publicKey], groups: ['sudo'] })],
      () => new Date(),
    );
    // What is refused ends the conversation.
    const conversations = [
      [
        ...[`list ${name}`, `show ${name} keys`, `show ${name} processes`, `leave ${name} sudo`],
        ...[`block ${name}`, `end ${name}`, `keys-away ${name}`, `list ${name}`],
        ...[`show ${name} keys`, `block ${name}`, `rejoin ${name} sudo`, `rejoin ${name} sudo`],
      ],
      [`keys-back ${name} /etc/none`],
      [`keys-back ${name} ${file}`, `unblock ${name}`, `show ${name} keys`, `unblock ${name}`],
      ['show nobody-here', 'block nobody-here'],
      ['shell'],
    ];
    for (const conversation of conversations) {
      const requests = conversation.join('\n');
      const real = (await asked(requests)).filter((it) => !it.startsWith('other '));
      const [greeting, ...said] = fake.says(requests).trimEnd().split('\n');
      assert.equal(greeting, 'gatehouse-host 1');
      assert.deepEqual(said.map(homeless), real.map(homeless), requests);
    }
  });

  it('touches neither root, nor system accounts, nor the account that asks', async () => {
    const shadow = readFileSync('/etc/shadow', 'utf8');
    const own = sshd.gatehouse.name;
    const requests = ['block root', 'keys-away daemon', `end ${own}`];
    for (const request of [...requests, 'end 0', `block ${ada.uid}`]) {
      await refuses(request, /^error not-found /);
    }
    assert.equal(readFileSync('/etc/shadow', 'utf8'), shadow);
    const listed = (await asked('list')).filter((it) => it.startsWith('account '));
    const names = listed.map((it) => it.split(' ')[1]);
    assert.deepEqual(
      [ada.name, bob.name].filter((it) => !names.includes(it)),
      [],
    );
    for (const name of ['root', 'daemon', 'nobody', sshd.gatehouse.name]) {
      assert.ok(!names.includes(name), name);
    }
  });

  it('does nothing with names that are none, and knows no other requests', async () => {
    for (const name of ['-e', '$(id)', '']) {
      await refuses(`block ${name}`, /^error (rejected|not-found) /);
    }
    await refuses('shell', /no request/);
    await refuses(`leave ${ada.name} -a`, /no name of a group/);
  });

  it('gives back nothing that it did not take', async () => {
    for (const request of [
      `rejoin ${bob.name} sudo`,
      `keys-back ${bob.name} /home/${bob.name}/.ssh/authorized_keys`,
      `unblock ${ada.name}`,
    ]) {
      await refuses(request, /^error rejected /);
    }
    assert.doesNotMatch(await mustRun('id', ['-nG', bob.name]), /\bsudo\b/);
  });

  it('follows no link out of a home with the rights of root', async () => {
    const precious = join(sshd.folder, 'precious');
    await mkdir(precious);
    const file = join(precious, 'authorized_keys');
    await writeFile(file, `${ada.publicKey}\n`);
    const home = join('/home', ada.name, '.ssh');
    await rm(home, { recursive: true });
    await symlink(precious, home);

    await refuses(`keys-away ${ada.name}`, /^error rejected .*cannot be removed/);

    assert.equal(readFileSync(file, 'utf8'), `${ada.publicKey}\n`);
  });
});

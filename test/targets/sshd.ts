import { spawn } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  freePort,
  mustBeInstalled,
  mustRun,
  run,
  stopProgram,
  whileAlive,
} from '../../practice/servers/program.ts';
import { signIn as signInAs } from '../../practice/servers/ssh-client.ts';

// A real sshd on 127.0.0.1 with users of its own on this machine, all gone when stopped. Needs root.

const program = '/usr/sbin/sshd';
const needed = [program, '/usr/bin/sudo', '/usr/bin/setpriv', '/usr/bin/chage'];
const hostProgram = new URL('../../src/connectors/openssh/gatehouse-host', import.meta.url);

/** Somebody who can sign in by key and by password. */
export interface SshUser {
  readonly name: string;
  readonly uid: number;
  readonly password: string;
  readonly privateKey: string;
  readonly publicKey: string;
}

/** Starts sshd with PAM, and makes an account for Gatehouse that may run its program by sudo. */
export async function startSshd() {
  mustBeInstalled('OpenSSH', needed, ['openssh-server', 'sudo', 'passwd', 'util-linux']);
  // Below /run, since sshd trusts no file that lies in a folder where everybody may write.
  const folder = await mkdtemp('/run/gatehouse-sshd-');
  await chmod(folder, 0o755);
  await mkdir('/run/sshd', { recursive: true });
  await mkdir(join(folder, 'keys'));
  const config = join(folder, 'sshd_config');
  const hostKey = join(folder, 'host_key');
  await mustRun('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey]);

  const installed = join(folder, 'gatehouse-host');
  await cp(hostProgram, installed);
  const original = await readFile(installed, 'utf8');
  await writeFile(
    installed,
    original
      .replace('sshd_config=/etc/ssh/sshd_config', `sshd_config=${config}`)
      .replace('taken=/var/lib/gatehouse-host', `taken=${folder}/taken`),
  );

  const users: SshUser[] = [];
  const suffix = `${process.pid}${Date.now() % 100_000}`;

  async function addUser(called: string, groups: readonly string[] = []): Promise<SshUser> {
    const name = `${called}${suffix}`;
    await mustRun('useradd', ['-m', '-s', '/bin/sh', ...groups.flatMap((it) => ['-G', it]), name]);
    const password = `password of ${name}`;
    await mustRun('chpasswd', [], { input: `${name}:${password}\n` });
    const key = join(folder, `key-${name}`);
    await mustRun('ssh-keygen', ['-q', '-t', 'ed25519', '-C', 'at home', '-N', '', '-f', key]);
    const uid = Number(await mustRun('id', ['-u', name]));
    const user = {
      ...{ name, uid, password },
      privateKey: await readFile(key, 'utf8'),
      publicKey: (await readFile(`${key}.pub`, 'utf8')).trim(),
    };
    users.push(user);
    return user;
  }

  const gatehouse = await addUser('gatehouse');
  const sudoers = `/etc/sudoers.d/${gatehouse.name}`;
  await writeFile(sudoers, `${gatehouse.name} ALL=(root) NOPASSWD: ${installed} ""\n`, {
    mode: 0o440,
  });
  // The forced command stands in for the usual place of the program, which is no place for a test.
  await writeFile(
    join(folder, 'keys', gatehouse.name),
    `restrict,command="sudo -n ${installed}" ${gatehouse.publicKey}\n`,
  );

  const sshds: { stop(): Promise<void> }[] = [];
  await writeFile(
    config,
    `HostKey ${hostKey}
PidFile none
UsePAM yes
UseDNS no
PasswordAuthentication yes
KbdInteractiveAuthentication no
MaxStartups 100
AuthorizedKeysFile .ssh/authorized_keys ${folder}/keys/%u
`,
  );

  /** One more name for this machine: another port with the same accounts. */
  async function listen(port?: number) {
    const at = port ?? (await freePort());
    const child = spawn(
      '/usr/bin/setpriv',
      ['--pdeathsig', 'KILL', program, '-D', '-e', '-f', config].concat([
        '-o',
        `ListenAddress=127.0.0.1:${at}`,
      ]),
      { stdio: 'ignore' },
    );
    await whileAlive(child, 'sshd to answer', () => answers(at));
    const sshd = { port: at, stop: () => stopProgram(child) };
    sshds.push(sshd);
    return sshd;
  }

  async function stop(): Promise<void> {
    for (const sshd of sshds) await sshd.stop();
    for (const { name } of users) {
      await run('pkill', ['-KILL', '-u', name]);
      await run('userdel', ['-f', '-r', name]);
    }
    await rm(sudoers, { force: true });
    await rm(folder, { recursive: true, force: true });
  }

  return {
    folder,
    program: installed,
    hostKey: (await readFile(`${hostKey}.pub`, 'utf8')).trim(),
    gatehouse,
    addUser,
    listen,
    stop,

    /** Puts a key where sshd looks for it: in the home, or in the folder of root. */
    async authorize(
      user: SshUser,
      where: 'home' | 'folder',
      key = user.publicKey,
    ): Promise<string> {
      if (where === 'folder') {
        const file = join(folder, 'keys', user.name);
        await writeFile(file, `${key}\n`);
        return file;
      }
      const home = join('/home', user.name, '.ssh');
      await mkdir(home, { recursive: true, mode: 0o700 });
      const file = join(home, 'authorized_keys');
      await writeFile(file, `${key}\n`, { mode: 0o600 });
      for (const it of [home, file]) await chown(it, user.uid, user.uid);
      return file;
    },
  };
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/** Signs in by key or by password; throws when sshd refuses. */
export const signIn = (
  port: number,
  { name, password, privateKey }: SshUser,
  by: 'key' | 'password',
) => signInAs(port, name, by === 'key' ? { privateKey } : { password });

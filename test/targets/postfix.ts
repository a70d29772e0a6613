import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  mustBeInstalled,
  mustRun,
  stopProgram,
  whileAlive,
} from '../../practice/servers/program.ts';

// A real Postfix on 127.0.0.1, in a folder of its own, gone without trace when stopped. Needs root, as its master does.

const master = '/usr/lib/postfix/sbin/master';
const needed = [master, '/usr/bin/setpriv'];

/** What `postfix check`, which takes seconds, would make. */
const queues = [
  ...['active', 'bounce', 'corrupt', 'defer', 'deferred', 'flush', 'hold', 'incoming', 'maildrop'],
  ...['private', 'public', 'saved', 'trace'],
];

export interface PostfixOptions {
  /** Where it listens. */
  readonly port: number;
  /** The domain whose mail goes to Dovecot. */
  readonly domain: string;
  readonly lmtpPort: number;
  /** Ports of other mail servers by their domains. */
  readonly elsewhere: Readonly<Record<string, number>>;
}

export type Postfix = Awaited<ReturnType<typeof startPostfix>>;

/** Starts Postfix. Nothing can leave this machine: whatever has no other way goes to a port where nobody is. */
export async function startPostfix({ port, domain, lmtpPort, elsewhere }: PostfixOptions) {
  mustBeInstalled('Postfix', needed, ['postfix']);
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-postfix-'));
  await chmod(folder, 0o755);
  const config = join(folder, 'config');
  for (const it of ['config', 'data', 'queue', 'queue/pid']) await mkdir(join(folder, it));
  for (const it of queues) await mkdir(join(folder, 'queue', it));
  const own = queues.map((it) => join(folder, 'queue', it));
  await mustRun('chown', ['postfix', join(folder, 'data'), ...own]);
  const ways = Object.entries(elsewhere).map(([at, to]) => `${at} smtp:[127.0.0.1]:${to}\n`);
  await writeFile(join(folder, 'transport'), ways.join(''));
  await writeFile(join(config, 'main.cf'), mainConfiguration(folder, domain, lmtpPort));
  await writeFile(join(config, 'master.cf'), services(port));

  const child = spawn('/usr/bin/setpriv', ['--pdeathsig', 'KILL', master, '-c', config, '-d'], {
    stdio: 'ignore',
  });
  async function stop(): Promise<void> {
    await stopProgram(child);
    await rm(folder, { recursive: true, force: true });
  }
  try {
    await whileAlive(child, 'Postfix to answer', () => greets(port));
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, stop };
}

const greets = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    const answer = (it: boolean) => {
      socket.destroy();
      resolve(it);
    };
    socket.once('data', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('close', () => answer(false));
  });

const mainConfiguration = (folder: string, domain: string, lmtpPort: number): string => `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.${domain}
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
virtual_mailbox_domains = ${domain}
virtual_transport = lmtp:inet:127.0.0.1:${lmtpPort}
transport_maps = texthash:${folder}/transport
relayhost = [127.0.0.1]:9
smtputf8_enable = no
`;

/** Only what passing mail on takes, none of it in a chroot. */
const services = (port: number): string => `
127.0.0.1:${port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  freePort,
  mustBeInstalled,
  mustRun,
  stopProgram,
  whileAlive,
} from '../../practice/servers/program.ts';

// A real OpenVPN server on 127.0.0.1 with an authority of its own, and clients of it. Needs root and /dev/net/tun.

const program = '/usr/sbin/openvpn';
const started = 'Initialization Sequence Completed';

/** Starts a server whose management interface listens on a port with a password, or on a socket. */
export async function startOpenVpn(by: 'port' | 'socket' = 'port') {
  mustBeInstalled('OpenVPN', [program, '/dev/net/tun', '/usr/bin/setpriv'], ['openvpn', 'openssl']);
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-openvpn-'));
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => mustRun('openssl', args);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const password = 'of the management interface';
  const children: ChildProcess[] = [];

  await writeFile(at('ca.cnf'), authority(folder));
  await writeFile(at('index.txt'), '');
  await writeFile(at('serial'), '01\n');
  await writeFile(at('password'), `${password}\n`);
  await openssl(
    ...['req', '-x509', ...curve, '-keyout', at('ca.key'), '-out', at('ca.crt')],
    ...['-days', '2', '-subj', '/CN=Meadow'],
  );
  const publishList = () =>
    openssl('ca', '-config', at('ca.cnf'), '-gencrl', '-out', at('crl.pem'));
  await publishList();

  async function issue(name: string): Promise<string[]> {
    const [key, request, certificate] = ['key', 'csr', 'crt'].map((it) => at(`${name}.${it}`));
    await openssl('req', ...curve, '-keyout', key!, '-out', request!, '-subj', `/CN=${name}`);
    await openssl('ca', '-batch', '-config', at('ca.cnf'), '-in', request!, '-out', certificate!);
    return ['--ca', at('ca.crt'), '--cert', certificate!, '--key', key!];
  }

  /** Starts OpenVPN; what it says goes into a file. */
  function start(called: string, args: readonly string[]) {
    const log = at(`${called}.log`);
    const child = spawn(
      '/usr/bin/setpriv',
      ['--pdeathsig', 'KILL', program, '--log', log, '--dev', 'tun', '--ifconfig-noexec'].concat([
        '--route-noexec',
        ...args,
      ]),
      { stdio: 'ignore' },
    );
    children.push(child);
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const said = () => readFile(log, 'utf8').catch(() => '');
    return { child, ended, said, isUp: async () => (await said()).includes(started) };
  }

  const port = await freePort();
  const managementPort = await freePort();
  // The connector takes sockets from there alone.
  const socket = `/run/openvpn/gatehouse-${process.pid}-${port}.sock`;
  await mkdir('/run/openvpn', { recursive: true });
  const server = start('server', [
    ...['--local', '127.0.0.1', '--port', String(port), '--proto', 'tcp-server'],
    ...['--server', '10.99.0.0', '255.255.255.0', '--dh', 'none', '--keepalive', '5', '60'],
    ...(await issue('server')),
    ...['--crl-verify', at('crl.pem')],
    ...(by === 'port'
      ? ['--management', '127.0.0.1', String(managementPort), at('password')]
      : ['--management', socket, 'unix']),
  ]);

  async function stop(): Promise<void> {
    for (const child of children) await stopProgram(child);
    await rm(socket, { force: true });
    await rm(folder, { recursive: true, force: true });
  }

  try {
    await whileAlive(server.child, 'OpenVPN to start', server.isUp);
  } catch (error) {
    await stop();
    throw error;
  }

  const certificates = new Map<string, readonly string[]>();
  let dialled = 0;
  return {
    managementPort,
    socket,
    password,
    said: server.said,
    stop,

    /** Dials once, with the certificate of that name, which is made the first time. */
    async dial(name: string) {
      const certificate = certificates.get(name) ?? (await issue(name));
      certificates.set(name, certificate);
      dialled += 1;
      return start(`client-${dialled}`, [
        ...['--remote', '127.0.0.1', String(port), '--proto', 'tcp-client', '--client', '--nobind'],
        ...['--tls-exit', '--connect-retry-max', '1', ...certificate],
      ]);
    },

    /** What an administrator does: revokes the certificate, and lays the new list where the server reads it. */
    async revoke(name: string): Promise<void> {
      await openssl('ca', '-config', at('ca.cnf'), '-revoke', at(`${name}.crt`));
      await publishList();
    },
  };
}

const authority = (folder: string) => `
[ca]
default_ca = own
[own]
database = ${folder}/index.txt
serial = ${folder}/serial
new_certs_dir = ${folder}
certificate = ${folder}/ca.crt
private_key = ${folder}/ca.key
default_md = sha256
default_days = 2
default_crl_days = 2
policy = names
unique_subject = no
[names]
commonName = supplied
`;

import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '../../practice/servers/certificate.ts';
import { ldapTools } from '../../practice/servers/ldap-tools.ts';
import { rdn } from '../../practice/servers/ldif.ts';
import {
  mustBeInstalled,
  mustRun,
  run,
  stopProgram,
  whileAlive,
} from '../../practice/servers/program.ts';

// A real Active Directory: Samba as domain controller. Its ports are fixed, so it gets a loopback
// address of its own (127.0.0.x), where it disturbs nobody. Needs root, as the ports are below 1024.

const realm = 'MEADOW.EXAMPLE';
const baseDn = 'DC=meadow,DC=example';
const usersDn = `CN=Users,${baseDn}`;
const serverName = 'dc1.meadow.example';
const password = 'Administrator-of-Meadow-1';
const administrator = `Administrator@${realm.toLowerCase()}`;
/** A person whom every copy of the domain knows by the same key. */
const everywhere = { login: 'everywhere', password: 'Known-2-Every-Copy' };

const needed = ['/usr/sbin/samba', '/usr/bin/samba-tool', '/usr/bin/kinit', '/usr/bin/ldapsearch'];
const packages = [
  ...['samba', 'samba-ad-dc', 'samba-ad-provision', 'samba-dsdb-modules', 'samba-vfs-modules'],
  ...['winbind', 'python3-samba', 'ldb-tools', 'krb5-user', 'ldap-utils', 'openssl'],
];

export interface NewUser {
  readonly login: string;
  readonly password: string;
  readonly mail?: string;
  readonly employeeId?: string;
  /** Full name; default: the login. */
  readonly name?: string;
}

export type Samba = Awaited<ReturnType<typeof startSamba>>;

/**
 * Starts a domain controller of a domain of its own. The first start of a Samba version makes the
 * domain (some 10 s) and keeps it in the temporary folder; later ones copy it (some 2 s). Two
 * started side by side are two controllers of the same domain that do not replicate.
 *
 * Throws, saying what to install, when Samba is not there.
 */
export async function startSamba() {
  mustBeInstalled('Samba as Active Directory', needed, packages);
  if (process.getuid?.() !== 0) throw new Error('Samba as Active Directory needs root.');
  const template = await domainTemplate();

  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-samba-'));
  await mustRun('cp', ['-a', '--reflink=auto', '--sparse=always', `${template}/.`, folder]);
  const ip = await freeLoopbackAddress();
  const tls = join(folder, 'private', 'tls');
  await mkdir(tls, { recursive: true, mode: 0o700 });
  const { pem, certFile } = await makeCertificate(tls, [serverName, ip]);
  const config = await writeConfiguration(folder, ip);
  const krb5 = join(folder, 'krb5.conf');
  await writeFile(krb5, kerberosConfiguration(ip));

  let said = '';
  const child = spawn('/usr/sbin/samba', ['-i', '-M', 'standard', '-s', config], {
    // `-i` makes it end with its standard input, so it never outlives this process.
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (data: Buffer) => {
      said = `${said}${data}`.slice(-4_000);
    });
  }

  const ldapsUrl = `ldaps://${ip}:636`;
  const tools = ldapTools({ url: ldapsUrl, dn: administrator, password, baseDn, caFile: certFile });
  let tickets = 0;

  /** Gets a ticket as a person at a workstation would. */
  async function kinit(login: string, secret: string) {
    const cache = join(folder, `tickets-${++tickets}`);
    const env = { KRB5_CONFIG: krb5, KRB5CCNAME: `FILE:${cache}` };
    const { code, out, err } = await run('kinit', [`${login}@${realm}`], {
      input: `${secret}\n`,
      env,
    });
    return {
      ok: code === 0,
      message: `${err}${out}`.trim(),
      /** Uses the ticket: asks for one to a service, such as `ldap/dc1.meadow.example`. */
      async serviceTicket(service: string): Promise<{ ok: boolean; message: string }> {
        const asked = await run('kvno', [`${service}@${realm}`], { env });
        return { ok: asked.code === 0, message: `${asked.err}${asked.out}`.trim() };
      },
    };
  }

  async function stop(): Promise<void> {
    await stopProgram(child);
    await rm(folder, { recursive: true, force: true });
  }

  try {
    const answers = async () =>
      (await tools.signIn(administrator, password)).code === 0 &&
      (await kinit('Administrator', password)).ok;
    await whileAlive(child, 'Samba to answer', answers);
  } catch (error) {
    await stop();
    throw new Error(`Samba did not start on ${ip}. It said: ${said}`, { cause: error });
  }

  return {
    ip,
    port: 636,
    ldapsUrl,
    /** The name in the certificate. */
    serverName,
    caPem: pem,
    realm,
    baseDn,
    usersDn,
    administrator,
    password,
    everywhere,
    ...tools,
    kinit,

    /** Adds a person; returns the DN. */
    async addUser({ login, mail, employeeId, name = login, ...user }: NewUser): Promise<string> {
      const dn = `${rdn('CN', name)},${usersDn}`;
      const unicodePwd = Buffer.from(`"${user.password}"`, 'utf16le');
      const lines = [
        `dn:: ${Buffer.from(dn).toString('base64')}`,
        'objectClass: user',
        `sAMAccountName:: ${Buffer.from(login).toString('base64')}`,
        `userPrincipalName:: ${Buffer.from(`${login}@${realm.toLowerCase()}`).toString('base64')}`,
        ...(mail === undefined ? [] : [`mail:: ${Buffer.from(mail).toString('base64')}`]),
        ...(employeeId === undefined
          ? []
          : [`employeeID:: ${Buffer.from(employeeId).toString('base64')}`]),
        'userAccountControl: 512',
        `unicodePwd:: ${unicodePwd.toString('base64')}`,
      ];
      await tools.addLdif(`${lines.join('\n')}\n`);
      return dn;
    },

    /** Adds a security group; returns the DN. */
    async addGroup(name: string, memberDns: readonly string[]): Promise<string> {
      const dn = `${rdn('CN', name)},${usersDn}`;
      const member = memberDns.length === 0 ? {} : { member: memberDns };
      const sAMAccountName = [name.replaceAll(/["/\\[\]:;|=,+*?<>]/g, '')];
      await tools.add([{ dn, attributes: { objectClass: ['group'], sAMAccountName, ...member } }]);
      return dn;
    },

    stop,
  };
}

/** The empty domain that every start copies. Made once for each version of Samba. */
async function domainTemplate(): Promise<string> {
  const version = (await mustRun('/usr/sbin/samba', ['--version'])).replace(/[^\d.]/g, '');
  const recipe = 1; // raise it when anything below changes
  const place = join(tmpdir(), `gatehouse-samba-domain-${version}-${recipe}`);
  if (await isOurs(place)) return place;

  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-samba-making-'));
  await mustRun('samba-tool', [
    ...['domain', 'provision', `--targetdir=${folder}`, `--realm=${realm}`, '--domain=MEADOW'],
    ...['--server-role=dc', '--dns-backend=SAMBA_INTERNAL', `--adminpass=${password}`],
    ...['--use-rfc2307', '--host-name=dc1', '--host-ip=127.0.0.1', '--option=interfaces=lo'],
    ...['--option=bind interfaces only=yes', '--option=vfs objects=dfs_samba4 acl_xattr xattr_tdb'],
  ]);
  const config = await writeConfiguration(folder, '127.0.0.1');
  const local = ['-H', join(folder, 'private', 'sam.ldb'), '-s', config];
  const { login, password: secret } = everywhere;
  await mustRun('samba-tool', ['user', 'create', login, secret, ...local]);
  try {
    await rename(folder, place);
  } catch {
    await rm(folder, { recursive: true, force: true }); // another process was faster
  }
  if (await isOurs(place)) return place;
  throw new Error(`${place} is in the way: delete it.`);
}

/** The temporary folder is open to everybody; what somebody else put there is not ours to run. */
async function isOurs(folder: string): Promise<boolean> {
  if (!existsSync(folder)) return false;
  const { uid, mode } = await lstat(folder);
  return uid === process.getuid?.() && (mode & 0o077) === 0;
}

/** An address of 127.0.0.0/8 with the ports of LDAP and Kerberos free. */
async function freeLoopbackAddress(): Promise<string> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const ip = `127.0.${randomInt(1, 255)}.${randomInt(2, 255)}`;
    if ((await isFree(ip, 389)) && (await isFree(ip, 88)) && (await isFree(ip, 636))) return ip;
  }
  throw new Error('The ports 88, 389 and 636 are in use on every loopback address.');
}

const isFree = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });

async function writeConfiguration(folder: string, ip: string): Promise<string> {
  for (const name of ['run', 'log', 'etc']) await mkdir(join(folder, name), { recursive: true });
  const file = join(folder, 'etc', 'smb.conf');
  await writeFile(
    file,
    `[global]
  server role = active directory domain controller
  realm = ${realm}
  workgroup = MEADOW
  netbios name = DC1
  server services = ldap, cldap, kdc, drepl, ntp_signd, kcc
  interfaces = ${ip}/8
  bind interfaces only = yes
  private dir = ${folder}/private
  state directory = ${folder}/state
  lock directory = ${folder}
  cache directory = ${folder}/cache
  pid directory = ${folder}/run
  ncalrpc dir = ${folder}/run/ncalrpc
  log file = ${folder}/log/log
  logging = file
  tls keyfile = ${folder}/private/tls/key.pem
  tls certfile = ${folder}/private/tls/cert.pem
  tls cafile = ${folder}/private/tls/cert.pem
  idmap_ldb:use rfc2307 = yes

[sysvol]
  path = ${folder}/state/sysvol
`,
  );
  return file;
}

const kerberosConfiguration = (ip: string) => `[libdefaults]
  default_realm = ${realm}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  rdns = false
[realms]
  ${realm} = {
    kdc = ${ip}
  }
`;

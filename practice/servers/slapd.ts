import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from './certificate.ts';
import { ldapTools } from './ldap-tools.ts';
import { type LdifEntry, parseLdif, rdn } from './ldif.ts';
import { freePort, mustBeInstalled, run, stopProgram, whileAlive } from './program.ts';

// A real OpenLDAP server on 127.0.0.1, in a folder of its own, gone without trace when stopped.

export interface DirectoryPerson {
  readonly uid: string;
  readonly name: string;
  readonly mail: string;
  readonly password: string;
  readonly employeeNumber?: string;
}

export interface DirectoryGroup {
  readonly name: string;
  /** The uids of people who are in it. */
  readonly members: readonly string[];
  /** Default: groupOfNames, which may never be empty. */
  readonly kind?: 'groupOfNames' | 'groupOfUniqueNames' | 'posixGroup';
}

export interface SlapdOptions {
  readonly people?: readonly DirectoryPerson[];
  readonly groups?: readonly DirectoryGroup[];
  /** False: the password policy keeps locks but lets everybody in. Default: true. */
  readonly enforcesLocks?: boolean;
  /** Below `ou=fault` live `cn=busy`, `cn=slow` (3 s) and `cn=hangup`. Default: false. */
  readonly faults?: boolean;
  /** How many entries anybody but the administrator may get. Default: as many as there are. */
  readonly sizeLimit?: number;
  /** Copies everything from this server, and goes on doing so. */
  readonly replicaOf?: Slapd;
}

export type Slapd = Awaited<ReturnType<typeof startSlapd>>;

const baseDn = 'dc=meadow,dc=example';
const peopleDn = `ou=people,${baseDn}`;
const groupsDn = `ou=groups,${baseDn}`;
const policyDn = `cn=default,ou=policies,${baseDn}`;
const administrator = { dn: `cn=admin,${baseDn}`, password: 'administrator-of-meadow' };
/** May change everything, but is bound by limits: what an administrator should give us. */
const service = { dn: `cn=gatehouse,ou=services,${baseDn}`, password: 'gatehouse-of-meadow' };
/** May read everything but passwords. */
const reader = { dn: `cn=reader,ou=services,${baseDn}`, password: 'reader-of-meadow' };

const program = '/usr/sbin/slapd';
const needed = [program, '/usr/bin/ldapsearch', '/usr/lib/ldap/retcode.so', '/usr/bin/setpriv'];

export const slapdInstalled = (): boolean => needed.every((file) => existsSync(file));

export const personDn = (uid: string): string => `${rdn('uid', uid)},${peopleDn}`;
export const groupDn = (name: string): string => `${rdn('cn', name)},${groupsDn}`;

/**
 * Starts slapd with password policy, memberOf, referential integrity and TLS, and fills it.
 * Throws, saying what to install, when it is not there.
 */
export async function startSlapd(options: SlapdOptions = {}) {
  mustBeInstalled('OpenLDAP', needed, ['slapd', 'slapd-contrib', 'ldap-utils', 'openssl']);
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-slapd-'));
  await mkdir(join(folder, 'db'));
  const certificate = await makeCertificate(folder, ['localhost', '127.0.0.1']);
  const config = join(folder, 'slapd.conf');
  await writeFile(config, configuration(folder, options));

  const ports = { ldap: await freePort(), ldaps: await freePort() };
  const url = `ldap://127.0.0.1:${ports.ldap}`;
  const ldapsUrl = `ldaps://127.0.0.1:${ports.ldaps}`;
  const child = spawn(
    // Should this process die without a word, the server goes with it.
    '/usr/bin/setpriv',
    ['--pdeathsig', 'KILL', program, '-f', config, '-h', `${url} ${ldapsUrl}`, '-d', '0'],
    { stdio: 'ignore' },
  );

  const tools = ldapTools({ url, baseDn, ...administrator });
  const anonymously = ['-x', '-H', url];

  async function stop(): Promise<void> {
    await stopProgram(child);
    await rm(folder, { recursive: true, force: true });
  }

  try {
    const answers = async () => (await run('ldapwhoami', anonymously)).code === 0;
    await whileAlive(child, 'slapd to answer', answers);
    if (options.replicaOf) {
      const everything = await options.replicaOf.search('(objectClass=*)', ['1.1']);
      const whole = [...anonymously, '-LLL', '-b', baseDn, '1.1'];
      const copied = async () => {
        const { code, out } = await run('ldapsearch', whole);
        return code === 0 && parseLdif(out).length >= everything.length;
      };
      await whileAlive(child, 'slapd to have copied everything', copied);
    } else {
      await tools.add(seed(options));
    }
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    url,
    ldapsUrl,
    caPem: certificate.pem,
    baseDn,
    peopleDn,
    groupsDn,
    policyDn,
    /** The account meant for Gatehouse. */
    bindDn: service.dn,
    password: service.password,
    administrator,
    reader,
    ...tools,
    stop,
  };
}

function configuration(folder: string, options: SlapdOptions): string {
  const { faults = false, sizeLimit = 'unlimited', replicaOf } = options;
  const schemas = ['core', 'cosine', 'nis', 'inetorgperson', 'dyngroup'];
  const modules = ['back_mdb', 'ppolicy', 'memberof', 'refint', 'syncprov', 'retcode'];
  return `
${schemas.map((it) => `include /etc/ldap/schema/${it}.schema`).join('\n')}
modulepath /usr/lib/ldap
${modules.map((it) => `moduleload ${it}`).join('\n')}
pidfile ${folder}/slapd.pid
TLSCertificateFile ${folder}/cert.pem
TLSCertificateKeyFile ${folder}/key.pem
sizelimit ${sizeLimit}
access to attrs=userPassword
  by dn.exact="${service.dn}" write by anonymous auth by self write by * none
access to * by dn.exact="${service.dn}" write by * read

database mdb
suffix "${baseDn}"
rootdn "${administrator.dn}"
rootpw ${administrator.password}
directory ${folder}/db
index objectClass,entryUUID,entryCSN,uid,mail,member eq
overlay syncprov
overlay ppolicy
ppolicy_default "${policyDn}"
ppolicy_use_lockout
${replicaOf ? replication(replicaOf) : integrity}
${faults ? failures : ''}`;
}

const integrity = `
overlay memberof
memberof-refint true
overlay refint
refint_attributes member uniqueMember manager
refint_nothing "${administrator.dn}"`;

const failures = `
overlay retcode
retcode-parent "ou=fault,${baseDn}"
retcode-item "cn=busy" 0x33 text="too many at once"
retcode-item "cn=slow" 0x00 sleeptime=3
retcode-item "cn=hangup" 0x34 flags=disconnect`;

const replication = ({ url }: Slapd) => `
syncrepl rid=001 provider=${url} type=refreshAndPersist retry="1 +"
  searchbase="${baseDn}" bindmethod=simple
  binddn="${administrator.dn}" credentials=${administrator.password}
updateref ${url}`;

function seed({ people = [], groups = [], enforcesLocks = true }: SlapdOptions): LdifEntry[] {
  return [
    {
      dn: baseDn,
      attributes: { objectClass: ['dcObject', 'organization'], dc: ['meadow'], o: ['Meadow & Co'] },
    },
    ...['policies', 'services', 'people', 'groups'].map((ou) => ({
      dn: `ou=${ou},${baseDn}`,
      attributes: { objectClass: ['organizationalUnit'], ou: [ou] },
    })),
    {
      dn: policyDn,
      attributes: {
        objectClass: ['organizationalRole', 'pwdPolicy'],
        cn: ['default'],
        pwdAttribute: ['userPassword'],
        pwdLockout: [enforcesLocks ? 'TRUE' : 'FALSE'],
      },
    },
    ...[service, reader].map(({ dn, password }) => ({
      dn,
      attributes: {
        objectClass: ['organizationalRole', 'simpleSecurityObject'],
        cn: [dn.slice(3, dn.indexOf(','))],
        userPassword: [password],
      },
    })),
    ...people.map(personEntry),
    ...groups.map(groupEntry),
  ];
}

/** The entry of a person, for `add` as well. */
export const personEntry = (person: DirectoryPerson): LdifEntry => ({
  dn: personDn(person.uid),
  attributes: {
    objectClass: ['inetOrgPerson'],
    uid: [person.uid],
    cn: [person.name],
    sn: [person.name.split(' ').at(-1) || person.name],
    mail: [person.mail],
    userPassword: [person.password],
    ...(person.employeeNumber === undefined ? {} : { employeeNumber: [person.employeeNumber] }),
  },
});

/** The entry of a group, for `add` as well. */
export const groupEntry = ({
  name,
  members,
  kind = 'groupOfNames',
}: DirectoryGroup): LdifEntry => ({
  dn: groupDn(name),
  attributes: {
    objectClass: [kind],
    cn: [name],
    ...(kind === 'groupOfNames' ? { member: members.map(personDn) } : {}),
    ...(kind === 'groupOfUniqueNames' ? { uniqueMember: members.map(personDn) } : {}),
    ...(kind === 'posixGroup' ? { gidNumber: ['5000'], memberUid: members } : {}),
  },
});

import { randomBytes } from 'node:crypto';
import { colleagues } from '../company.ts';
import { run } from '../servers/program.ts';
import { groupDn, personDn, startSlapd } from '../servers/slapd.ts';
import type { PracticeSystem } from './system.ts';

const administrators = ['sam.okafor', 'kofi.mensah'];

/** The company's OpenLDAP server: everybody is in it, and signs in to the rest with it. */
export async function startDirectory(): Promise<PracticeSystem> {
  const passwordOf = new Map(
    colleagues.map(({ login }) => [login, randomBytes(9).toString('base64url')]),
  );
  const departments = Map.groupBy(colleagues, (it) => it.department);
  const groups = [
    ...[...departments].map(([name, people]) => ({
      name: name.toLowerCase().replaceAll(' ', '-'),
      members: people.map((it) => it.login),
    })),
    { name: 'everybody', members: colleagues.map((it) => it.login) },
    { name: 'vpn', members: colleagues.filter(worksRemotely).map((it) => it.login) },
    { name: 'admins', members: administrators },
  ];
  const slapd = await startSlapd({
    people: colleagues.map(({ login, name, email, personId }) => ({
      uid: login,
      name,
      mail: email,
      password: passwordOf.get(login)!,
      employeeNumber: personId,
    })),
    groups,
  });

  return {
    connection: {
      id: 'directory',
      connector: 'ldap',
      name: 'Directory',
      category: 'identity',
      ca: slapd.caPem,
      settings: {
        servers: [slapd.ldapsUrl],
        bindDn: slapd.bindDn,
        password: slapd.password,
        peopleBases: [slapd.peopleDn],
        groupBases: [slapd.groupsDn],
        newAccountsIn: slapd.peopleDn,
        passwordPolicy: slapd.policyDn,
        adminGroups: [groupDn('admins')],
      },
    },
    about: `OpenLDAP over TLS, ${colleagues.length} people, ${groups.length} groups`,
    targets: [{ port: Number(new URL(slapd.ldapsUrl).port), http: false }],
    async look({ login }) {
      const who = ['-D', personDn(login), '-w', passwordOf.get(login) ?? ''];
      const { code } = await run('ldapwhoami', ['-x', '-H', slapd.url, ...who]);
      if (code !== 0 && code !== 49) throw new Error(`ldapwhoami ended with ${code}`);
      const answered = code === 0 ? 'signed in' : 'refused: invalid credentials (49)';
      return [{ login, open: code === 0, asked: 'ldapwhoami with password', answered }];
    },
    async find({ email }) {
      const [entry] = await slapd.search(`(mail=${email})`, ['uid', 'memberOf']);
      if (!entry) return null;
      const [login = ''] = entry.attributes['uid'] ?? [];
      const groups = (entry.attributes['memberOf'] ?? []).length;
      const asked = `ldapsearch uid=${login}`;
      return { login, open: true, asked, answered: `an entry, in ${groups} groups` };
    },
    async changed() {
      const locked = await slapd.search('(pwdAccountLockedTime=*)', ['uid']);
      return new Set(locked.flatMap((it) => it.attributes['uid'] ?? []));
    },
    stop: slapd.stop,
  };
}

const worksRemotely = ({ office }: { office: { city: string } }) =>
  !['Berlin', 'Lisbon'].includes(office.city);

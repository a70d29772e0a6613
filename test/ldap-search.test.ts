import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { SubstringFilter } from 'ldapts';
import type { PersonKeys } from '#connector-kit/contract.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { type Directory, openDirectory } from '#connectors/ldap/api.ts';
import { ConnectorError } from '#core/failure.ts';
import { groupDn, groupEntry, personDn, startSlapd } from '../practice/servers/slapd.ts';
import { openFor, settingsFor } from './targets/slapd-directory.ts';

const crowd = 270;
const numbered = Array.from({ length: crowd }, (_, index) => ({
  uid: `crowd${index}`,
  name: `Crowd ${index}`,
  mail: `crowd${index}@meadow.example`,
  password: 'x',
}));
const hostileNames = ['*', '*)(uid=*', '(*)\\00', '\\2a', ')(|(uid=*', 'ada)(mail=*'];
const hostile = hostileNames.map((name, index) => ({
  uid: name,
  name: `Hostile ${index}`,
  mail: `hostile${index}@meadow.example`,
  employeeNumber: name,
  password: 'x',
}));

const slapd = await startSlapd({
  people: [
    { uid: 'ada', name: 'Ada', mail: 'ada@meadow.example', employeeNumber: 'E-1', password: 'x' },
    ...hostile,
    ...numbered,
  ],
  sizeLimit: 200,
});
after(() => slapd.stop());
const directory = openFor(slapd);

const person = (email: string, employeeNumber: string | null = null): PersonKeys => ({
  email,
  employeeNumber,
  name: 'Somebody',
});
const loginsOf = async (client: Directory, keys: PersonKeys) =>
  (await client.accountsOf(keys)).map(({ login }) => login);

async function listed(client: Directory): Promise<string[]> {
  const logins: string[] = [];
  for await (const { login } of client.allAccounts()) logins.push(login);
  return logins;
}

describe('finding a person in an LDAP directory', () => {
  it('goes by e-mail address or person number', async () => {
    assert.deepEqual(await loginsOf(directory, person('ADA@meadow.example')), ['ada']);
    assert.deepEqual(await loginsOf(directory, person('gone@meadow.example', 'E-1')), ['ada']);
    assert.deepEqual(await loginsOf(directory, person('gone@meadow.example', 'E-2')), []);
  });

  it('goes by the login name only for addresses of the domain that an administrator named', async () => {
    const client = openFor(slapd, { loginDomain: 'old.example' });

    assert.deepEqual(await loginsOf(client, person('ada@old.example')), ['ada']);
    assert.deepEqual(await loginsOf(client, person('ada@other.example')), []);
  });

  it('takes no name for a part of the question', async () => {
    const asked = openFor(slapd, { emailAttributes: ['uid', 'mail'] });
    for (const name of hostileNames) {
      assert.deepEqual(await loginsOf(asked, person(name)), [name], name);
      assert.deepEqual(await loginsOf(directory, person('nobody@x.example', name)), [name], name);
    }
    assert.deepEqual(await loginsOf(asked, person('a*')), []);
    assert.deepEqual(await loginsOf(asked, person('ada\0')), []);
    assert.deepEqual(await loginsOf(asked, person('ada\\00')), []);
  });

  it('never takes a hidden directory for an empty one', async () => {
    const elsewhere = openFor(slapd, { peopleBases: [`ou=typo,${slapd.baseDn}`] });
    await assert.rejects(elsewhere.accountsOf(person('ada@meadow.example')), {
      message: /^rejected: .*there is no ou=typo/,
    });

    const empty = openFor(slapd, { peopleBases: [slapd.groupsDn] });
    await assert.rejects(empty.accountsOf(person('ada@meadow.example')), {
      message: /^forbidden: .*sees no account at all/,
    });
    await assert.rejects(empty.exists(empty.first, 'e0000000-0000-0000-0000-000000000000'), {
      message: /^forbidden: /,
    });
  });

  it('never takes a part of a directory that lives elsewhere for an empty one', async () => {
    await slapd.add([
      {
        dn: `ou=abroad,${slapd.baseDn}`,
        attributes: {
          objectClass: ['referral', 'extensibleObject'],
          ou: ['abroad'],
          ref: [`ldap://abroad.meadow.example/ou=abroad,${slapd.baseDn}`],
        },
      },
    ]);
    const wide = openFor(slapd, { peopleBases: [slapd.baseDn] });

    await assert.rejects(wide.accountsOf(person('ada@meadow.example')), {
      message: /^rejected: .*kept elsewhere \(ldap:\/\/abroad/,
    });
  });

  it('shows who is an administrator', async () => {
    await slapd.add([groupEntry({ name: 'Admins', members: ['crowd1'] })]);
    const client = openFor(slapd, { adminGroups: [groupDn('Admins').toUpperCase()] });

    const privileged = async (email: string) =>
      (await client.accountsOf(person(email))).map((it) => it.privileged);
    assert.deepEqual(await privileged('crowd1@meadow.example'), [true]);
    assert.deepEqual(await privileged('ada@meadow.example'), [false]);
  });

  it('knows its own account, where it has one', async () => {
    const client = openFor(slapd, { bindDn: personDn('crowd7').toUpperCase(), password: 'x' });
    const [own] = await openFor(slapd).accountsOf(person('crowd7@meadow.example'));
    assert.equal(await client.ownAccount(), own!.id);
    assert.equal(await unlimited.ownAccount(), null, 'the administrator of the server is no entry');
  });
});

// The administrator is bound by no limit.
const unlimited = openFor(slapd, {
  bindDn: slapd.administrator.dn,
  password: slapd.administrator.password,
});

describe('a session that a reading opened', () => {
  it('carries no change more once everything is stopped, and is ended with the one under way', async () => {
    let under: AbortController | undefined;
    const io = { ...loopbackIo, ca: slapd.caPem, ending: () => under?.signal };
    const client = openDirectory(settingsFor(slapd), io);
    const rename = (to: string) =>
      client.first.modify(personDn('crowd3'), [
        { operation: 'replace', attribute: 'description', values: [to] },
      ]);
    const stopped = new ConnectorError({ kind: 'unavailable', detail: 'stopped' });
    const [ada] = await client.accountsOf(person('ada@meadow.example'));

    under = new AbortController();
    assert.equal(await rename('before'), 0);
    under.abort(stopped);
    await assert.rejects(rename('after'), stopped);

    under = undefined;
    assert.deepEqual(await client.accountsOf(person('ada@meadow.example')), [ada]);
    under = new AbortController();
    assert.equal(await rename('once more'), 0);
    await client.close();
  });
});

describe('listing an LDAP directory', () => {
  it('pages through everything', async () => {
    const logins = await listed(unlimited);

    assert.equal(logins.length, crowd + hostile.length + 1);
    assert.equal(new Set(logins).size, logins.length);
  });

  for (const pageSize of [20, 27, 269, 270, 271]) {
    it(`misses nobody with ${pageSize} entries a page`, async () => {
      const logins = new Set<string>();
      const { first: server } = unlimited;
      const filter = new SubstringFilter({ attribute: 'uid', initial: 'crowd' });
      let largest = 0;
      for await (const page of server.pages({
        base: slapd.peopleDn,
        filter,
        attributes: ['uid'],
        pageSize,
      })) {
        largest = Math.max(largest, page.length);
        for (const entry of page) logins.add(entry.dn);
      }

      assert.equal(logins.size, crowd);
      assert.ok(largest <= pageSize);
      assert.ok(logins.has(personDn('crowd269')));
    });
  }

  it('fails when the server cuts the answer short, rather than show a part', async () => {
    await assert.rejects(listed(directory), { message: /^rejected: .*size limit/ });
  });
});

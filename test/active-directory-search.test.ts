import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { PersonKeys } from '#connector-kit/contract.ts';
import { equals } from '#connector-kit/ldap-person.ts';
import type { Domain } from '#connectors/active-directory/api.ts';
import { resetPassword } from '#connectors/active-directory/reset-password.ts';
import { suspendAccount } from '#connectors/active-directory/suspend-account.ts';
import { ConnectorError } from '#core/failure.ts';
import { startSamba } from './targets/samba.ts';
import { openFor } from './targets/samba-domain.ts';

const samba = await startSamba();
after(() => samba.stop());
const domain = openFor([samba]);
const crowdDn = `OU=Crowd,${samba.baseDn}`;

const person = (email: string, employeeNumber: string | null = null): PersonKeys => ({
  email,
  employeeNumber,
  name: 'Somebody',
});
const loginsOf = async (client: Domain, keys: PersonKeys) =>
  (await client.accountsOf(keys)).map(({ login }) => login);

await samba.addUser({ login: 'ada', password: 'Secret-of-ada', mail: 'ada.lovelace@mail.example' });
await samba.addUser({ login: 'bob', password: 'Secret-of-bob', employeeId: 'E-2' });
await samba.addUser({ login: 'star', password: 'Secret-of-star', employeeId: '*' });
await samba.addUser({ login: 'lowly', password: 'Secret-of-lowly' });

describe('finding a person in Active Directory', () => {
  it('goes by address, login name of the form of an address, alias, or person number', async () => {
    await samba.change(
      `dn: CN=bob,${samba.usersDn}\nchangetype: modify\n` +
        'add: proxyAddresses\nproxyAddresses: SMTP:robert@mail.example\nproxyAddresses: smtp:b@mail.example\n',
    );

    const ada = 'ada@meadow.example';
    assert.deepEqual(await loginsOf(domain, person('Ada.Lovelace@mail.example')), [ada]);
    assert.deepEqual(await loginsOf(domain, person(ada)), [ada]);
    assert.deepEqual(await loginsOf(domain, person('b@mail.example')), ['bob@meadow.example']);
    assert.deepEqual(await loginsOf(domain, person('robert@mail.example')), ['bob@meadow.example']);
    assert.deepEqual(await loginsOf(domain, person('x@mail.example', 'E-2')), [
      'bob@meadow.example',
    ]);
    assert.deepEqual(await loginsOf(domain, person('x@mail.example', 'E-3')), []);
  });

  it('goes by the short login name only for addresses of the domain given', async () => {
    const client = openFor([samba], { loginDomain: 'mail.example' });
    assert.deepEqual(await loginsOf(client, person('bob@mail.example')), ['bob@meadow.example']);
    assert.deepEqual(await loginsOf(client, person('bob@other.example')), []);
  });

  it('takes no name for a part of the question', async () => {
    assert.deepEqual(await loginsOf(domain, person('*', '*')), ['star@meadow.example']);
    for (const name of ['*)(cn=*', '(*)\\00', '\\2a', 'ada)(|(cn=*)', 'a\0b', 'ada*']) {
      assert.deepEqual(await loginsOf(domain, person(name, name)), [], name);
    }
  });

  it('shows only people, never computers', async () => {
    const logins: string[] = [];
    for await (const { login } of domain.allAccounts()) logins.push(login);
    assert.ok(logins.includes('ada@meadow.example'));
    assert.equal(
      logins.some((it) => it.includes('$')),
      false,
    );
  });

  it('never takes a hidden part of the domain for an empty one', async () => {
    const typo = openFor([samba], { baseDn: `OU=typo,${samba.baseDn}` });
    await assert.rejects(typo.accountsOf(person('ada@meadow.example')), {
      message: /^rejected: .*there is no OU=typo/,
    });
    const empty = openFor([samba], { baseDn: `CN=Computers,${samba.baseDn}` });
    await assert.rejects(empty.accountsOf(person('ada@meadow.example')), {
      message: /^forbidden: .*sees nobody at all/,
    });
  });
});

describe('listing Active Directory', () => {
  it('pages through everything', async () => {
    await samba.add([
      { dn: crowdDn, attributes: { objectClass: ['organizationalUnit'] } },
      ...Array.from({ length: 270 }, (_, index) => ({
        dn: `CN=crowd${index},${crowdDn}`,
        attributes: { objectClass: ['user'], sAMAccountName: [`crowd${index}`] },
      })),
    ]);
    const crowd = openFor([samba], { baseDn: crowdDn });

    const ids = new Set<string>();
    for await (const { id } of crowd.allAccounts()) ids.add(id);
    assert.equal(ids.size, 270);

    for (const pageSize of [20, 27, 270]) {
      const filter = equals('objectClass', 'user');
      const pages: number[] = [];
      const [controller] = crowd.controllers;
      for await (const page of controller!.pages({
        base: crowdDn,
        filter,
        attributes: ['cn'],
        pageSize,
      })) {
        pages.push(page.length);
      }
      assert.equal(
        pages.reduce((sum, size) => sum + size),
        270,
        `${pageSize} a page`,
      );
      assert.ok(Math.max(...pages) <= pageSize);
    }
  });
});

describe('an Active Directory that refuses', () => {
  const kindOf = async (doing: Promise<unknown>): Promise<string> => {
    try {
      await doing;
      return 'no failure';
    } catch (error) {
      assert.ok(error instanceof ConnectorError);
      return error.failure.kind;
    }
  };

  it('our password makes us unauthenticated', async () => {
    const client = openFor([samba], { password: 'Wrong-1' });
    await assert.rejects(client.check(), {
      message: /^unauthenticated: .*\(result 49\): .*data 52e/,
    });
  });

  it('what our account may not do names it forbidden', async () => {
    const [account] = await domain.accountsOf(person('ada@meadow.example'));
    const client = openFor([samba], {
      bindName: 'lowly@meadow.example',
      password: 'Secret-of-lowly',
    });
    const on = client.controllers.map(({ name }) => name);

    const suspending = suspendAccount.apply(client, account!.id, { disabled: true, on });

    assert.equal(await kindOf(suspending), 'forbidden');
    assert.equal(await kindOf(resetPassword.send(client, account!.id, {})), 'forbidden');
    assert.equal(await samba.canBind(`CN=ada,${samba.usersDn}`, 'Secret-of-ada'), true);
  });

  it('an account that is not there is not found', async () => {
    const nobody = 'e0000000-0000-0000-0000-000000000000';
    assert.equal(await kindOf(suspendAccount.read(domain, nobody)), 'not-found');
    assert.equal(await kindOf(suspendAccount.read(domain, '*')), 'not-found');
  });
});

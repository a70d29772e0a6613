import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { createAccount } from '#connectors/ldap/create-account.ts';
import { joinGroups } from '#connectors/ldap/join-groups.ts';
import { lockOf } from '#connectors/ldap/settings.ts';
import { ConnectorError } from '#core/failure.ts';
import {
  groupDn,
  groupEntry,
  personDn,
  personEntry,
  startSlapd,
} from '../practice/servers/slapd.ts';
import { openFor } from './targets/slapd-directory.ts';

const slapd = await startSlapd({
  people: [{ uid: 'max', name: 'Max', mail: 'max@meadow.example', password: 'x' }],
});
after(() => slapd.stop());

const directory = openFor(slapd);
const create = createAccount(slapd.peopleDn, lockOf(directory.settings));
const data = () => slapd.search('(objectClass=*)');

let people = 0;
const newcomer = (name = 'Zoë de la Cruz') => ({
  name,
  email: `new${++people}@meadow.example`,
  employeeNumber: `E-${9_000 + people}`,
  department: 'Sales',
  title: 'Lead',
});

describe('a new entry', () => {
  const person = newcomer();
  keepsPromises(create, { person }, async () => {
    const keys = { email: person.email, employeeNumber: null, name: '' };
    const [made] = await directory.accountsOf(keys);
    if (made) await create.apply(directory, person.email, { do: 'delete', id: made.id });
    return { client: directory, accountId: person.email, data };
  });

  it('carries what the directory knows of people, and no password', async () => {
    const someone = newcomer();
    await create.apply(directory, someone.email, { do: 'create', person: someone });

    const uid = someone.email.split('@')[0]!;
    const [entry] = await slapd.search('(objectClass=*)', ['*'], personDn(uid));
    const { objectClass, ...attributes } = entry!.attributes;
    assert.deepEqual(objectClass, ['inetOrgPerson']);
    assert.deepEqual(attributes, {
      uid: [uid],
      cn: ['Zoë de la Cruz'],
      sn: ['Cruz'],
      givenName: ['Zoë de la'],
      mail: [someone.email],
      employeeNumber: [someone.employeeNumber],
      title: ['Lead'],
    });
  });

  it('never takes the place of somebody else', async () => {
    const twin = { ...newcomer('Max Other'), email: 'max@other.example' };
    await assert.rejects(
      create.apply(directory, twin.email, { do: 'create', person: twin }),
      (error: unknown) =>
        error instanceof ConnectorError && /such an entry already/.test(error.message),
    );
  });
});

describe('an entry that is locked', () => {
  const uid = 'back';
  const email = `${uid}@meadow.example`;
  keepsPromises(create, { person: { ...newcomer('Back'), email } }, async () => {
    const [old] = await directory.accountsOf({ email, employeeNumber: null, name: '' });
    if (!old) await slapd.add([personEntry({ uid, name: uid, mail: email, password: 'x' })]);
    const values = ['000001010000Z'];
    const lock = { operation: 'replace', attribute: 'pwdAccountLockedTime', values } as const;
    await directory.first.modify(personDn(uid), [lock]);
    return { client: directory, accountId: email, data };
  });
});

describe('joining every kind of group', () => {
  const kinds = [
    { name: 'Sales' },
    { name: 'Sales (unique)', kind: 'groupOfUniqueNames' },
    { name: 'sales-unix', kind: 'posixGroup' },
  ] as const;
  let made = false;

  async function setUp() {
    if (!made) await slapd.add(kinds.map((it) => groupEntry({ members: ['max'], ...it })));
    made = true;
    const person = newcomer();
    await create.apply(directory, person.email, { do: 'create', person });
    const keys = { email: person.email, employeeNumber: null, name: '' };
    const [account] = await directory.accountsOf(keys);
    return { client: directory, accountId: account!.id, data };
  }

  keepsPromises(joinGroups, { groups: ['sales', groupDn('Sales (unique)'), 'sales-unix'] }, setUp);

  it('joins none when one of them is not there', async () => {
    const { accountId } = await setUp();
    const before = await data();

    const wanted = { do: 'join', groups: ['Sales', 'Sails'] } as const;
    await assert.rejects(joinGroups.apply(directory, accountId, wanted), /no group Sails/);
    assert.deepEqual(await data(), before);
  });
});

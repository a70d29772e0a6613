import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { attributeName, personAttributes, personFilter } from './ldap-person.ts';

const person = { email: 'ada@acme.com', employeeNumber: 'E-1', name: 'Ada' };
const fields = z.strictObject(personAttributes(['mail'], ['employeeNumber']));
const filterFor = (settings: object, who = person) =>
  personFilter(who, 'uid', fields.parse(settings)).toString();

describe('looking for a person in a directory', () => {
  it('asks for the address and the person number, never for the name', () => {
    assert.equal(filterFor({}), '(|(mail=ada@acme.com)(employeeNumber=E-1))');
    assert.equal(
      personFilter({ ...person, employeeNumber: null }, 'uid', fields.parse({})).toString(),
      '(|(mail=ada@acme.com))',
    );
  });

  it('writes addresses the way that Exchange does', () => {
    const settings = { emailAttributes: ['proxyAddresses'], employeeNumberAttributes: [] };
    assert.equal(filterFor(settings), '(|(proxyAddresses=smtp:ada@acme.com))');
  });

  it('takes the part before the @ for a login only in the domain given', () => {
    assert.match(filterFor({ loginDomain: 'ACME.com' }), /\(uid=ada\)/);
    assert.doesNotMatch(filterFor({ loginDomain: 'other.com' }), /uid/);
    assert.doesNotMatch(filterFor({}), /uid/);
  });

  it('accepts attributes only by name or number', () => {
    for (const name of ['mail', 'x-mail', '0.9.2342.19200300.100.1.3']) {
      assert.equal(attributeName.safeParse(name).success, true, name);
    }
    for (const name of ['', '*', 'a)(b', 'mail=', '1mail', 'ma il', 'mail;binary']) {
      assert.equal(attributeName.safeParse(name).success, false, name);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ldapHost } from './ldap.ts';

// What needs a server is tested with real ones: test/ldap-*.test.ts.

describe('an LDAP address', () => {
  it('leads to the usual port where it names none', () => {
    assert.equal(ldapHost('ldaps://Ldap.Acme.com'), 'ldap.acme.com:636');
    assert.equal(ldapHost('ldap://ldap.acme.com/'), 'ldap.acme.com:389');
    assert.equal(ldapHost('LDAPS://10.0.0.5:1636'), '10.0.0.5:1636');
    assert.equal(ldapHost('ldap://[fd00::1]'), '[fd00::1]:389');
  });
});

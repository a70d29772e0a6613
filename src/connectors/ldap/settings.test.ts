import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isLocked, lockOf, settings } from './settings.ts';

const least = {
  servers: ['ldaps://ldap.acme.com'],
  bindDn: 'cn=gatehouse,dc=acme,dc=com',
  password: 'x',
  peopleBases: ['ou=people,dc=acme,dc=com'],
};
const accepts = (changes: object) => settings.safeParse({ ...least, ...changes }).success;

describe('the settings of an LDAP directory', () => {
  it('encrypt unless somebody says otherwise', () => {
    assert.equal(settings.parse(least).allowUnencrypted, false);
  });

  it('take LDAP addresses and nothing else', () => {
    assert.equal(accepts({ servers: ['ldap://10.0.0.5:1389', 'ldaps://[fd00::1]'] }), true);
    for (const address of [
      'https://x.example',
      'ldap.acme.com',
      'ldap://u:p@x.example',
      'ldap://',
    ]) {
      assert.equal(accepts({ servers: [address] }), false, address);
    }
    assert.equal(accepts({ servers: [] }), false);
  });

  it('never sign in with an empty password, which servers take for nobody at all', () => {
    assert.equal(accepts({ password: '' }), false);
  });

  it('know the value that locks for the usual servers, and ask for it otherwise', () => {
    const lockFor = (changes: object) => lockOf(settings.parse({ ...least, ...changes }));
    assert.equal(lockFor({}).value, '000001010000Z');
    assert.equal(lockFor({ lockAttribute: 'nsAccountLock' }).value, 'true');
    assert.equal(accepts({ lockAttribute: 'loginShell' }), false);
    assert.equal(lockFor({ lockAttribute: 'loginShell', lockedValue: '/bin/no' }).value, '/bin/no');
  });

  it('compare the value that locks as servers do, without regard to case', () => {
    const lock = { attribute: 'nsAccountLock', value: 'true' };
    assert.equal(isLocked(lock, ['TRUE']), true);
    assert.equal(isLocked(lock, ['false']), false);
    assert.equal(isLocked(lock, []), false);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { actionsOf } from '#connector-kit/contract.ts';
import { ldap } from './index.ts';
import { settings } from './settings.ts';

const filled = settings.parse({
  servers: ['ldaps://ldap.acme.com', 'ldap://10.0.0.5'],
  bindDn: 'cn=gatehouse,dc=acme,dc=com',
  password: 'x',
  peopleBases: ['ou=people,dc=acme,dc=com'],
});

describe('the LDAP connector', () => {
  it('binds its credential to every server, the copies too', () => {
    assert.deepEqual(ldap.hosts(filled), ['ldap.acme.com:636', '10.0.0.5:389']);
  });

  it('offers what a directory can do', () => {
    const offered = actionsOf(ldap, filled).map(({ kind, capability }) => `${capability} ${kind}`);
    assert.deepEqual(offered, [
      'account.suspend transition',
      'password.reset command',
      'groups.leave transition',
      'groups.join transition',
      'ownership.transfer transition',
      'reports.move transition',
      'account.delete transition',
    ]);
  });

  it('has a form that can be shown, with the password as a secret', () => {
    const form = JSON.stringify(z.toJSONSchema(settings, { io: 'input' }));
    assert.match(form, /"password":\{[^}]*"secret":true/);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { actionsOf } from '#connector-kit/contract.ts';
import { activeDirectory } from './index.ts';
import { settings } from './settings.ts';

const least = {
  controllers: ['ldaps://DC1.acme.com', 'ldaps://10.0.0.5:1636'],
  bindName: 'gatehouse@acme.com',
  password: 'x',
  baseDn: 'DC=acme,DC=com',
};

describe('the Active Directory connector', () => {
  it('binds its credential to every domain controller', () => {
    const filled = settings.parse(least);
    assert.deepEqual(activeDirectory.hosts(filled), ['dc1.acme.com:636', '10.0.0.5:1636']);
  });

  it('takes encrypted addresses only', () => {
    for (const address of ['ldap://dc1.acme.com', 'https://dc1.acme.com', 'dc1.acme.com']) {
      const { success } = settings.safeParse({ ...least, controllers: [address] });
      assert.equal(success, false, address);
    }
  });

  it('offers what a domain can do', () => {
    const actions = actionsOf(activeDirectory, settings.parse(least));
    assert.deepEqual(
      actions.map(({ kind, capability }) => `${capability} ${kind}`),
      [
        'account.suspend transition',
        'password.reset command',
        'groups.leave transition',
        'groups.join transition',
        'ownership.transfer transition',
        'reports.move transition',
        'account.delete transition',
      ],
    );
  });

  it('has a form that can be shown, with the password as a secret', () => {
    const form = JSON.stringify(z.toJSONSchema(settings, { io: 'input' }));
    assert.match(form, /"password":\{[^}]*"secret":true/);
  });
});

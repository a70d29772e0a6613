import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mail } from './index.ts';
import { settings } from './settings.ts';

const good = { host: 'smtp.acme.test', port: 587, tls: 'starttls', from: 'hr@acme.test' };

describe('the settings of a mail server', () => {
  it('do with or without a user', () => {
    assert.ok(settings.safeParse(good).success);
    assert.ok(settings.safeParse({ ...good, user: 'hr', password: 'x' }).success);
  });

  it('are refused with the place and the mend', () => {
    const refusals: [object, string, RegExp][] = [
      [{ user: 'hr' }, 'password', /fill in both or neither/],
      [{ password: 'x' }, 'password', /fill in both or neither/],
      [{ host: 'smtp://acme.test' }, 'host', /no "smtp:\/\/"/],
      [{ host: 'acme.test:25' }, 'host', /no port/],
      [{ port: 0 }, 'port', /expected number to be >=1/],
      [{ tls: 'maybe' }, 'tls', /"implicit"\|"starttls"\|"none"/],
      [{ from: 'HR <hr@acme.test>' }, 'from', /one address/],
      [{ fromName: 'HR\r\nBcc: all@acme.test' }, 'fromName', /one line/],
    ];
    for (const [change, place, says] of refusals) {
      const parsed = settings.safeParse({ ...good, ...change });
      assert.ok(!parsed.success, JSON.stringify(change));
      const [issue] = parsed.error.issues;
      assert.equal(issue?.path.join('.'), place);
      assert.match(issue?.message ?? '', says);
    }
  });

  it('bind the password to the one server', () => {
    assert.deepEqual(mail.hosts(good), ['smtp.acme.test:587']);
    assert.deepEqual(mail.hosts({ ...good, host: '2001:db8::1' }), ['[2001:db8::1]:587']);
  });
});

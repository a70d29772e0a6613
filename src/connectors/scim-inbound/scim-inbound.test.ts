import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectorError } from '#core/failure.ts';
import { scimInbound } from './index.ts';

const { people } = scimInbound;
const [now, before] = ['now', 'before'].map((it) => it.padEnd(40, '0'));

const verdict = (authorization: string | undefined, secrets: readonly string[] = [now!, before!]) =>
  people!.verify({ headers: { authorization }, body: new Uint8Array() }, secrets, new Date()).kind;

describe('SCIM inbound', () => {
  it('takes either token while one is changed, and no other', () => {
    assert.equal(verdict(`Bearer ${now}`), 'genuine');
    assert.equal(verdict(`bearer ${before}`), 'genuine');
    for (const it of [undefined, '', 'Bearer', 'Bearer x', `Basic ${now}`, `Bearer ${now}0`]) {
      assert.equal(verdict(it), 'refused', it);
    }
    assert.equal(verdict('Bearer undefined', []), 'refused');
  });

  it('wants a token that nobody guesses', () => {
    const fits = (token: unknown) => scimInbound.settings.safeParse({ token }).success;
    assert.ok(fits(now));
    for (const it of ['short', 'with a blank in it and otherwise long enough', 7, undefined]) {
      assert.equal(fits(it), false);
    }
  });

  it('hears of an account only what we wrote down ourselves', () => {
    assert.throws(
      () => people!.hear(Buffer.from(JSON.stringify({ accountId: 'x' }))),
      (error) => error instanceof ConnectorError && error.failure.kind === 'rejected',
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { expiresOf, firstToRunOut, lastingOf } from './lasting.ts';

const now = new Date('2026-11-30T22:00:00Z');

describe('the day on which a secret runs out', () => {
  it('is far off, near, or past', () => {
    assert.equal(lastingOf(undefined, now), 'unknown');
    assert.equal(lastingOf('2026-12-31', now), 'long');
    assert.equal(lastingOf('2026-12-30', now), 'soon');
    assert.equal(lastingOf('2026-11-30', now), 'soon');
    assert.equal(lastingOf('2026-11-29', now), 'over');
  });

  it('is for a connection that of the secret which runs out first', () => {
    assert.equal(firstToRunOut({ token: '2027-02-01', webhookKey: '2027-01-15' }), '2027-01-15');
    assert.equal(firstToRunOut({}), undefined);
  });

  it('is sent with the secret that is entered beside it', () => {
    const days = { token: '2027-01-15', webhookKey: '2027-02-01', other: '' };
    assert.deepEqual(expiresOf(days, ['token', 'other']), { token: '2027-01-15' });
  });
});

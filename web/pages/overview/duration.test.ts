import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { durationParts } from './duration.ts';

const text = (ms: number) =>
  durationParts(ms)
    .map(({ unit, count }) => `${count} ${unit}`)
    .join(' ');

describe('a length of time', () => {
  it('is told in its two largest units', () => {
    assert.equal(text(252_000), '4 minute 12 second');
    assert.equal(text(7_500_000), '2 hour 5 minute');
    assert.equal(text(6_211_800_000), '71 day 21 hour');
  });

  it('leaves out what is nothing, but never all of it', () => {
    assert.equal(text(3_600_000), '1 hour');
    assert.equal(text(86_400_000 + 59_000), '1 day');
    assert.equal(text(0), '0 second');
    assert.equal(text(-5), '0 second');
  });
});

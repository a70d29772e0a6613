import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { secondsText, shortKey, sizeText } from './entry-text.ts';

describe('an entry of the record in words', () => {
  it('has its moment to the second where the company is, with the year where it is another', () => {
    const text = (at: string) =>
      secondsText(at, 'Europe/Berlin', 'en', new Date('2026-12-01T00:00:00Z'));
    assert.equal(text('2026-11-23T08:12:04.000Z'), '23 Nov 09:12:04');
    assert.equal(text('2025-12-31T23:30:00.000Z'), '1 Jan 00:30:00');
    assert.equal(text('2025-11-23T08:12:04.000Z'), '23 Nov 2025 09:12:04');
  });

  it('has sizes that people can imagine, and keys by their ids', () => {
    assert.deepEqual(
      [12, 3_400, 45_600_000].map((it) => sizeText(it, 'en')),
      ['12 byte', '3.4 kB', '46 MB'],
    );
    assert.equal(shortKey('log.example/01+4c00e1aa+AQID'), '4c00e1aa');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dayText, momentText, placeOf, shortMoment } from './times.ts';

const now = new Date('2026-11-23T12:00:00Z');

describe('times', () => {
  it('name the place whose clock they are on', () => {
    assert.equal(momentText('2026-11-23T16:00:00Z', 'Europe/Berlin', now), '23 Nov 17:00 Berlin');
    assert.equal(momentText('2026-11-23T16:00:00Z', 'Asia/Kolkata', now), '23 Nov 21:30 Kolkata');
    assert.equal(placeOf('America/Argentina/Buenos_Aires'), 'Buenos Aires');
    assert.equal(placeOf('UTC'), 'UTC');
  });

  it('name the year when it is not this one, there', () => {
    const newYear = '2026-12-31T23:30:00Z';
    assert.equal(momentText(newYear, 'Europe/Berlin', now), '1 Jan 2027 00:30 Berlin');
    assert.equal(momentText(newYear, 'UTC', now), '31 Dec 23:30 UTC');
    assert.equal(dayText('2026-11-30', now), '30 Nov');
    assert.equal(dayText('2027-01-01', now), '1 Jan 2027');
  });

  it('of today need no day', () => {
    assert.equal(shortMoment('2026-11-23T09:05:00Z', 'Europe/Berlin', now), '10:05');
    assert.equal(shortMoment('2026-11-23T23:05:00Z', 'Europe/Berlin', now), '24 Nov 00:05');
    assert.equal(shortMoment('2026-11-23T23:05:00Z', 'Europe/London', now), '23:05');
  });
});

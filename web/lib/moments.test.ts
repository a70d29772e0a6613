import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clockText, dayText, distanceText, momentText, placeOf, weekdayText } from './moments.ts';

const now = new Date('2026-11-23T16:13:00Z');

describe('a moment', () => {
  it('stands where the person works, with the place', () => {
    assert.equal(
      momentText('2026-11-23T16:00:00Z', 'Europe/Berlin', 'en', now),
      '23 Nov 17:00 Berlin',
    );
    assert.equal(
      momentText('2026-11-23T22:00:00Z', 'America/Argentina/Buenos_Aires', 'en', now),
      '23 Nov 19:00 Buenos Aires',
    );
    assert.equal(placeOf('UTC'), 'UTC');
  });

  it('has its year where that is another one, there', () => {
    assert.equal(
      momentText('2026-12-31T23:30:00Z', 'Europe/Berlin', 'en', now),
      '1 Jan 2027 00:30 Berlin',
    );
    assert.equal(dayText('2027-01-01', 'en', now), '1 Jan 2027');
    assert.equal(dayText('2026-11-30', 'en', now), '30 Nov');
  });

  it('is told in the language of the viewer', () => {
    assert.equal(dayText('2026-10-03', 'de', now), '3. Okt.');
    assert.equal(weekdayText('2026-10-03', 'de'), 'Sa., 3. Okt.');
    assert.equal(weekdayText('2026-10-03', 'en'), 'Sat 3 Oct');
  });

  it('is so far off', () => {
    assert.equal(distanceText('2026-11-23T16:10:00Z', 'en', now), '3 min. ago');
    assert.equal(distanceText('2026-11-25T16:13:00Z', 'en', now), 'in 2 days');
    assert.equal(distanceText('2026-11-23T16:12:59Z', 'en', now), '1 sec. ago');
    assert.equal(distanceText('2026-11-23T16:10:00Z', 'de', now), 'vor 3 Min.');
  });
});

describe('a length of time', () => {
  it('is shown as a clock does, whichever side it is on', () => {
    assert.equal(clockText(18 * 60_000 + 24_000), '00:18:24');
    assert.equal(clockText(-1_000), '00:00:01');
    assert.equal(clockText(2 * 86_400_000 + 3 * 3_600_000 + 600_000), '2 d 03:10:00');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import {
  type CaseDates,
  type DateContext,
  dayThatEndsAt,
  endOfDay,
  instantOf,
  isZone,
  localText,
  resolveDates,
  startOfDay,
  toDate,
} from './dates.ts';
import type { DepartureFacts } from './departure.ts';

describe('the moment of a wall clock', () => {
  const table = [
    ['2026-10-25', '02:30', 'Europe/Berlin', '2026-10-25T00:30:00Z', 'overlap'],
    ['2026-03-29', '02:30', 'Europe/Berlin', '2026-03-29T01:00:00Z', 'gap'],
    ['2026-11-01', '01:30', 'America/New_York', '2026-11-01T05:30:00Z', 'overlap'],
    ['2026-04-05', '01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00Z', 'half-hour overlap'],
    ['2026-10-04', '02:15', 'Australia/Lord_Howe', '2026-10-03T15:30:00Z', 'half-hour gap'],
    ['2011-12-30', '17:00', 'Pacific/Apia', '2011-12-30T10:00:00Z', 'a day that never was'],
    ['2026-06-30', '17:00', 'Asia/Kathmandu', '2026-06-30T11:15:00Z', 'quarter-hour offset'],
  ] as const;
  for (const [date, time, zone, instant, why] of table) {
    it(`${date} ${time} in ${zone} is ${instant} (${why})`, () => {
      assert.equal(instantOf(date, time, zone).toString(), instant);
    });
  }
});

describe('the end of a day', () => {
  const table = [
    ['2026-04-23', 'Africa/Cairo', '2026-04-23T22:00:00Z', 'gap at midnight'],
    ['2026-09-05', 'America/Santiago', '2026-09-06T04:00:00Z', 'gap at midnight'],
    ['2026-12-31', 'Europe/Berlin', '2026-12-31T23:00:00Z', 'plain'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-29T22:00:00Z', 'a day of 23 hours'],
    ['2026-10-25', 'Europe/Berlin', '2026-10-25T23:00:00Z', 'a day of 25 hours'],
    ['2011-12-29', 'Pacific/Apia', '2011-12-30T10:00:00Z', 'before the day that never was'],
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00Z', 'the day that never was'],
  ] as const;
  for (const [date, zone, instant, why] of table) {
    it(`of ${date} in ${zone} is ${instant} (${why})`, () => {
      assert.equal(endOfDay(date, zone).toString(), instant);
    });
  }
});

/** The days on which clocks change from 2024 to 2029, and their neighbours. */
function daysAroundChanges(zone: string): readonly string[] {
  const days = new Set(['2026-01-01', '2026-06-30', '2026-12-31']);
  let at = Temporal.ZonedDateTime.from(`2023-12-30T00:00[${zone}]`);
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (!next || next.year > 2029) return [...days];
    for (const offset of [-1, 0, 1]) days.add(next.toPlainDate().add({ days: offset }).toString());
    at = next;
  }
}

/** Its clock at the beginning, and every change of it: two zones with the same are one under two names. */
function rulesOf(zone: string): string {
  let at = Temporal.ZonedDateTime.from(`2023-12-30T00:00[${zone}]`);
  const rules = [`${at.toInstant()} ${at.offset}`];
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (!next || next.year > 2030) return rules.join(', ');
    rules.push(`${next.toInstant()} ${next.offset}`);
    at = next;
  }
}

describe('every zone, on every day of six years on which its clocks change', () => {
  const all = Intl.supportedValuesOf('timeZone');
  const zones = [...new Map(all.map((zone) => [rulesOf(zone), zone])).values()];
  const times = Array.from({ length: 48 }, (_, i) =>
    Temporal.PlainTime.from('00:00')
      .add({ minutes: 30 * i })
      .toString({ smallestUnit: 'minute' }),
  );

  it('a later time of day is never an earlier moment, and lies within the day', () => {
    assert.ok(all.length > 400);
    assert.ok(zones.length > 50);
    for (const zone of zones) {
      for (const day of daysAroundChanges(zone)) {
        const begins = startOfDay(day, zone).epochMilliseconds;
        const ends = endOfDay(day, zone).epochMilliseconds;
        const moments = times.map((time) => instantOf(day, time, zone).epochMilliseconds);
        const inOrder = [begins, ...moments, ends];
        assert.deepEqual(
          inOrder,
          inOrder.toSorted((a, b) => a - b),
          `${day} in ${zone}`,
        );
        assert.ok(ends > begins, `${day} in ${zone}`);
      }
    }
  });

  it('a day ends where the next begins, and its end belongs to it', () => {
    for (const zone of zones) {
      for (const day of daysAroundChanges(zone)) {
        const next = Temporal.PlainDate.from(day).add({ days: 1 }).toString();
        assert.equal(endOfDay(day, zone).toString(), startOfDay(next, zone).toString());
        assert.equal(dayThatEndsAt(toDate(endOfDay(day, zone)), zone), day);
      }
    }
  });

  it('a time that exists is shown by the wall clock at its moment', () => {
    for (const zone of zones) {
      for (const day of daysAroundChanges(zone)) {
        for (const time of ['00:00', '02:30', '12:00', '23:30']) {
          const wanted = Temporal.PlainDateTime.from(`${day}T${time}`);
          const exists = wanted.toZonedDateTime(zone).toPlainDateTime().equals(wanted);
          const shown = localText(toDate(instantOf(day, time, zone)), zone);
          if (exists) assert.equal(shown, `${day}T${time}`, zone);
          else assert.ok(shown > `${day}T${time}`, `${day} ${time} in ${zone}`);
        }
      }
    }
  });
});

describe('zone names', () => {
  it('are known by tzdata', () => {
    for (const name of Intl.supportedValuesOf('timeZone')) assert.ok(isZone(name), name);
    for (const name of ['UTC', 'Asia/Kolkata', 'US/Pacific']) assert.ok(isZone(name), name);
  });

  it('are neither offsets nor anything else', () => {
    for (const name of ['', '+02:00', 'Mars/X', 'Berlin', 'Europe/Berlin ', '2026-01-01[UTC]', 'Z'])
      assert.ok(!isZone(name), name);
  });
});

const confirmedAt = new Date('2026-12-01T09:04:00Z');
const context: DateContext = { zone: 'Europe/Berlin', confirmedAt, defaultAccessEnd: null };
const nothing: DepartureFacts = {
  id: 'S-88',
  kind: 'resignation',
  urgent: false,
  confidential: false,
  accessEnds: null,
  lastWorkingDay: null,
  employmentEnds: null,
  payEnds: null,
  reason: null,
};

function resolved(facts: Partial<DepartureFacts>, other: Partial<DateContext> = {}): CaseDates {
  const dates = resolveDates({ ...nothing, ...facts }, { ...context, ...other });
  assert.equal(dates.kind, 'dates', JSON.stringify(dates));
  return dates;
}

const days = ({ lastWorkingDay, employmentEnds, payEnds }: CaseDates) => [
  lastWorkingDay,
  employmentEnds,
  payEnds,
];

describe('the four dates', () => {
  it('are taken as they are when all are given', () => {
    const dates = resolved({
      accessEnds: '2026-12-31T17:00',
      lastWorkingDay: '2026-12-30',
      employmentEnds: '2027-01-15',
      payEnds: '2027-01-31',
    });

    assert.equal(dates.accessEnds.at.toISOString(), '2026-12-31T16:00:00.000Z');
    assert.equal(dates.accessEnds.local, '2026-12-31T17:00');
    assert.deepEqual(days(dates), ['2026-12-30', '2027-01-15', '2027-01-31']);
    assert.equal(dates.urgentNow, false);
    assert.deepEqual(dates.notes, []);
  });

  it('follow from any single one', () => {
    const end = '2026-12-31';
    for (const field of ['lastWorkingDay', 'employmentEnds', 'payEnds'] as const) {
      const dates = resolved({ [field]: end });

      assert.deepEqual(days(dates), [end, end, end], field);
      assert.equal(dates.accessEnds.at.toISOString(), '2026-12-31T23:00:00.000Z', field);
    }
    assert.deepEqual(days(resolved({ accessEnds: '2026-12-31T17:00' })), [end, end, end]);
  });

  it('count an access end at midnight as the end of the day before', () => {
    assert.deepEqual(days(resolved({ accessEnds: '2027-01-01T00:00' })), [
      '2026-12-31',
      '2026-12-31',
      '2026-12-31',
    ]);
  });

  it('take the nearest of the others', () => {
    assert.deepEqual(days(resolved({ employmentEnds: '2026-12-15', payEnds: '2026-12-31' })), [
      '2026-12-15',
      '2026-12-15',
      '2026-12-31',
    ]);
    assert.deepEqual(days(resolved({ lastWorkingDay: '2026-12-15', payEnds: '2026-12-31' })), [
      '2026-12-15',
      '2026-12-31',
      '2026-12-31',
    ]);
  });

  it('say what was derived from what', () => {
    const dates = resolved({ lastWorkingDay: '2026-12-31' }, { defaultAccessEnd: '17:00' });

    assert.deepEqual(dates.notes, [
      '“employment ends” was not given: 2026-12-31, from last working day.',
      '“pay ends” was not given: 2026-12-31, from last working day.',
      '“access ends” was not given: 17:00 on the last working day.',
    ]);
    assert.equal(dates.accessEnds.local, '2026-12-31T17:00');
  });

  it('point at dates that contradict each other, and keep them', () => {
    const dates = resolved({
      accessEnds: '2026-12-31T17:00',
      lastWorkingDay: '2027-02-01',
      employmentEnds: '2026-12-31',
      payEnds: '2026-12-31',
    });

    assert.deepEqual(dates.notes, [
      'Please check: “last working day” (2027-02-01) lies after “employment ends” (2026-12-31).',
    ]);
  });

  it('end access on the person’s clock, not on ours', () => {
    const auckland = resolved({ lastWorkingDay: '2026-12-31' }, { zone: 'Pacific/Auckland' });

    assert.equal(auckland.accessEnds.at.toISOString(), '2026-12-31T11:00:00.000Z');
  });
});

describe('access ends at confirmation', () => {
  it('when urgent, whatever was given for later', () => {
    const dates = resolved({ urgent: true, accessEnds: '2026-12-31T17:00' });

    assert.deepEqual(dates.accessEnds.at, confirmedAt);
    assert.equal(dates.accessEnds.local, '2026-12-01T10:04');
    assert.equal(dates.urgentNow, true);
    assert.equal(dates.lastWorkingDay, '2026-12-31');
    assert.ok(dates.notes.includes('Urgent: access does not wait for 2026-12-31T17:00.'));
  });

  it('when involuntary without an access end of its own, whatever the days say', () => {
    const dates = resolved({ kind: 'involuntary', lastWorkingDay: '2026-12-31' });

    assert.deepEqual(dates.accessEnds.at, confirmedAt);
    assert.equal(dates.urgentNow, true);
  });

  it('but not when involuntary with one: “after the meeting”', () => {
    const dates = resolved({ kind: 'involuntary', accessEnds: '2026-12-01T15:30' });

    assert.equal(dates.accessEnds.at.toISOString(), '2026-12-01T14:30:00.000Z');
    assert.equal(dates.urgentNow, false);
  });

  it('and not for a layoff, which follows its dates', () => {
    const dates = resolved({ kind: 'layoff', lastWorkingDay: '2026-12-31' });

    assert.equal(dates.accessEnds.local, '2027-01-01T00:00');
    assert.equal(dates.urgentNow, false);
  });

  it('keeps an access end that has passed, so that being late is seen', () => {
    const dates = resolved({ urgent: true, accessEnds: '2026-12-01T10:00' });

    assert.equal(dates.accessEnds.at.toISOString(), '2026-12-01T09:00:00.000Z');
    assert.equal(dates.urgentNow, true);
  });

  it('needs no date at all when urgent', () => {
    const dates = resolved({ urgent: true }, { zone: 'Pacific/Auckland' });

    assert.deepEqual(dates.accessEnds.at, confirmedAt);
    assert.deepEqual(days(dates), ['2026-12-01', '2026-12-01', '2026-12-01']);
  });
});

describe('a person is asked', () => {
  it('when none of the four dates is given', () => {
    for (const kind of ['resignation', 'involuntary', 'layoff'] as const) {
      assert.deepEqual(resolveDates({ ...nothing, kind }, context), {
        kind: 'question',
        question:
          'When does this person leave? The source gave none of the four dates: access ends,' +
          ' last working day, employment ends, pay ends. One of them is enough.',
      });
    }
  });

  it('when nobody knows the zone, instead of guessing one', () => {
    const facts = { ...nothing, urgent: true, lastWorkingDay: '2026-12-31' };
    assert.deepEqual(resolveDates(facts, { ...context, zone: 'Mars/Olympus' }), {
      kind: 'question',
      question:
        'Which time zone holds for this person? “Mars/Olympus” is not a zone we know;' +
        ' expected is an IANA name such as Europe/Berlin.',
    });
  });
});

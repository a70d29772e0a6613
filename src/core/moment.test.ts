import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endOfDay, toDate } from './dates.ts';
import {
  type Moment,
  type MomentDates,
  momentForms,
  momentOf,
  momentText,
  parseMoment,
} from './moment.ts';

const moment = (text: string): Moment => {
  const parsed = parseMoment(text);
  assert.ok('moment' in parsed, `${text}: ${JSON.stringify(parsed)}`);
  return parsed.moment;
};

describe('the text of a moment', () => {
  const forms = [
    'confirmed',
    'confirmed + 2 weeks',
    'access ends',
    'access ends - 14 days 09:00',
    'access ends + 30 minutes',
    'last working day + 5 days',
    'last working day 17:00',
    'employment ends - 1 week',
    'employment ends + 3 working days',
    'pay ends + 1 month',
    'pay ends + 1 hour',
    'start day - 3 days 08:30',
  ];
  for (const text of forms) {
    it(`${text} is read and written alike`, () => assert.equal(momentText(moment(text)), text));
  }

  it('may have other blanks, capitals and numbers of units', () => {
    assert.deepEqual(
      moment('  Access  ENDS -14days   09:00 '),
      moment('access ends - 14 days 09:00'),
    );
    assert.deepEqual(moment('confirmed+1 days'), moment('confirmed + 1 day'));
    assert.deepEqual(moment('pay ends - 0 days'), moment('pay ends + 0 days'));
  });

  const refused: [string, string, string][] = [
    ['', '“” is not a moment.', momentForms],
    ['yesterday', '“yesterday” is not a moment: “yesterday” is no day that we know.', momentForms],
    [
      'acces ends - 2 days',
      '“acces ends - 2 days” is not a moment: “acces ends” is no day that we know.',
      `Did you mean “access ends”? ${momentForms}`,
    ],
    ['access ends 25:00', '“25:00” is not a time of day.', 'Write it from 00:00 to 23:59.'],
    [
      'access ends + 5 fortnights',
      '“fortnights” is not a unit of time.',
      'Write “minutes”, “hours”, “days”, “working days”, “weeks” or “months”.',
    ],
    ['access ends + 9999 days', '“9999 days” is too far away.', 'Write at most 3650 days.'],
    [
      'access ends - 2 hours 09:00',
      '“access ends - 2 hours 09:00” says two times: 2 hours, and 09:00.',
      'Leave out the time of day, or count in days or longer.',
    ],
    ['access ends + 1.5 days', '“access ends + 1.5 days” is not a moment.', momentForms],
    ['2026-12-31', '“2026-12-31” is not a moment.', momentForms],
  ];
  for (const [text, problem, mend] of refused) {
    it(`refuses “${text}” and says what there is`, () =>
      assert.deepEqual(parseMoment(text), { problem, mend }));
  }

  it('is refused quickly when it is endless', () => {
    const endless = parseMoment('a '.repeat(100_000));
    assert.ok('problem' in endless && endless.problem.length < 200);
  });
});

const zone = 'Europe/Berlin';
const dates: MomentDates = {
  confirmedAt: new Date('2026-12-01T09:04:30Z'),
  accessEnds: { at: new Date('2026-12-31T16:00:00Z'), local: '2026-12-31T17:00' },
  lastWorkingDay: '2026-12-30',
  employmentEnds: '2027-01-15',
  payEnds: '2027-01-31',
};

describe('when a moment is', () => {
  const table: [string, 'at' | 'due', string][] = [
    ['confirmed', 'at', '2026-12-01T09:04:30.000Z'],
    ['confirmed + 2 days', 'due', '2026-12-03T09:04:30.000Z'],
    ['confirmed 17:00', 'at', '2026-12-01T16:00:00.000Z'],
    ['access ends', 'at', '2026-12-31T16:00:00.000Z'],
    ['access ends', 'due', '2026-12-31T16:00:00.000Z'],
    ['access ends - 14 days', 'at', '2026-12-17T16:00:00.000Z'],
    ['access ends - 14 days 09:00', 'at', '2026-12-17T08:00:00.000Z'],
    ['access ends + 90 minutes', 'at', '2026-12-31T17:30:00.000Z'],
    ['last working day', 'at', '2026-12-29T23:00:00.000Z'],
    ['last working day', 'due', '2026-12-30T23:00:00.000Z'],
    ['last working day + 5 days', 'due', '2027-01-04T23:00:00.000Z'],
    ['last working day 17:00', 'due', '2026-12-30T16:00:00.000Z'],
    ['last working day - 2 hours', 'at', '2026-12-29T21:00:00.000Z'],
    ['last working day + 2 hours', 'due', '2026-12-31T01:00:00.000Z'],
    ['employment ends - 1 week', 'at', '2027-01-07T23:00:00.000Z'],
    ['pay ends', 'due', '2027-01-31T23:00:00.000Z'],
    ['employment ends + 1 working day', 'due', '2027-01-18T23:00:00.000Z'],
    ['last working day - 3 working days', 'at', '2026-12-24T23:00:00.000Z'],
    ['pay ends + 1 month', 'due', '2027-02-28T23:00:00.000Z'],
    ['pay ends + 13 months', 'due', '2028-02-29T23:00:00.000Z'],
  ];
  for (const [text, use, expected] of table) {
    it(`${text}, used as ${use}, is ${expected}`, () =>
      assert.equal(momentOf(moment(text), dates, zone, use).toISOString(), expected));
  }

  it('counts days on the calendar and hours exactly when clocks change', () => {
    const spring = {
      ...dates,
      accessEnds: { at: new Date('2026-03-28T16:00:00Z'), local: '2026-03-28T17:00' },
    };
    const at = (text: string) => momentOf(moment(text), spring, zone, 'at').toISOString();

    assert.equal(at('access ends + 1 day'), '2026-03-29T15:00:00.000Z');
    assert.equal(at('access ends + 24 hours'), '2026-03-29T16:00:00.000Z');
    assert.equal(at('access ends + 1 day 02:30'), '2026-03-29T01:00:00.000Z');
  });

  it('counts from the day on which access ends, also when it ends with that day', () => {
    const at = toDate(endOfDay('2026-12-31', zone));
    const wholeDay = { ...dates, accessEnds: { at, local: '2027-01-01T00:00' } };
    const when = (text: string) => momentOf(moment(text), wholeDay, zone, 'at').toISOString();

    assert.equal(when('access ends 17:00'), '2026-12-31T16:00:00.000Z');
    assert.equal(when('access ends - 14 days 09:00'), '2026-12-17T08:00:00.000Z');
    assert.equal(when('access ends - 14 days'), '2026-12-17T23:00:00.000Z');
  });

  it('keeps to the end of days where midnight does not exist', () => {
    const at = toDate(endOfDay('2026-04-23', 'Africa/Cairo'));
    const cairo = { ...dates, accessEnds: { at, local: '2026-04-24T01:00' } };

    assert.equal(
      momentOf(moment('access ends + 1 day'), cairo, 'Africa/Cairo', 'at').toISOString(),
      '2026-04-24T21:00:00.000Z',
    );
  });

  it('knows the first day of an arrival, and that a departure has none', () => {
    const start = moment('start day - 1 day 09:00');
    const arrival = { ...dates, startDay: '2027-02-01' };

    assert.equal(momentOf(start, arrival, zone, 'at').toISOString(), '2027-01-31T08:00:00.000Z');
    assert.throws(() => momentOf(start, dates, zone, 'at'), {
      name: 'RangeError',
      message: 'There is no “start day” here.',
    });
  });

  it('is never later than the end of what it belongs to, in any zone', () => {
    for (const place of Intl.supportedValuesOf('timeZone')) {
      const begin = momentOf(moment('last working day'), dates, place, 'at');
      const noon = momentOf(moment('last working day 12:00'), dates, place, 'at');
      const end = momentOf(moment('last working day'), dates, place, 'due');
      assert.ok(begin < noon && noon < end, place);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DepartureFacts } from './departure.ts';
import { type FeedRow, feedChanges, judgeListed, judgeRows, type SeenPerson } from './feed.ts';
import { settingsFrom } from './settings.ts';

const limits = settingsFrom({}).guardrails;
const now = '2026-12-01T09:00:00Z';

const leaving = (day: string): DepartureFacts => ({
  ...{ id: 'S-1', kind: 'resignation', urgent: false, confidential: false, reason: null },
  ...{ accessEnds: null, lastWorkingDay: day, employmentEnds: null, payEnds: null },
});
const seen = (more: object = {}, departure: DepartureFacts | null = null): SeenPerson => ({
  facts: {
    name: 'Priya Nair',
    department: 'Sales',
    title: null,
    email: 'p@meadow.example',
    ...more,
  },
  departure,
});
const rows = (count: number, was: SeenPerson | null, is: (i: number) => SeenPerson | null) =>
  Array.from({ length: count }, (_, i): FeedRow => ({ personId: `E-${i}`, was, is: is(i) }));
const kindsOf = (those: readonly FeedRow[], known = 1_000) =>
  judgeRows(those, { known, listed: null }, { limits, now }).map(({ kind }) => kind);
const spread = (i: number) => `2026-12-${String((i % 28) + 1).padStart(2, '0')}`;

describe('what a source says as a whole', () => {
  it('is as usual where few change, and new people come', () => {
    const some = rows(30, seen(), (i) => (i < 10 ? seen({ department: 'Support' }) : seen()));
    assert.deepEqual(kindsOf(some), []);
    assert.deepEqual(kindsOf(rows(500, null, () => seen())), [], 'nobody known changes');
  });

  it('is set aside where more than a tenth of those who are known are different', () => {
    const moved = (count: number) => rows(count, seen(), (i) => seen({ department: `D-${i}` }));
    assert.deepEqual(kindsOf(moved(100)), []);
    const [reason] = judgeRows(moved(101), { known: 1_000, listed: null }, { limits, now });
    assert.equal(reason!.kind, 'changed');
    assert.match(reason!.text, /^101 of 1000 people are different .* 10 % are allowed\.$/);
    assert.deepEqual(kindsOf(moved(19), 19), [], 'nineteen people are no pattern');
  });

  it('is set aside where most of those who leave anew leave on one day', () => {
    const oneDay = (i: number) => seen({}, leaving(i < 20 ? '2026-12-31' : spread(i)));
    assert.deepEqual(kindsOf(rows(35, seen(), oneDay)), ['same-day']);
    assert.deepEqual(kindsOf(rows(35, seen(), (i) => seen({}, leaving(spread(i))))), []);
    const known = seen({}, leaving('2026-12-31'));
    assert.deepEqual(kindsOf(rows(35, known, () => known)), [], 'that was known before');
  });

  it('is set aside where several leave years away, before or after', () => {
    const on = (day: string, count = 5) =>
      rows(20, seen(), (i) => (i < count ? seen({}, leaving(day)) : seen()));
    assert.deepEqual(kindsOf(on('2016-12-31')), ['far-away']);
    assert.deepEqual(kindsOf(on('2062-01-31')), ['far-away']);
    assert.deepEqual(kindsOf(on('2028-11-30')), []);
    assert.deepEqual(kindsOf(on('2062-01-31', 4)), [], 'a contract may run for long');
  });

  it('is set aside where a field that all had is gone, or holds something else', () => {
    const gone = rows(40, seen(), () => seen({ department: null }));
    assert.deepEqual(kindsOf(gone), ['field-gone']);
    const numbers = rows(40, seen(), (i) => seen({ department: String(i) }));
    assert.deepEqual(kindsOf(numbers), ['field-kind']);
    assert.deepEqual(kindsOf(rows(40, seen(), () => seen({ title: 'Lead' }))), []);
  });

  it('is set aside where nobody, or many fewer people are listed than before', () => {
    const kinds = (listed: number | null, before: number | null) =>
      judgeListed(listed, { known: 0, listed: before }, limits).map(({ kind }) => kind);
    assert.deepEqual(kinds(0, 5), ['empty']);
    assert.deepEqual(kinds(0, 3), [], 'a file of leavers may have none this week');
    assert.deepEqual(kinds(94, 100), ['shrank']);
    assert.deepEqual(kinds(95, 100), []);
    assert.deepEqual(kinds(7, 10), [], 'three people are no pattern');
    assert.deepEqual(kinds(0, null), [], 'it is read for the first time');
    assert.deepEqual(kinds(null, 100), [], 'it does not list everybody');
  });

  it('tells of each row what it was and what it is', () => {
    const row = {
      ...{ personId: 'E-1', was: seen() },
      is: seen({ department: 'Support', email: null }, leaving('2026-12-31')),
    };
    assert.deepEqual(feedChanges(row), [
      { field: 'department', was: 'Sales', is: 'Support' },
      { field: 'kind', was: null, is: 'resignation' },
      { field: 'lastWorkingDay', was: null, is: '2026-12-31' },
    ]);
    assert.deepEqual(feedChanges({ personId: 'E-1', was: seen(), is: seen() }), []);
    const gone = { field: 'person', was: 'there', is: null };
    assert.deepEqual(feedChanges({ personId: 'E-1', was: seen(), is: null }), [gone]);
  });
});

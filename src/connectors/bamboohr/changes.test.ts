import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FakeStatus } from './fake.ts';
import { bambooHr } from './index.ts';
import { answering, collected, ended, failureOf, priya, setUp } from './test-company.ts';

describe('the poll', () => {
  const colleague = (changedAt: string, ...later: FakeStatus[]) => ({
    ...priya(...later),
    changedAt,
  });
  const colleagues = () => ({
    7: colleague('2026-11-01T10:00:00+00:00'),
    9: colleague('2026-11-02T10:00:00+00:00'),
    11: colleague('2026-11-02T10:00:00+00:00'),
    13: colleague('2020-01-01T10:00:00+00:00', ended('2027-02-28')),
    15: colleague('2020-01-01T10:00:00+00:00', ended('2020-01-01')),
  });
  const idsIn = (hints: readonly { personId: string }[]) => hints.map((it) => it.personId);

  it('begins with everybody, oldest first', async () => {
    const company = setUp(priya(), { others: colleagues() });
    assert.deepEqual(idsIn(await company.changes(null)), ['13', '15', '7', '9', '11', '42']);
  });

  it('goes on where a stored hint says, hearing the last minute twice', async () => {
    const company = setUp(priya(), { others: colleagues() });
    const all = await company.changes(null);
    for (const [i, { cursor }] of all.entries()) {
      const rest = idsIn(await company.changes(cursor));
      for (const { personId } of all.slice(i + 1)) assert.ok(rest.includes(personId));
    }
    assert.deepEqual(idsIn(await company.changes(all.at(-1)!.cursor)), ['42']);
  });

  it('hears of deleted employees too', async () => {
    const company = setUp(priya(), { others: colleagues() });
    const cursor = (await company.changes(null)).at(-1)!.cursor;
    company.remove('9', '2026-12-01T08:59:00+00:00');
    assert.deepEqual(idsIn(await company.changes(cursor)), ['42', '9']);
  });

  it('looks ahead once a day for terminations that nothing has announced', async () => {
    const company = setUp(priya(), { others: colleagues() });
    const start = (await company.changes(null)).at(-1)!.cursor;
    assert.deepEqual(idsIn(await company.changes(start)), ['42'], 'not twice on one day');

    company.world.today = '2026-12-02';
    const nextDay = await company.changes(start);
    assert.deepEqual(idsIn(nextDay), ['42', '13']);
    assert.match(nextDay.at(-1)!.cursor, / 2026-12-02$/);
    assert.match(nextDay[0]!.cursor, / 2026-12-01$/, 'cut off before, it looks again');
    assert.deepEqual(idsIn(await company.changes(nextDay.at(-1)!.cursor)), ['42']);
    assert.equal(company.asked.filter((url) => url.includes('/all/tables/employ')).length, 2);
  });

  it('looks ahead for jobs that begin later, unless changes of role are not wanted', async () => {
    const mover = colleague('2020-01-01T10:00:00+00:00');
    mover.jobs = [{ date: '2020-01-01' }, { date: '2026-12-24', department: 'Finance' }];
    const start = '2026-12-01T08:00:00Z 2026-11-30';
    const ask = (extra: object) => setUp(priya(), { others: { 17: mover }, extra }).changes(start);
    assert.deepEqual(idsIn(await ask({})), ['17']);
    assert.deepEqual(idsIn(await ask({ roleChanges: false })), []);
  });

  it('never moves its position back', async () => {
    const company = setUp(priya(), { others: colleagues() });
    const late = '2026-12-01T08:59:30Z 2026-12-01';
    company.employees['9']!.changedAt = '2026-12-01T08:59:00+00:00';
    assert.deepEqual(await company.changes(late), [{ personId: '9', cursor: late }]);
  });

  it('ends at once when nothing has happened, also where PHP calls an empty map a list', async () => {
    const company = setUp(priya(), { others: colleagues() });
    assert.deepEqual(await company.changes('2026-12-01T08:00:00Z 2026-12-01'), []);

    const client = answering((url) =>
      Response.json(url.includes('/all/') ? [] : { latest: null, employees: [] }),
    );
    assert.deepEqual(await collected(bambooHr.people!.changes!(client, null)), []);
  });

  it('fails loudly instead of skipping what it cannot read', async () => {
    const company = setUp(priya(), { others: colleagues() });
    assert.equal((await failureOf(company.changes('yesterday'))).kind, 'rejected');

    const blind = setUp({ ...priya(), hidden: ['employmentStatus'] }, { others: colleagues() });
    assert.match((await failureOf(blind.changes(null))).detail, /table employmentStatus/);
    const dateless = setUp({ ...priya(ended('2027-01-01')), hidden: ['date'] });
    assert.match((await failureOf(dateless.changes(null))).detail, /dates of the table/);
  });
});

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { forgetTokens } from '#connector-kit/kept-token.ts';
import { ConnectorError } from '#core/failure.ts';
import { priya, setUp } from './test-company.ts';

describe('the poll', () => {
  beforeEach(forgetTokens);
  const others = () =>
    Object.fromEntries(Array.from({ length: 120 }, (_, i) => [String(6_000 + i), priya()]));
  const idsIn = (hints: readonly { personId: string }[]) => hints.map((it) => it.personId);

  it('begins with everybody, over all pages, and then asks once what has changed', async () => {
    const company = setUp(priya(), { others: others() });
    const all = await company.changes(null);
    assert.deepEqual(idsIn(all).toSorted(), Object.keys(company.persons).toSorted());
    assert.equal(company.asked.filter((it) => it.includes('cursor=')).length, 2);

    company.persons['6003']!.updated_at = '2026-12-01T08:59:30Z';
    const before = company.asked.length;
    const changed = await company.changes('2026-12-01T08:00:00Z 2026-12-01 -');
    assert.deepEqual(idsIn(changed), ['6003']);
    assert.deepEqual(company.asked.slice(before), [
      '/v2/persons?limit=50&updated_at.gt=2026-12-01T07:59:00.000Z',
    ]);
    assert.equal(changed.at(-1)!.cursor, '2026-12-01T08:59:30Z 2026-12-01 -');
  });

  it('hears what changed oldest first', async () => {
    const company = setUp(priya(), { others: others() });
    company.persons['6003']!.updated_at = '2026-12-01T08:30:00Z';
    company.persons['5005']!.updated_at = '2026-12-01T08:40:00+01:00';
    const changed = await company.changes('2026-12-01T07:00:00Z 2026-12-01 -');
    assert.deepEqual(idsIn(changed), ['5005', '6003']);
  });

  it('looks at everybody once a day, and goes on where it was cut off', async () => {
    const company = setUp(priya(), { others: others() });
    const first = await company.changes(null);
    assert.match(first[9]!.cursor, /^2026-11-20T15:46:43Z - 6008$/);
    const rest = idsIn(await company.changes('2026-12-01T08:00:00Z - 6008'));
    assert.deepEqual(rest, idsIn(first).slice(10));
    assert.deepEqual(await company.changes('2026-12-01T08:00:00Z 2026-12-01 -'), []);

    company.world.now = '2026-12-02T00:01:00Z';
    const nextDay = await company.changes('2026-12-01T08:00:00Z 2026-12-01 -');
    assert.equal(nextDay.length, 121);
    assert.match(nextDay.at(-1)!.cursor, / 2026-12-02 -$/);
  });

  it('does not say that somebody left who is not in the list', async () => {
    const company = setUp(priya(), { others: others() });
    delete company.persons['5005'];
    assert.ok(!idsIn(await company.changes(null)).includes('5005'));
  });

  it('refuses a position that is none of its own', async () => {
    for (const cursor of ['', 'x', '2026-12-01', 'noon - -']) {
      await assert.rejects(
        setUp(priya()).changes(cursor),
        (thrown) =>
          thrown instanceof ConnectorError &&
          /Start from the beginning/.test(thrown.failure.detail),
      );
    }
  });
});

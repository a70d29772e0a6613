import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectorError } from '#core/failure.ts';
import { ended, id, priya, setUp } from './test-company.ts';

describe('the poll', () => {
  const others = () =>
    Object.fromEntries(Array.from({ length: 40 }, (_, i) => [String(1_000 + i), priya()]));
  const idsIn = (hints: readonly { personId: string }[]) =>
    hints.map((it) => it.personId).toSorted();

  it('begins with everybody, and then tells only of the part in which something changed', async () => {
    const company = setUp(priya(), { others: others() });
    const all = await company.changes(null);
    assert.deepEqual(idsIn(all), Object.keys(company.employees).toSorted());
    const { cursor } = all.at(-1)!;
    assert.deepEqual(await company.changes(cursor), []);

    company.employees[id]!.lifecycle.push(ended('2027-01-31'));
    const changed = await company.changes(cursor);
    assert.ok(idsIn(changed).includes(id));
    assert.ok(changed.length < 5, 'and few besides');
    assert.deepEqual(await company.changes(changed.at(-1)!.cursor), []);
  });

  it('goes on where a stored hint says', async () => {
    const company = setUp(priya(), { others: others() });
    const all = await company.changes(null);
    for (const [i, { cursor }] of all.entries()) {
      const rest = idsIn(await company.changes(cursor));
      for (const { personId } of all.slice(i + 1)) assert.ok(rest.includes(personId));
    }
  });

  it('reads everybody once a day, spread over it, since a list shows less than a record', async () => {
    const company = setUp(priya(), { others: others() });
    let { cursor } = (await company.changes(null)).at(-1)!;
    const heard: string[] = [];
    for (let hour = 1; hour <= 24; hour++) {
      company.world.now = new Date(
        Date.parse('2026-12-01T09:00:00Z') + hour * 3_600_000,
      ).toISOString();
      const hints = await company.changes(cursor);
      assert.ok(hints.length < 20, 'never everybody at once');
      heard.push(...hints.map((it) => it.personId));
      cursor = hints.at(-1)?.cursor ?? cursor;
    }
    assert.deepEqual(heard.toSorted(), Object.keys(company.employees).toSorted());
  });

  it('does not say that somebody left who is not in the list', async () => {
    const company = setUp(priya(), { others: others() });
    const { cursor } = (await company.changes(null)).at(-1)!;
    delete company.employees[id];
    assert.ok(!idsIn(await company.changes(cursor)).includes(id));
  });

  it('refuses a position that is none of its own', async () => {
    for (const cursor of ['', 'x', '2026-12-01T00:00:00Z -', 'ä'.repeat(2_048)]) {
      await assert.rejects(
        setUp(priya()).changes(cursor),
        (thrown) =>
          thrown instanceof ConnectorError &&
          /Start from the beginning/.test(thrown.failure.detail),
      );
    }
  });
});

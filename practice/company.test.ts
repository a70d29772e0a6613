import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isZone } from '#core/dates.ts';
import { readPeopleCsv } from '#intake/csv.ts';
import { colleague, colleagues, peopleCsv, personInEvent } from './company.ts';

const all = (of: (it: (typeof colleagues)[number]) => unknown) => new Set(colleagues.map(of));

describe('Meadow & Co', () => {
  it('has forty people, whom nothing confuses with one another', () => {
    assert.equal(colleagues.length, 40);
    for (const of of [
      (it: { personId: string }) => it.personId,
      (it: { email: string }) => it.email,
      (it: { name: string }) => it.name,
    ]) {
      assert.equal(new Set(colleagues.map(of)).size, 40);
    }
  });

  it('works in several zones, departments and kinds of employment', () => {
    assert.ok(all((it) => it.office.zone).size >= 5);
    assert.ok([...all((it) => it.office.zone)].every((zone) => isZone(String(zone))));
    assert.ok(all((it) => it.department).size >= 8);
    assert.deepEqual(
      all((it) => it.employmentType),
      new Set(['employee', 'intern', 'temporary', 'contractor']),
    );
  });

  it('leads everybody up to one chief executive', () => {
    const byId = new Map(colleagues.map((it) => [it.personId, it]));
    for (const one of colleagues) {
      let above = one;
      for (let levels = 0; above.managerId !== null && levels < 10; levels += 1) {
        const manager = byId.get(above.managerId);
        assert.ok(manager, `${above.name} has a manager who works here`);
        above = manager;
      }
      assert.equal(above.name, 'Amara Diallo');
    }
  });

  it('is taken in from its CSV without a refused row or an unknown column', () => {
    const read = readPeopleCsv(Buffer.from(peopleCsv()), { today: '2026-01-01' });

    assert.equal(read.problem, null);
    assert.deepEqual(read.refused, []);
    assert.deepEqual(read.unknownColumns, []);
    assert.equal(read.rows.length, 40);
  });

  it('says the same of a person in the CSV and in an event', () => {
    const priya = colleague('priya.nair');
    const [header, ...lines] = peopleCsv().trim().split('\n');
    const line = lines.find((it) => it.startsWith(`${priya.personId},`));
    const { id, ...rest } = personInEvent(priya);

    assert.deepEqual(header?.split(','), ['person_id', ...Object.keys(rest)]);
    assert.deepEqual(line?.split(','), [id, ...Object.values(rest).map(String)]);
  });
});

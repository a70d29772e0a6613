import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Member, showable } from './survey-groups.ts';

/** Forms of people, each in a department; what was shown is remembered as the store does. */
function world() {
  const forms = new Map<string, { part: string | null; department: string }>();
  let parts = 0;
  return {
    forms,
    answer(department: string, count: number) {
      for (let i = 0; i < count; i++) {
        forms.set(`${department}-${forms.size}`, { part: null, department });
      }
    },
    ask(isAskedFor: (department: string) => boolean) {
      const all: Member[] = [...forms].map(([id, { part }]) => ({ id, part }));
      const shown = showable(all, (id) => isAskedFor(forms.get(id)!.department));
      for (const members of shown.newParts) {
        parts += 1;
        for (const id of members) forms.get(id)!.part = `${parts}`;
      }
      return { shown: shown.members.length, hidden: shown.hidden, members: shown.members };
    },
  };
}

const everybody = () => true;
const only = (wanted: string) => (department: string) => department === wanted;

describe('groups that are shown', () => {
  it('have five people or more', () => {
    const it = world();
    it.answer('Sales', 4);
    assert.deepEqual(it.ask(everybody), { shown: 0, hidden: 4, members: [] });
    it.answer('Sales', 1);
    assert.equal(it.ask(everybody).shown, 5);
  });

  it('do not grow by fewer than five: the newcomer would be known by the difference', () => {
    const it = world();
    it.answer('Sales', 6);
    assert.equal(it.ask(everybody).shown, 6);
    it.answer('Sales', 4);
    const { shown, hidden } = it.ask(everybody);
    assert.deepEqual({ shown, hidden }, { shown: 6, hidden: 4 });
    it.answer('Sales', 1);
    assert.equal(it.ask(everybody).shown, 11);
  });

  it('do not differ by fewer than five, whichever is asked for first', () => {
    const wholeFirst = world();
    wholeFirst.answer('Sales', 7);
    wholeFirst.answer('Lab', 3);
    assert.equal(wholeFirst.ask(everybody).shown, 10);
    assert.equal(wholeFirst.ask(only('Sales')).shown, 0);
    assert.equal(wholeFirst.ask(only('Lab')).shown, 0);

    const partFirst = world();
    partFirst.answer('Sales', 7);
    partFirst.answer('Lab', 3);
    assert.equal(partFirst.ask(only('Sales')).shown, 7);
    const { shown, hidden } = partFirst.ask(everybody);
    assert.deepEqual({ shown, hidden }, { shown: 7, hidden: 3 });
  });

  it('are split where both sides are large enough', () => {
    const it = world();
    it.answer('Sales', 6);
    it.answer('Lab', 5);
    assert.equal(it.ask(everybody).shown, 11);
    assert.equal(it.ask(only('Sales')).shown, 6);
    assert.equal(it.ask(only('Lab')).shown, 5);
    assert.equal(it.ask(everybody).shown, 11);
  });

  it('are not shown any more when an erased form leaves fewer than five', () => {
    const it = world();
    it.answer('Sales', 5);
    assert.equal(it.ask(everybody).shown, 5);
    it.forms.delete('Sales-0');
    assert.equal(it.ask(everybody).shown, 0);
  });

  it('leave five or more together, whatever is subtracted from whatever', () => {
    // A generator of our own, so that a failure can be repeated.
    let seed = 42;
    const chance = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * below);
    };
    const departments = ['A', 'B', 'C', 'D', 'E', 'F'];
    for (let round = 0; round < 200; round++) {
      const it = world();
      const seen: Set<string>[] = [];
      for (let turn = 0; turn < 12; turn++) {
        it.answer(departments[chance(departments.length)]!, 1 + chance(6));
        const wanted = departments.filter(() => chance(2) === 0);
        const { members } = it.ask((department) => wanted.includes(department));
        if (members.length > 0) seen.push(new Set(members));
      }
      // Whoever was shown in exactly the same figures cannot be told apart.
      const alike = Map.groupBy(it.forms.keys(), (id) =>
        seen.map((members) => (members.has(id) ? 1 : 0)).join(''),
      );
      for (const [signature, members] of alike) {
        if (signature.includes('1')) assert.ok(members.length >= 5, `round ${round}: ${signature}`);
      }
    }
  });
});

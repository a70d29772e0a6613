import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Drawable, drawingOf } from './drawing.ts';
import { layoutOf } from './layout.ts';
import { inReadingOrder, neighbourOf, viewOf } from './places.ts';

const nobodyTurned: ReadonlySet<string> = new Set();
const step = (id: string, after: readonly string[] = [], group?: string): Drawable => ({
  id,
  after,
  group: group === undefined ? undefined : { id: group, title: `${group} everywhere` },
});
const linesOf = (steps: readonly Drawable[], turned = nobodyTurned) =>
  drawingOf(steps, turned)
    .lines.map(({ from, to }) => `${from} > ${to}`)
    .toSorted();

const house = [
  step('notice'),
  step('wiki', ['notice'], 'Block'),
  step('crm', ['notice'], 'Block'),
  step('check', ['wiki', 'crm', 'notice']),
];

describe('what a map draws', () => {
  it('says once that a whole group comes after a step, and before another', () => {
    assert.deepEqual(linesOf(house), ['group Block > check', 'notice > group Block']);
  });

  it('leaves single lines where only a part of a group is waited for', () => {
    const steps = [...house.slice(0, 3), step('check', ['wiki'])];
    assert.deepEqual(linesOf(steps), ['notice > group Block', 'wiki > check']);
  });

  it('keeps the order within a group, and needs all of it for a line to the whole', () => {
    const steps = [step('a', [], 'G'), step('b', ['a'], 'G'), step('c', ['b'])];
    assert.deepEqual(linesOf(steps), ['a > b', 'group G > c']);
  });

  it('folds a group into one, and a large one at first', () => {
    const folded = drawingOf(house, new Set(['group Block']));
    assert.deepEqual(folded.steps, ['notice', 'check']);
    assert.deepEqual(linesOf(house, new Set(['group Block'])), [
      'group Block > check',
      'notice > group Block',
    ]);
    const large = Array.from({ length: 9 }, (_, i) => step(`s${i}`, [], 'Many'));
    assert.equal(drawingOf(large, nobodyTurned).groups[0]?.isFolded, true);
    assert.equal(drawingOf(large, new Set(['group Many'])).groups[0]?.isFolded, false);
  });

  it('takes a group of one for a step, and leaves out what it does not know', () => {
    const { groups, lines } = drawingOf([step('a', ['elsewhere'], 'Alone')], nobodyTurned);
    assert.deepEqual({ groups, lines }, { groups: [], lines: [] });
  });

  it('draws also what waits for itself in a ring, as a draft may say it', () => {
    const ring = [step('a', ['b']), step('b', ['a'])];
    assert.deepEqual(linesOf(ring), ['a > b', 'b > a']);
    assert.equal(layoutOf(drawingOf(ring, nobodyTurned)).size, 2);
  });
});

describe('where a map draws it', () => {
  const layout = layoutOf(drawingOf(house, nobodyTurned));
  const at = (id: string) => layout.get(id)!;

  it('puts what comes after to the right, and a group around its steps', () => {
    assert.ok(at('notice').x < at('group Block').x);
    assert.ok(at('group Block').x + at('group Block').width < at('check').x);
    for (const id of ['wiki', 'crm']) {
      assert.ok(at(id).x > at('group Block').x && at(id).y > at('group Block').y);
    }
  });

  it('lets nothing lie over anything else', () => {
    const steps = Array.from({ length: 40 }, (_, i) =>
      step(`s${i}`, i < 8 ? [] : [`s${i - 8}`, `s${(i * 5) % 8}`], `G${Math.floor(i / 8)}`),
    );
    const drawing = drawingOf([...steps, step('aside'), step('end', ['s39'])], nobodyTurned);
    const found = layoutOf(drawing);
    const inGroups = new Set(drawing.groups.flatMap(({ members }) => members));
    const outer = [...found].filter(([id]) => !inGroups.has(id));
    for (const [one, a] of outer)
      for (const [other, b] of outer) {
        if (one >= other) continue;
        const isApart =
          a.x + a.width <= b.x ||
          b.x + b.width <= a.x ||
          a.y + a.height <= b.y ||
          b.y + b.height <= a.y;
        assert.ok(isApart, `${one} and ${other}`);
      }
  });

  it('is walked by arrow keys, and read from left to right', () => {
    const ids = ['check', 'crm', 'wiki', 'notice'];
    const first = neighbourOf('notice', 'ArrowRight', layout, ids);
    assert.ok(first === 'wiki' || first === 'crm');
    assert.equal(neighbourOf('notice', 'ArrowLeft', layout, ids), undefined);
    assert.equal(neighbourOf(first, 'ArrowRight', layout, ids), 'check');
    const order = inReadingOrder(ids, layout);
    assert.deepEqual([order[0], order.at(-1)], ['notice', 'check']);
  });

  it('is looked at whole, or from its beginning where it could not be read', () => {
    const wide = viewOf(layout, { width: 2_000, height: 1_000 });
    assert.equal(wide.zoom, 1);
    const phone = viewOf(layout, { width: 300, height: 400 });
    assert.deepEqual([phone.zoom, phone.x], [0.5, 24]);
  });
});

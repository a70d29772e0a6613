import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inGroups } from './groups.ts';

/** Answers each item with itself in capitals, once `open` is called for that group. */
function slowly() {
  const groups: string[][] = [];
  const gates: (() => void)[] = [];
  return {
    groups,
    async open() {
      while (gates.length === 0) await turn();
      gates.shift()!();
    },
    async doAll(items: readonly string[]): Promise<readonly string[] | null> {
      groups.push([...items]);
      await new Promise<void>((resolve) => gates.push(resolve));
      return items.map((item) => item.toUpperCase());
    },
  };
}

const byFirstLetter = (item: string) => item[0]!;
const turn = () => new Promise(setImmediate);

describe('doing in groups', () => {
  it('does the first at once, and what comes meanwhile together', async () => {
    const work = slowly();
    const ask = inGroups(10, byFirstLetter, work.doAll);
    const answers = Promise.all(['a1', 'b1', 'c1'].map(ask));
    await work.open();
    await work.open();
    assert.deepEqual(await answers, ['A1', 'B1', 'C1']);
    assert.deepEqual(work.groups, [['a1'], ['b1', 'c1']]);
  });

  it('puts those of one key side by side, in their order', async () => {
    const work = slowly();
    const ask = inGroups(10, byFirstLetter, work.doAll);
    const answers = Promise.all(['x1', 'b1', 'a1', 'b2', 'a2'].map(ask));
    await work.open();
    await work.open();
    assert.deepEqual(await answers, ['X1', 'B1', 'A1', 'B2', 'A2']);
    assert.deepEqual(work.groups[1], ['a1', 'a2', 'b1', 'b2']);
  });

  it('makes no group larger than the largest', async () => {
    const work = slowly();
    const ask = inGroups(2, byFirstLetter, work.doAll);
    const answers = Promise.all(['a1', 'a2', 'a3', 'a4'].map(ask));
    for (let i = 0; i < 3; i++) await work.open();
    await answers;
    assert.deepEqual(
      work.groups.map((group) => group.length),
      [1, 2, 1],
    );
  });

  it('gathers the next one for a while after one of several', async () => {
    const work = slowly();
    const { promise: gathered, resolve: goOn } = Promise.withResolvers<void>();
    const pauses: number[] = [];
    const ask = inGroups(10, byFirstLetter, work.doAll, (ms) => {
      pauses.push(ms);
      return gathered;
    });
    const first = ['a1', 'b1', 'b2'].map(ask);
    await work.open();
    await work.open();
    await Promise.all(first);
    const later = [ask('b3')];
    await turn();
    later.push(ask('c1'));
    goOn();
    await work.open();
    await Promise.all(later);
    assert.deepEqual(work.groups, [['a1'], ['b1', 'b2'], ['b3', 'c1']]);
    assert.ok(pauses.every((ms) => ms > 0 && ms <= 50));
  });

  it('does each alone when the group came to nothing, so that one cannot spoil it for others', async () => {
    const asked: string[][] = [];
    const ask = inGroups(10, byFirstLetter, async (items: readonly string[]) => {
      asked.push([...items]);
      await turn();
      if (items.includes('stale')) return null;
      if (items.includes('broken')) throw new Error('It is broken.');
      return items.map((item) => item.toUpperCase());
    });
    const [first, stale, broken, well] = await Promise.allSettled(
      ['first', 'stale', 'broken', 'well'].map(ask),
    );
    assert.deepEqual(first, { status: 'fulfilled', value: 'FIRST' });
    assert.deepEqual(stale, { status: 'fulfilled', value: null });
    assert.equal(broken?.status, 'rejected');
    assert.deepEqual(well, { status: 'fulfilled', value: 'WELL' });
    assert.deepEqual(asked, [
      ['first'],
      ['broken', 'stale', 'well'],
      ['broken'],
      ['stale'],
      ['well'],
    ]);
  });
});

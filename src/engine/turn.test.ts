import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inTurn } from './turn.ts';

describe('steps of one case', () => {
  it('take turns, in the order in which they came, also after one that failed', async () => {
    const seen: string[] = [];
    const first = Promise.withResolvers<void>();
    const failing = inTurn('case-1', async () => {
      await first.promise;
      seen.push('first');
      throw new Error('no');
    });
    const second = inTurn('case-1', async () => seen.push('second'));
    const third = inTurn('case-1', async () => seen.push('third'));
    first.resolve();

    await assert.rejects(failing, { message: 'no' });
    await Promise.all([second, third]);
    assert.deepEqual(seen, ['first', 'second', 'third']);
  });

  it('do not wait for those of another', async () => {
    const held = Promise.withResolvers<void>();
    const holding = inTurn('case-2', () => held.promise);
    assert.equal(await inTurn('case-3', async () => 'done'), 'done');
    held.resolve();
    await holding;
  });
});

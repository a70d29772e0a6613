import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { around, diffLines } from './line-diff.ts';

const text = (before: string, after: string) =>
  diffLines(before, after).map((it) => `${it.sign}${it.text}`);

describe('comparing two texts', () => {
  it('keeps what both have, and shows what goes before what comes', () => {
    assert.deepEqual(text('a\nb\nc\n', 'a\nx\nc\nd\n'), [' a', '-b', '+x', ' c', '+d']);
  });

  it('finds no difference in the end of lines, or of the last one', () => {
    assert.deepEqual(text('a\r\nb\r\n', 'a\nb'), [' a', ' b']);
  });

  it('works with nothing on either side', () => {
    assert.deepEqual(text('', 'a\n'), ['+a']);
    assert.deepEqual(text('a\n', ''), ['-a']);
    assert.deepEqual(text('', ''), []);
  });

  it('leaves out what is far from every change', () => {
    const before = Array.from({ length: 9 }, (_, i) => `${i}`).join('\n');
    const shown = around(diffLines(before, before.replace('4', 'x')), 1);
    assert.deepEqual(
      shown.map((it) => it && `${it.sign}${it.text}`),
      [null, ' 3', '-4', '+x', ' 5', null],
    );
  });
});

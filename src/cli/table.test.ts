import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clean, cut, paintFor, widthOf } from './paint.ts';
import { table } from './table.ts';
import { sink } from './testing/run.ts';

const plain = paintFor(sink().stream, {});
const coloured = paintFor(sink({ columns: 80, rows: 24 }).stream, {});

describe('a table', () => {
  it('stands in columns, also with wide letters, and ends its lines early', () => {
    assert.deepEqual(
      table(
        plain,
        ['Name', 'Kind', 'Note'],
        [
          ['王小明', 'a', ''],
          ['Zoë', 'bb', 'last'],
        ],
        '',
      ),
      ['Name    Kind  Note', '王小明  a', 'Zoë     bb    last'],
    );
  });

  it('says so when there is nothing', () => {
    assert.deepEqual(table(plain, ['Name'], [], 'Nothing here.'), ['Nothing here.']);
  });

  it('keeps its columns when it is coloured', () => {
    const cells = (paint: typeof plain) =>
      table(paint, ['A', 'B'], [[{ text: 'x', tone: 'good' }, 'y']], '')
        .join('\n')
        .replaceAll(/\p{Cc}\[[\d;]*m/gu, '');
    assert.equal(cells(coloured), cells(plain));
  });
});

describe('text of others', () => {
  it('can neither move the cursor nor turn a line round', () => {
    assert.equal(clean('a\u001b[2Jb\u0007\r\nc\u202ed\u009b1m'), 'a[2Jb cd1m');
  });

  it('is as wide as a terminal shows it', () => {
    assert.equal(widthOf('Zoë'), 3);
    assert.equal(widthOf('Zoe\u0308'), 3);
    assert.equal(widthOf('王'), 2);
  });

  it('is cut to the width of the terminal, colours and all', () => {
    assert.equal(cut('short', 10), 'short');
    assert.equal(cut('a longer line', 8), 'a longe…');
    const line = `${coloured('good', 'green green')} plain`;
    assert.equal(cut(line, 6), `${coloured('good', 'green')}…`);
  });
});

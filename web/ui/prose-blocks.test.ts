import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type Block, blocksOf, piecesOf } from './prose-blocks.ts';

describe('a text of ours', () => {
  it('is taken apart into headings, paragraphs, lists, tables and code', () => {
    const text = [
      '# Wiki',
      '',
      'One line',
      'and its end.',
      '',
      '1. First, with `code`',
      '   and more.',
      '2. Second',
      '',
      '   - inside',
      '',
      '```sh',
      'wiki <key>',
      '```',
      '| A | B |',
      '|---|---|',
      '| 1 | 2 |',
    ].join('\n');
    assert.deepEqual(blocksOf(text), [
      { kind: 'heading', text: 'Wiki' },
      { kind: 'paragraph', text: 'One line and its end.' },
      {
        kind: 'list',
        isOrdered: true,
        items: [
          [{ kind: 'paragraph', text: 'First, with `code` and more.' }],
          [
            { kind: 'paragraph', text: 'Second' },
            { kind: 'list', isOrdered: false, items: [[{ kind: 'paragraph', text: 'inside' }]] },
          ],
        ],
      },
      { kind: 'code', text: 'wiki <key>' },
      { kind: 'table', head: ['A', 'B'], rows: [['1', '2']] },
    ]);
  });

  it('has pieces; only links to the outside stay links, and only safe ones', () => {
    assert.deepEqual(
      piecesOf(
        'a `b` **c** _d_ snake_case_x [e](../f.md) [g](https://h.example) [i](javascript:1)',
      ),
      [
        { kind: 'text', text: 'a ' },
        { kind: 'code', text: 'b' },
        { kind: 'text', text: ' ' },
        { kind: 'strong', text: 'c' },
        { kind: 'text', text: ' ' },
        { kind: 'emphasis', text: 'd' },
        { kind: 'text', text: ' snake_case_x ' },
        { kind: 'text', text: 'e' },
        { kind: 'text', text: ' ' },
        { kind: 'link', text: 'g', href: 'https://h.example' },
        { kind: 'text', text: ' ' },
        { kind: 'text', text: 'i' },
      ],
    );
  });

  it('loses no word of how any system is connected', () => {
    const root = new URL('../../src/connectors/', import.meta.url);
    const pages = globSync('*/setup.md', { cwd: root });
    assert.ok(pages.length > 30);
    for (const page of pages) {
      const text = readFileSync(new URL(page, root), 'utf8');
      const wanted = wordsIn(text.replaceAll(/^\s*```\w*|^\|[-|: ]+\|$/gm, ''));
      assert.deepEqual(blocksOf(text).flatMap(wordsOf), wanted, page);
    }
  });
});

const wordsIn = (text: string) =>
  text.match(/[\p{L}\d]+/gu)?.filter((it) => !/^\d+$/.test(it)) ?? [];

function wordsOf(block: Block): string[] {
  switch (block.kind) {
    case 'list':
      return block.items.flat().flatMap(wordsOf);
    case 'table':
      return [block.head, ...block.rows].flat().flatMap(wordsIn);
    default:
      return wordsIn(block.text);
  }
}

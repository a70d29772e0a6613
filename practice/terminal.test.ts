import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { openScreen, seconds } from './terminal.ts';

/** A terminal of so many columns; 0: a file. */
function screenOf(columns: number, env: Record<string, string> = {}) {
  let text = '';
  const stdout = new PassThrough({ encoding: 'utf8' });
  stdout.on('data', (more: string) => {
    text += more;
  });
  const shape = columns > 0 ? { isTTY: true, columns } : {};
  const screen = openScreen({ stdout: Object.assign(stdout, shape), env });
  return { screen, text: () => text, lines: () => text.trimEnd().split('\n') };
}

const row = {
  time: '+0.4 s',
  sign: '▲',
  tone: 'attention',
  where: 'Expenses',
  what: 'Block sign-in to each system of the house',
  word: 'Needs you',
  detail: 'Accepted, but the change does not show, whatever the system says of it.',
} as const;

describe('what the practice company prints', () => {
  for (const columns of [80, 100, 200]) {
    it(`fits a terminal of ${columns} columns, and says every word`, () => {
      const { screen, lines, text } = screenOf(columns, { NO_COLOR: '1' });

      screen.row(row);
      screen.paragraph('word '.repeat(60));
      screen.entry('✔', 'good', 'Ticket desk', 'word '.repeat(60));

      assert.ok(lines().every((it) => it.length <= Math.min(columns, 100)));
      const words = new Set(text().split(/\s+/));
      for (const it of `${row.what} ${row.word} ${row.detail}`.split(' ')) assert.ok(words.has(it));
    });
  }

  it('keeps what belongs together in its column', () => {
    const { screen, lines } = screenOf(100, { NO_COLOR: '1' });

    screen.row(row);

    const [first = '', second = ''] = lines();
    assert.equal(first.indexOf('Block'), second.indexOf('system'));
    assert.match(second.slice(first.indexOf('Needs') - 1), /^ \S/);
  });

  it('has colours only where they are wanted, and a word beside each of them', () => {
    const plain = screenOf(0);
    const coloured = screenOf(80);

    plain.screen.row(row);
    coloured.screen.row(row);

    assert.ok(!plain.text().includes('\x1b'));
    assert.ok(coloured.text().includes('\x1b[1;33mNeeds you'));
  });

  it('shows what is waited for on a terminal, and takes it away again', () => {
    const terminal = screenOf(80, { NO_COLOR: '1' });
    const file = screenOf(0);

    for (const { screen } of [terminal, file]) {
      screen.status(() => 'waiting for Chat');
      screen.line('Chat answers');
      screen.status(null);
    }

    assert.ok(terminal.text().includes('waiting for Chat'));
    assert.ok(terminal.text().includes('\r\x1b[2KChat answers\n'));
    assert.equal(file.text(), 'Chat answers\n');
  });

  it('rounds times to tenths of a second', () => {
    assert.equal(seconds(849), '0.8 s');
    assert.equal(seconds(-3), '0.0 s');
  });
});

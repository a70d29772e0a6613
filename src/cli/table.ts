import { clean, type Paint, type Tone, widthOf } from './paint.ts';

/** A cell is text, or text with a tone. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

const textOf = (cell: Cell): string => clean(typeof cell === 'string' ? cell : cell.text);

/** Rows in columns, under a quiet head. `none` stands there when there are no rows. */
export function table(
  paint: Paint,
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  none: string,
): string[] {
  if (rows.length === 0) return [none];
  return [...columns(paint, [head.map((text) => ({ text, tone: 'quiet' as const })), ...rows], '')];
}

/** The same without a head. */
export function columns(paint: Paint, rows: readonly (readonly Cell[])[], indent = '  '): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) {
      widths[i] = Math.max(widths[i] ?? 0, widthOf(textOf(cell)));
    }
  }
  return rows.map((row) => {
    // Blanks at the end would wrap on a narrow terminal.
    const last = row.findLastIndex((cell) => textOf(cell) !== '');
    const cells = row.slice(0, last + 1).map((cell, i) => {
      const text = textOf(cell);
      const gap = i === last ? '' : ' '.repeat(widths[i]! - widthOf(text) + 2);
      return paint(typeof cell === 'string' ? 'plain' : cell.tone, text) + gap;
    });
    return `${indent}${cells.join('')}`;
  });
}

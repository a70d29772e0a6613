import type { Io, Output } from './io.ts';

/** What a colour says; the word beside it says the same, for those who see none. */
export type Tone = 'good' | 'weak' | 'attention' | 'busy' | 'quiet' | 'strong' | 'plain';

export type Paint = (tone: Tone, text: string) => string;

const codes: Record<Tone, string> = {
  good: '32',
  weak: '36',
  attention: '1;33',
  busy: '34',
  quiet: '2',
  strong: '1',
  plain: '',
};

/** Colours on a terminal that wants them, none anywhere else. */
export function paintFor(output: Output, env: Io['env']): Paint {
  const wanted = output.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return (tone, text) =>
    wanted && codes[tone] !== '' && text !== '' ? `\u001b[${codes[tone]}m${text}\u001b[0m` : text;
}

// Control characters could move the cursor, and marks of direction could turn a line round: names
// and messages come from other systems and must do neither.
const unsafe = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text of others on one line, safe for a terminal. */
export const clean = (text: string): string =>
  text.replaceAll(/\s*[\r\n]+\s*/g, ' ').replaceAll(unsafe, '');

const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Letters that take two columns: of Chinese, Japanese and Korean, and pictures. */
const wide = new RegExp(
  String.raw`\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff` +
    String.raw`\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]`,
  'u',
);

/** How many columns a text takes on a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of segments.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

const colour = /\p{Cc}\[[\d;]*m/gu;

/** The beginning of a painted line that fits into so many columns. */
export function cut(line: string, columns: number): string {
  if (widthOf(line.replaceAll(colour, '')) <= columns) return line;
  let kept = '';
  let left = columns - 1;
  let at = 0;
  for (const { index, 0: code } of [...line.matchAll(colour), { index: line.length, 0: '' }]) {
    for (const { segment } of segments.segment(line.slice(at, index))) {
      left -= widthOf(segment);
      if (left < 0) break;
      kept += segment;
    }
    kept += code;
    at = index + code.length;
  }
  return `${kept}…`;
}

import { fileURLToPath } from 'node:url';
import { type Font, openSync } from 'fontkit';

/** The faces of a report. All of them have Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew and Arabic letters. */
const faces = {
  text: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf')),
  strong: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSansCondensed-Bold.ttf')),
  code: fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf')),
} as const;
export type Face = keyof typeof faces;
export const faceNames = Object.keys(faces) as readonly Face[];

const opened = new Map<Face, Font>();

/** The font of a face, read once: what it holds is decoded as it is needed, and that takes longer than a report. */
export function fontOf(face: Face): Font {
  const present = opened.get(face);
  if (present) return present;
  const font = openSync(faces[face]);
  if (!('characterSet' in font)) throw new Error(`${faces[face]} holds several fonts.`);
  opened.set(face, font);
  return font;
}

/** The letters that both faces for words have; the third is for ids. */
let known: ReadonlySet<number> | null = null;

function knownLetters(): ReadonlySet<number> {
  if (known) return known;
  const strong = new Set(fontOf('strong').characterSet);
  known = new Set(fontOf('text').characterSet.filter((it) => strong.has(it)));
  return known;
}

/** Whether every letter of a text can be printed. */
export const isPrintable = (text: string): boolean => [...spaced(text)].every(hasShape);

/**
 * A text as it can be printed. What has no letters here is written as its code, such as [U+5F20], which everybody
 * sees and can look up: a name is never turned into boxes in silence. Marks that only steer the direction are
 * codes as well, so that nobody can make a line read otherwise than it is.
 */
export function printable(text: string): string {
  const shown = spaced(text).normalize('NFC');
  const parts: string[] = [];
  let codes: string[] = [];
  const endCodes = () => {
    if (codes.length > 0) parts.push(`[${codes.join(' ')}]`);
    codes = [];
  };
  for (const letter of shown) {
    if (hasShape(letter)) {
      endCodes();
      parts.push(letter);
    } else {
      codes.push(`U+${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`);
    }
  }
  endCodes();
  return rightToLeft(parts.join(''));
}

const spaced = (text: string): string => text.replaceAll(/\s+/g, ' ');

const hasShape = (letter: string): boolean =>
  !/[\p{C}]/u.test(letter) && knownLetters().has(letter.codePointAt(0)!);

const isRightToLeft = (word: string) => /[\p{Script=Hebrew}\p{Script=Arabic}]/u.test(word);

/** Words that are written from the right stand in that order; the letters of each are turned by the font. */
function rightToLeft(text: string): string {
  if (!isRightToLeft(text)) return text;
  const words = text.split(' ');
  const ordered: string[] = [];
  for (let at = 0; at < words.length; ) {
    let end = at;
    while (end < words.length && isRightToLeft(words[end]!)) end += 1;
    if (end === at) ordered.push(words[at++]!);
    else ordered.push(...words.slice(at, end).reverse());
    at = Math.max(at, end);
  }
  return ordered.join(' ');
}

/** Breaks a text into lines of a width. A word that is longer is broken where it has to be. */
export function linesOf(text: string, width: number, widthOf: (text: string) => number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = '';
    for (const piece of piecesOf(word, width, widthOf)) {
      if (line !== '') lines.push(line);
      line = piece;
    }
  }
  lines.push(line);
  return lines;
}

/** The pieces of a word that fit; broken behind a sign where there is one in the last third. */
function piecesOf(word: string, width: number, widthOf: (text: string) => number): string[] {
  const pieces: string[] = [];
  let rest = word;
  while (widthOf(rest) > width) {
    const letters = [...rest];
    let fits = 1;
    while (fits < letters.length && widthOf(letters.slice(0, fits + 1).join('')) <= width)
      fits += 1;
    const sign = letters.slice(0, fits).findLastIndex((it) => /[-/.@_:,;|]/.test(it)) + 1;
    const end = sign > (fits * 2) / 3 ? sign : fits;
    pieces.push(letters.slice(0, end).join(''));
    rest = letters.slice(end).join('');
  }
  return rest === '' ? pieces : [...pieces, rest];
}

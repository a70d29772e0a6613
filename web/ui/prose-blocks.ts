/** A text of ours, taken apart: the part of Markdown that our own pages use. */
export type Block =
  | { readonly kind: 'heading' | 'paragraph'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'list'; readonly isOrdered: boolean; readonly items: readonly Block[][] }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: readonly string[][];
    };

/** A piece of a line. */
export interface Piece {
  readonly kind: 'text' | 'code' | 'strong' | 'emphasis' | 'link';
  readonly text: string;
  /** Only of links that lead out of the house. */
  readonly href?: string;
}

const marker = /^(\d+\.|[-*]) +/;
const fence = /^```/;

/** The blocks of a text, in their order. What is not known is a paragraph; nothing is ever markup. */
export function blocksOf(text: string): Block[] {
  const lines = text.split(/\r?\n/);
  const blocks: Block[] = [];
  let i = 0;
  const takeWhile = (fits: (line: string) => boolean): string[] => {
    const from = i;
    while (i < lines.length && fits(lines[i]!)) i += 1;
    return lines.slice(from, i);
  };
  while (i < lines.length) {
    const line = lines[i]!;
    if (line.trim() === '') i += 1;
    else if (fence.test(line)) {
      i += 1;
      const code = takeWhile((it) => !fence.test(it));
      i += 1;
      blocks.push({ kind: 'code', text: code.join('\n') });
    } else if (/^#+ /.test(line)) {
      i += 1;
      blocks.push({ kind: 'heading', text: line.replace(/^#+ /, '') });
    } else if (line.startsWith('|')) blocks.push(tableOf(takeWhile((it) => it.startsWith('|'))));
    else if (marker.test(line)) {
      const isOrdered = /^\d/.test(line);
      const items: Block[][] = [];
      while (i < lines.length && marker.test(lines[i]!) && /^\d/.test(lines[i]!) === isOrdered)
        items.push(blocksOf(takeItem().join('\n')));
      blocks.push({ kind: 'list', isOrdered, items });
    } else if (/^ {4}/.test(line)) {
      const code = takeWhile((it) => /^ {4}/.test(it));
      blocks.push({ kind: 'code', text: code.map((it) => it.slice(4)).join('\n') });
    } else {
      const first = lines[i++]!;
      const more = takeWhile(isPlain);
      blocks.push({ kind: 'paragraph', text: [first, ...more].map((it) => it.trim()).join(' ') });
    }
  }
  return blocks;

  /** One item with all that is indented below it, blank lines in between included. */
  function takeItem(): string[] {
    const [sign = ''] = marker.exec(lines[i]!) ?? [];
    const item = [lines[i++]!.slice(sign.length)];
    const indent = /^ {2,}/;
    while (i < lines.length) {
      const next = lines[i]!;
      const isInside = indent.test(next) || (next.trim() === '' && indent.test(lines[i + 1] ?? ''));
      if (!isInside && !(isPlain(next) && item.at(-1)?.trim() !== '')) break;
      item.push(next.slice(Math.min(sign.length, next.length - next.trimStart().length)));
      i += 1;
    }
    if (lines[i]?.trim() === '' && marker.test(lines[i + 1] ?? '')) i += 1;
    return item;
  }
}

/** What goes on with the paragraph before it. */
const isPlain = (line: string): boolean =>
  line.trim() !== '' && !marker.test(line) && !/^(#+ |\||```)/.test(line);

function tableOf(lines: readonly string[]): Block {
  const rows = lines
    .filter((it) => !/^\|[\s:|-]+\|?$/.test(it))
    .map((it) =>
      it
        .replace(/^\||\|\s*$/g, '')
        .split('|')
        .map((cell) => cell.trim()),
    );
  const [head = [], ...body] = rows;
  return { kind: 'table', head, rows: body };
}

const inline =
  /`(?<code>[^`]+)`|\*\*(?<strong>[^*]+)\*\*|(?<![\w_])_(?<emphasis>[^_]+)_(?![\w_])|\[(?<label>[^\]]+)\]\((?<href>[^)\s]+)\)/g;

/** The pieces of a line. A link within our own documents is its words alone: they lie elsewhere here. */
export function piecesOf(line: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of line.matchAll(inline)) {
    if (match.index > end) pieces.push({ kind: 'text', text: line.slice(end, match.index) });
    const { code, strong, emphasis, label, href } = match.groups ?? {};
    if (code !== undefined) pieces.push({ kind: 'code', text: code });
    else if (strong !== undefined) pieces.push({ kind: 'strong', text: strong });
    else if (emphasis !== undefined) pieces.push({ kind: 'emphasis', text: emphasis });
    else if (href?.startsWith('https://')) pieces.push({ kind: 'link', text: label ?? href, href });
    else pieces.push({ kind: 'text', text: label ?? '' });
    end = match.index + match[0].length;
  }
  if (end < line.length) pieces.push({ kind: 'text', text: line.slice(end) });
  return pieces;
}

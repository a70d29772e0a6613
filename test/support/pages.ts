import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const repository = path.resolve(import.meta.dirname, '../..');

/** A block between fences. */
export interface Block {
  /** The first word behind the fence, such as `yaml`. */
  readonly language: string;
  /** The words after it, which say what a test does with the block. */
  readonly purpose: string;
  readonly text: string;
  /** Of the opening fence, counted from 1. */
  readonly line: number;
}

export interface Page {
  /** Relative to the repository. */
  readonly file: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** The text without its blocks. */
  readonly prose: string;
}

/** Everything that people read about Gatehouse. */
export const pages: readonly Page[] = [
  ...globSync(['*.md', 'docs/**/*.md', 'src/connectors/*/setup.md'], { cwd: repository }),
]
  .sort()
  .map((file) => readPage(file));

export function page(file: string): Page {
  const found = pages.find((it) => it.file === file);
  if (!found) throw new Error(`There is no page ${file}.`);
  return found;
}

function readPage(file: string): Page {
  const text = readFileSync(path.join(repository, file), 'utf8');
  const blocks: Block[] = [];
  const prose: string[] = [];
  let open: { fence: string; info: string; line: number; lines: string[] } | null = null;
  for (const [i, line] of text.split('\n').entries()) {
    const fence = /^(`{3,})(.*)$/.exec(line);
    if (!open && fence) {
      open = { fence: fence[1] ?? '', info: (fence[2] ?? '').trim(), line: i + 1, lines: [] };
      prose.push('');
    } else if (open && line === open.fence) {
      const [language = '', ...purpose] = open.info.split(' ');
      const content = open.lines.map((it) => `${it}\n`).join('');
      blocks.push({ language, purpose: purpose.join(' '), text: content, line: open.line });
      open = null;
      prose.push('');
    } else if (open) {
      open.lines.push(line);
      prose.push('');
    } else prose.push(line);
  }
  if (open) throw new Error(`${file}:${open.line}: this block is never closed.`);
  return { file, text, blocks, prose: prose.join('\n') };
}

/** The part below a heading, up to the next heading of the same rank or a higher one. */
export function section({ file, text }: Page, heading: string): string {
  const lines = text.split('\n');
  const from = lines.findIndex((it) => /^#+ /.test(it) && it.replace(/^#+ /, '') === heading);
  if (from < 0) throw new Error(`${file} has no heading “${heading}”.`);
  const rank = /^#+/.exec(lines[from] ?? '')?.[0].length ?? 1;
  const length = lines.slice(from + 1).findIndex((it) => {
    const hashes = /^#+(?= )/.exec(it)?.[0].length;
    return hashes !== undefined && hashes <= rank;
  });
  return lines.slice(from + 1, length < 0 ? undefined : from + 1 + length).join('\n');
}

/** The rows of every table in a text, without headers; each cell as it is written. */
export function rowsIn(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n');
  return lines
    .filter((line, i) => {
      const isRow = line.startsWith('|') && !isRule(line);
      return isRow && !isRule(lines[i + 1] ?? '');
    })
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const isRule = (line: string): boolean => /^\|[\s|:-]+\|$/.test(line);

/** The words in backquotes, in their order. */
export const quoted = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word.replace(/\s+/g, ' '));

/** How a heading is linked to. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

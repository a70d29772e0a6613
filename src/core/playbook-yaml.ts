import {
  CST,
  type Document,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
} from 'yaml';
import type { Mending } from './document.ts';

/** A line counts from 1; null where the problem belongs to the whole text. */
export interface YamlProblem extends Mending {
  readonly line: number | null;
}

export type ReadYaml =
  | { readonly value: unknown; lineOf(path: readonly (string | number)[]): number }
  | { readonly problems: readonly YamlProblem[] };

export const largestBytes = 256 * 1024;
/** Far more than a playbook needs; without a limit a few kilobytes of brackets cost minutes. */
const deepestNesting = 20;
const mostIndented = 80;
const mostProblems = 20;

/**
 * Reads plain YAML 1.2: maps, lists, texts, numbers, yes and no. What could turn into something
 * else than it looks like is refused, and refused before the parser spends time on it: anchors
 * and aliases, tags, directives, several documents, computed keys, deep nesting.
 */
export function readYaml(text: string): ReadYaml {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > largestBytes) {
    const problem = `The text has ${bytes} bytes, at most ${largestBytes} are read.`;
    return { problems: [{ line: null, problem, mend: 'Split it into several playbooks.' }] };
  }
  const unsafe = firstUnsafe(text);
  if (unsafe) return { problems: [unsafe] };

  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    schema: 'core',
    version: '1.2',
    stringKeys: true,
    uniqueKeys: false, // its own check takes quadratic time; ours is in `oddities`
    prettyErrors: false,
    logLevel: 'silent',
  });
  const lineAt = (offset: number): number => lines.linePos(offset).line;

  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    return {
      problems: broken.slice(0, mostProblems).map((it) => ({
        line: lineAt(it.pos[0]),
        problem: `This is not readable as YAML: ${it.message}.`,
        mend: 'Check the indentation, colons and quotes of this line and the one before.',
      })),
    };
  }
  const odd = oddities(document.contents, lineAt);
  if (odd.length > 0) return { problems: odd.slice(0, mostProblems) };
  if (document.contents === null) {
    const problem = 'There is nothing in it.';
    return { problems: [{ line: null, problem, mend: 'Begin with “playbook: <name>”.' }] };
  }
  return {
    value: document.toJS({ maxAliasCount: 0 }),
    lineOf: (path) => lineAt(offsetOf(document, path)),
  };
}

const refusals: Partial<Record<ReturnType<typeof CST.tokenType> & string, Mending>> = {
  anchor: {
    problem: 'Anchors (&name) are not read.',
    mend: 'Write the value out, or put it in quotes if it is text.',
  },
  alias: {
    problem: 'Aliases (*name) are not read.',
    mend: 'Write the value out, or put it in quotes if it is text.',
  },
  tag: {
    problem: 'Tags (!name) are not read.',
    mend: 'Leave the tag out, or put the value in quotes if it is text.',
  },
  'directive-line': {
    problem: 'Directives (%NAME) are not read.',
    mend: 'Leave the line out.',
  },
  'explicit-key-ind': {
    problem: 'Keys with “?” are not read.',
    mend: 'Write “word: value”, or put the text in quotes.',
  },
  'doc-end': { problem: 'The document ends here with “...”.', mend: 'Leave the line out.' },
};

/** Looks at the text word by word, which takes linear time whatever it contains. */
function firstUnsafe(text: string): YamlProblem | null {
  let line = 1;
  let depth = 0;
  let indent = 0;
  let atLineStart = true;
  let begun = false;
  for (const word of new Lexer().lex(text)) {
    const type = CST.tokenType(word);
    const refusal = type ? refusals[type] : undefined;
    if (refusal) return { line, ...refusal };
    if (type === 'doc-start' && begun) {
      const problem = 'A second document begins here with “---”.';
      return { line, problem, mend: 'Put each playbook into a file of its own.' };
    }
    if (type === 'flow-map-start' || type === 'flow-seq-start') depth += 1;
    if (type === 'flow-map-end' || type === 'flow-seq-end') depth -= 1;
    if (depth < 0) {
      const problem = `“${word}” closes what was never opened.`;
      return { line, problem, mend: 'Leave it out, or put the text in quotes.' };
    }
    if (type === 'newline') {
      atLineStart = true;
      indent = 0;
    } else if (atLineStart) {
      if (type === 'space' || type === 'seq-item-ind') indent += word.length;
      else atLineStart = type === 'doc-mode' || type === 'byte-order-mark';
    }
    if (depth > deepestNesting || indent > mostIndented) {
      return { line, problem: 'This is nested too deep.', mend: 'Write it flatter.' };
    }
    if (type !== 'doc-mode' && type !== 'byte-order-mark' && type !== 'comment')
      begun ||= type !== 'newline' && type !== 'space';
    line += word.split('\n').length - 1;
  }
  return null;
}

/** Keys given twice, and numbers that would be stored otherwise than they are written. */
function oddities(node: unknown, lineAt: (offset: number) => number): YamlProblem[] {
  if (isSeq(node)) return node.items.flatMap((it) => oddities(it, lineAt));
  if (isMap(node)) {
    const seen = new Set<string>();
    return node.items.flatMap(({ key, value }): YamlProblem[] => {
      const name = isScalar(key) ? String(key.value) : '';
      const line = lineAt((isScalar(key) && key.range?.[0]) || 0);
      if (seen.has(name))
        return [{ line, problem: `“${name}” is there twice.`, mend: 'Leave one of them out.' }];
      seen.add(name);
      if (name === '__proto__')
        return [{ line, problem: '“__proto__” is not read.', mend: 'Leave it out.' }];
      return oddities(value, lineAt);
    });
  }
  if (isScalar(node) && typeof node.value === 'number' && node.source !== `${node.value}`) {
    const problem = `“${node.source}” would be read as the number ${node.value}.`;
    const mend = `Put it in quotes if it is text, or write ${node.value}.`;
    return [{ line: lineAt(node.range?.[0] ?? 0), problem, mend }];
  }
  return [];
}

/** Where the deepest part of a path lies that exists. */
function offsetOf(document: Document, path: readonly (string | number)[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((it) => isScalar(it.key) && it.key.value === key);
      if (!pair || !isPair(pair)) break;
      offset = (isScalar(pair.key) && pair.key.range?.[0]) || offset;
      node = pair.value;
    } else if (isSeq(node) && typeof key === 'number') {
      const item = node.items[key];
      if (!isMap(item) && !isSeq(item) && !isScalar(item)) break;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else break;
  }
  return offset;
}

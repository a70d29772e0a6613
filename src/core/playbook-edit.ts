import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  Scalar,
  visit,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import type { PlaybookProblem } from './playbook.ts';
import { readPlaybook } from './playbook-reading.ts';
import { readYaml } from './playbook-yaml.ts';

/** What is written under the words of a step, or of the playbook, as JSON has it; null takes the word out. */
type Words = Readonly<Record<string, unknown>>;

/** One change to the text of a playbook. Steps are named by their ids, and written as documents have them. */
export type PlaybookEdit =
  | {
      readonly do: 'add';
      readonly step: Words;
      /** Null: before all others. */
      readonly behind: string | null;
    }
  /** `step` null: the playbook itself. */
  | { readonly do: 'change'; readonly step: string | null; readonly set: Words }
  | { readonly do: 'remove'; readonly step: string }
  | { readonly do: 'move'; readonly step: string; readonly behind: string | null };

/** What puts a problem right, if it is what was meant. */
export interface Remedy {
  readonly verb: 'move after' | 'stop waiting' | 'wait for' | 'ask' | 'later';
  /** The step or layer that it is about beside the one with the problem. */
  readonly other: string | null;
  readonly edits: readonly PlaybookEdit[];
}

export type Edited =
  | { readonly text: string }
  | { readonly problems: readonly PlaybookProblem[] }
  /** There is no such step, as when somebody else has taken it out. */
  | { readonly missing: string };

/**
 * Changes the text of a playbook and leaves the rest of it as it was written: comments, quotes, blank lines. Only a
 * text that can be read is changed, and only into one that can.
 */
export function editPlaybook(text: string, edits: readonly PlaybookEdit[]): Edited {
  const before = readPlaybook(text);
  if ('problems' in before) return before;
  const document = parseDocument(text, {
    schema: 'core',
    version: '1.2',
    stringKeys: true,
    uniqueKeys: false,
    logLevel: 'silent',
  });
  for (const edit of edits) {
    const missing = apply(document, edit);
    if (missing !== null) return { missing };
  }
  const changed = written(document);
  // What nobody could have written must not come in this way either.
  const yaml = readYaml(changed);
  if ('problems' in yaml)
    return { problems: yaml.problems.map((it) => ({ severity: 'error', step: null, ...it })) };
  const after = readPlaybook(changed);
  return 'problems' in after ? after : { text: changed };
}

/** Null: done; else the step that there is not. */
function apply(document: Document, edit: PlaybookEdit): string | null {
  const whole = document.contents;
  const steps = isMap(whole) ? whole.get('steps', true) : null;
  if (!isMap(whole) || !isSeq(steps)) return 'steps';
  const place = (id: string | null) => (id === null ? -1 : steps.items.findIndex(isCalled(id)));
  const named = edit.do === 'add' ? edit.behind : edit.step;
  if (named !== null && place(named) < 0) return named;
  switch (edit.do) {
    case 'add':
      steps.items.splice(place(edit.behind) + 1, 0, noded(document, edit.step));
      break;
    case 'change': {
      const at = edit.step === null ? whole : steps.items[place(edit.step)];
      if (!isMap(at)) return edit.step;
      for (const [word, value] of Object.entries(edit.set)) put(document, at, word, value);
      const { id } = edit.set;
      if (edit.step !== null && typeof id === 'string' && id !== edit.step)
        rename(document, steps, edit.step, id);
      break;
    }
    case 'remove':
      steps.items.splice(place(edit.step), 1);
      rename(document, steps, edit.step, null);
      break;
    case 'move': {
      if (edit.behind !== null && place(edit.behind) < 0) return edit.behind;
      if (edit.behind === edit.step) break;
      const [moved] = steps.items.splice(place(edit.step), 1);
      steps.items.splice(place(edit.behind) + 1, 0, moved);
    }
  }
  space(steps);
  return null;
}

const isCalled = (id: string) => (step: unknown) => isMap(step) && step.get('id') === id;

/** Whoever waited for a step waits for it under its new name, or no more. */
function rename(document: Document, steps: YAMLSeq, from: string, to: string | null): void {
  for (const step of steps.items) {
    if (!isMap(step)) continue;
    const after = step.toJSON().after as unknown;
    const words = typeof after === 'string' ? [after] : Array.isArray(after) ? after : [];
    const isMeant = (word: unknown) => String(word).trim().toLowerCase() === from;
    if (!words.some(isMeant)) continue;
    const left = words.flatMap((it) => (isMeant(it) ? (to === null ? [] : [to]) : [it]));
    put(document, step, 'after', left.length === 0 ? null : left);
  }
}

/** The order in which people write the words of a step; others stand between. */
const order = ['id', 'layer', 'title', 'why', '', 'with', 'approval', 'at', 'after', 'when'];
const rank = (word: unknown) => {
  const at = order.indexOf(String(word));
  return at < 0 ? order.indexOf('') : at;
};

function put(document: Document, map: YAMLMap, word: string, value: unknown): void {
  if (value === null) {
    map.delete(word);
    return;
  }
  const known = map.get(word, true) as Node | undefined;
  if (known) {
    map.set(word, merged(document, known, value));
    return;
  }
  const later = map.items.findIndex((it) => rank(wordOf(it.key)) > rank(word));
  const pair = document.createPair(word, noded(document, value, true));
  map.items.splice(later < 0 ? map.items.length : later, 0, pair as never);
}

const wordOf = (key: unknown) => (isScalar(key) ? key.value : key);

/** The node with another value; what stays the same in it keeps its looks and its comments. */
function merged(document: Document, known: Node, value: unknown): Node {
  const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isMap(known) && isGroup) {
    for (const { key } of [...known.items])
      if (!Object.hasOwn(value, String(wordOf(key)))) known.delete(key);
    for (const [word, it] of Object.entries(value)) put(document, known, word, it);
    return known;
  }
  if (JSON.stringify(known.toJSON()) === JSON.stringify(value)) return known;
  const made = noded(document, value, isCollection(known) ? known.flow === true : true);
  if (known.comment != null) made.comment = known.comment;
  if (known.commentBefore != null) made.commentBefore = known.commentBefore;
  if (isScalar(known) && isScalar(made) && typeof made.value === 'string' && known.type)
    made.type = known.type;
  return made;
}

const widest = 80;

/** What is short stands on one line, as people write it. `short` false: never the outermost. */
function noded(document: Document, value: unknown, short = false): Node {
  const made = document.createNode(value) as Node;
  visit(made, {
    Collection(_, it) {
      const text = JSON.stringify(it.toJSON());
      it.flow = (short || it !== made) && text.length <= widest && !text.includes('\\n');
    },
    Scalar(_, it) {
      if (typeof it.value === 'string' && it.value.includes('\n')) it.type = Scalar.BLOCK_LITERAL;
    },
  });
  return made;
}

/** Where a line is left blank between steps, it is between all. */
function space(steps: YAMLSeq): void {
  const items = steps.items.filter(isMap);
  const isSpaced = items.slice(1).some((it) => it.spaceBefore);
  for (const [i, it] of items.entries()) it.spaceBefore = i > 0 && isSpaced;
}

/** As it was written: lists close to their brackets, maps with a blank. */
function written(document: Document): string {
  visit(document, {
    Seq(_, it) {
      if (it.flow) padded(it, YAMLSeq.prototype, '');
    },
    Map(_, it) {
      if (it.flow) padded(it, YAMLMap.prototype, ' ');
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

type Writes = { toString(...all: never[]): string };

function padded(node: Writes, kind: Writes, flowCollectionPadding: string): void {
  node.toString = (context: object, ...more: unknown[]) =>
    kind.toString.call(node, ...([{ ...context, flowCollectionPadding }, ...more] as never[]));
}

import type { FormField, Values } from '../../ui/form-fields.ts';

/** One setting that is about to be different. */
export interface Change {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What of a group would be different; only that is sent, so that two people do not undo each other. */
export function changesBetween(
  fields: readonly FormField[],
  before: Values,
  after: Values,
): readonly Change[] {
  return fields.flatMap(({ name, empty, fallback }) => {
    const change = {
      name,
      before: before[name] ?? fallback ?? empty,
      after: after[name] ?? (empty === null ? null : fallback),
    };
    return sameWords(change.before) === sameWords(change.after) ? [] : [change];
  });
}

/** The same for values that mean the same, whatever the order of their names. */
function sameWords(value: unknown): string {
  return JSON.stringify(value ?? null, (_, it: unknown) =>
    it && typeof it === 'object' && !Array.isArray(it)
      ? Object.fromEntries(Object.entries(it).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : it,
  );
}

/** A value as somebody reads it: lists line by line, of things their parts. */
export function shownValue(
  value: unknown,
  words: { readonly yes: string; readonly no: string; readonly nothing: string },
): readonly string[] {
  if (value === null || value === undefined || value === '') return [words.nothing];
  if (typeof value === 'boolean') return [value ? words.yes : words.no];
  if (Array.isArray(value))
    return value.length === 0
      ? [words.nothing]
      : value.map((it) => shownValue(it, words).join(', '));
  if (typeof value === 'object') {
    const parts = Object.values(value).filter((it) => it !== null && it !== undefined && it !== '');
    return parts.length === 0
      ? [words.nothing]
      : [parts.map((it) => shownValue(it, words).join(' ')).join(', ')];
  }
  return [String(value)];
}

import { textAt } from '#core/event-rows.ts';

/** One row of `ledger.event_ix`, by which people find facts. Derived from the leaf alone. */
export interface EventIndexRow {
  readonly at: Date;
  readonly type: string;
  readonly caseId: string | null;
  readonly personRef: string | null;
  readonly system: string | null;
  readonly actorId: string | null;
  readonly grade: string | null;
  /** Lower-case words, and the terms of the columns before it, each once, separated by blanks. */
  readonly words: string;
}

/**
 * Reads a leaf for the index. What it returns PostgreSQL can store, whatever the leaf says:
 * one that could not be indexed would hold up the whole record. `stagedAt` stands in for an
 * `at` that is no time.
 */
export function indexLeaf(leaf: Uint8Array, stagedAt: Date): EventIndexRow {
  const body: unknown = JSON.parse(Buffer.from(leaf).toString('utf8'));
  const term = (...path: readonly string[]) => textAt(body, ...path)?.slice(0, longestTerm) ?? null;
  const at = textAt(body, 'at') ?? '';
  const columns = {
    type: term('type') ?? '',
    caseId: term('case'),
    personRef: term('target', 'ref'),
    system: term('target', 'system') ?? term('step', 'connection'),
    actorId: term('actor', 'id'),
    grade: term('grade'),
  };
  const terms = Object.entries(columns).flatMap(([name, value]) =>
    value === null ? [] : [termOf(name as Term, value)],
  );
  return {
    at: /^[12]\d{3}-/.test(at) && !Number.isNaN(Date.parse(at)) ? new Date(at) : stagedAt,
    ...columns,
    words: [...new Set(wordsIn(body)), ...terms].join(' '),
  };
}

export type Term = 'type' | 'caseId' | 'personRef' | 'system' | 'actorId' | 'grade';

/**
 * What a column says, as it stands among the words: so one index finds several criteria at once, of which each
 * is common and all together are rare. No word begins like it. Whatever is in the value, it stays one word.
 */
export const termOf = (column: Term, value: string): string =>
  `=${column}:${Buffer.from(value).toString('base64url')}`;

/** Far longer than anything of ours, and short enough for PostgreSQL's indexes. */
const longestTerm = 256;
const longestWord = 100;

/** Fields that nobody searches for by words. */
const unsearched = new Set(['_sd', '_sd_alg', 'at', 'case_prev', 'plan']);

function wordsIn(value: unknown): string[] {
  if (typeof value === 'string') return wordsOf(value);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, it]) => (unsearched.has(name) ? [] : wordsIn(it)));
}

/** Splits a text into its words, for the index and for a search alike. */
export function wordsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.map((word) => word.slice(0, longestWord));
}

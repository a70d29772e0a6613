import { factTypes } from '#core/event.ts';
import type { Result } from '#core/result.ts';
import { type Db, type Sql, sql } from '#store/sql.ts';
import { type Term, termOf, wordsOf } from './event-index.ts';

/** Which facts are wanted. Each field narrows the choice; an empty list matches nothing. */
export interface EventFilter {
  readonly caseIds?: readonly string[];
  /** Cases the reader may not know of. */
  readonly exceptCaseIds?: readonly string[];
  /** Pseudonyms; whoever searches by name looks them up first. */
  readonly personRefs?: readonly string[];
  /** Connections. */
  readonly systems?: readonly string[];
  readonly actors?: readonly string[];
  readonly types?: readonly string[];
  readonly grades?: readonly string[];
  readonly results?: readonly Result[];
  readonly from?: Date;
  /** Exclusive. */
  readonly to?: Date;
  /** Every word must occur in the fact, or begin a word there. */
  readonly text?: string;
}

/** How facts are looked for: in the order in which they are shown, among the newest of them, or by index and then sorted. */
export type Way = 'in order' | 'among the newest' | 'by index';

/**
 * Which ways to try, until one has found enough. A single criterion has an index in the order of the record. People and
 * cases have few facts each, which lie anywhere: looking through the newest would be for nothing.
 */
export function ways(filter: EventFilter): readonly Way[] {
  const asked = criteriaOf(filter);
  const isPlain = asked.length < 2 && textWanted(filter) === null;
  if (isPlain && asked.length === 0) return ['in order'];
  const isOne = asked[0]?.values.length === 1 && !filter.results;
  if (isPlain && isOne && !filter.from && !filter.to) return ['in order'];
  const isRare = asked.some(({ term, values }) => areFew(term) && values.length <= fewValues);
  return isRare ? ['by index'] : ['among the newest', 'by index'];
}

const areFew = (term: Term) => term === 'caseId' || term === 'personRef';

interface Criterion {
  readonly term: Term;
  readonly column: string;
  readonly values: readonly string[];
}

/** What is asked for, but for text and time; each narrows the choice. */
function criteriaOf(filter: EventFilter): readonly Criterion[] {
  const all: readonly (readonly [Term, string, readonly string[] | undefined])[] = [
    ['caseId', 'case_id', filter.caseIds],
    ['personRef', 'person_ref', filter.personRefs],
    ['system', 'system', filter.systems],
    ['actorId', 'actor_id', filter.actors],
    ['type', 'type', filter.types],
    ['type', 'type', filter.results && typesWith(filter.results)],
    ['grade', 'grade', filter.grades],
  ];
  return all.flatMap(([term, column, values]) => (values ? [{ term, column, values }] : []));
}

/** Each criterion by its column. */
export const conditionsOf = (filter: EventFilter, bound: Bound): readonly string[] => [
  ...criteriaOf(filter).map((it) => among(it, bound)),
  ...holding(textWanted(filter), bound),
  ...outside(filter.exceptCaseIds, bound),
];

/** So many values of one criterion are worth asking for as words; each is weighed for each fact. */
const fewValues = 10;

/** All criteria as words, in one question, but for long lists, and for what stands alone: its own index has its place too. */
export function termsOf(filter: EventFilter, begun: Begun, bound: Bound): readonly string[] {
  const asked = criteriaOf(filter);
  const text = textWanted(filter, begun);
  if (asked.length === 1 && text === null) return conditionsOf(filter, bound);
  if (text?.length === 0 || asked.some(({ values }) => values.length === 0)) return ['false'];
  const few = asked.filter(({ values }) => values.length <= fewValues);
  const many = asked.filter(({ values }) => values.length > fewValues);
  const terms = few.map(({ term, values }) => anyOf(values.map((it) => `'${termOf(term, it)}'`)));
  const words = [...terms, ...(text ?? [])];
  return [
    ...many.map((it) => among(it, bound)),
    ...holding(words.length > 0 ? words : null, bound),
    ...outside(filter.exceptCaseIds, bound),
  ];
}

const anyOf = (terms: readonly string[]) => `(${terms.join(' | ')})`;

/** For words of a text, terms that together find exactly what begins with them. */
export type Begun = ReadonlyMap<string, readonly string[]>;

export const noneBegun: Begun = new Map();

/** A word that begins more than so many others is looked for as a beginning. */
const mostBegun = 20;

/**
 * Which words of the record the words of a text begin. The index puts all facts with any of them together before it
 * looks at the next word of the text, but holds whole words against one another ten times as fast.
 */
export async function begunBy(db: Db, { text }: EventFilter): Promise<Begun> {
  const words = [...new Set(wordsOf(text ?? ''))].filter((word) => /^[a-z]+$/.test(word));
  if (words.length === 0) return noneBegun;
  const { rows } = await db.query<{ word: string; terms: readonly string[] }>(sql`
    select word, array_agg(quote_literal(stem) || case when goes_on then ':*' else '' end) as terms
      from unnest(${words}::text[]) as word, lateral (
             select stem, goes_on
               from ledger.word
              where stem >= word and stem < word || '{'
              limit ${mostBegun + 1}
           ) as begun
     group by word
    having count(*) <= ${mostBegun}
  `);
  return new Map(rows.map(({ word, terms }) => [word, terms]));
}

/** Null: no text is asked for. A text without words occurs nowhere. */
function textWanted({ text }: EventFilter, begun = noneBegun): readonly string[] | null {
  if (!text?.trim()) return null;
  return wordsOf(text).map((word) => anyOf(begun.get(word) ?? [`'${word}':*`]));
}

function holding(words: readonly string[] | null, bound: Bound): readonly string[] {
  if (words === null) return [];
  return words.length > 0 ? [`words @@ ${bound(words.join(' & '))}::tsquery`] : ['false'];
}

const outside = (caseIds: readonly string[] | undefined, bound: Bound): readonly string[] =>
  caseIds ? [`(case_id is null or case_id <> all (${bound(caseIds)}))`] : [];

/** One value is compared as itself: only then is its index in the order of the record. */
const among = ({ column, values }: Criterion, bound: Bound): string =>
  values.length === 1 ? `${column} = ${bound(values[0])}` : `${column} = any (${bound(values)})`;

const typesWith = (results: readonly Result[]): readonly string[] =>
  Object.entries(factTypes)
    .filter(([, { result }]) => results.includes(result))
    .map(([type]) => type);

type Bound = (value: unknown) => string;

/** Every value is bound. Without a name a statement is planned for its values, which differ in how often they occur. */
export function binding() {
  const values: unknown[] = [];
  return Object.assign((value: unknown) => `$${values.push(value)}`, {
    sql: (text: string): Sql => ({ name: '', text, values }),
  });
}

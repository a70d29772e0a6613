import { factTypes } from '#core/event.ts';
import { type OpenedDisclosure, textAt } from '#core/event-rows.ts';
import type { Result } from '#core/fact.ts';
import { erasedAmong } from '#store/erasures.ts';
import { type Db, type Sql, sql } from '#store/sql.ts';
import { digestOf, disclosurePlace, readDisclosure, unseal } from './disclosure.ts';
import { wordsOf } from './event-index.ts';
import type { SubjectKeys } from './record.ts';

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

/** One fact as people find it. */
export interface FoundEvent {
  /** Its place in the record, from 0. */
  readonly idx: number;
  /** The leaf's id, by which disclosures refer to it. */
  readonly id: string;
  readonly at: Date;
  readonly type: string;
  readonly caseId: string | null;
  readonly personRef: string | null;
  readonly system: string | null;
  readonly actorId: string | null;
  readonly grade: string | null;
  /** The exact leaf, byte for byte what the hash is over. */
  readonly leaf: string;
  /** Hex. */
  readonly leafHash: string;
  /** When the person it is about was erased; null: they were not, or it is about nobody. */
  readonly erasedAt: Date | null;
}

export interface EventPage {
  readonly events: readonly FoundEvent[];
  /** Where to go on; null at the end. */
  readonly next: string | null;
}

/**
 * The newest facts first, a page at a time. `cursor` is `next` of the page before, or null;
 * the edge that takes it from outside checks that it is a number.
 */
export async function searchEvents(
  db: Db,
  filter: EventFilter,
  cursor: string | null,
  limit: number,
): Promise<EventPage> {
  const before = cursor === null ? Number.MAX_SAFE_INTEGER : Number(cursor);
  const events = await findEvents(db, filter, {
    after: -1,
    before,
    limit: limit + 1,
    newestFirst: true,
  });
  const page = events.slice(0, limit);
  return { events: page, next: events.length > limit ? String(page.at(-1)!.idx) : null };
}

export interface ExportedEvent extends FoundEvent {
  /** Empty where the reader has no keys, or nothing is left to open. */
  readonly disclosures: readonly OpenedDisclosure[];
}

const exportPage = 500;

/**
 * Every fact of the choice, oldest first, up to the moment it begins. `keys` for readers who
 * may see personal values, null for all others.
 */
export async function* exportEvents(
  db: Db,
  filter: EventFilter,
  keys: SubjectKeys | null,
): AsyncIterable<ExportedEvent> {
  const { rows } = await db.query<{ size: string }>(sql`select size from ledger.head`);
  const before = Number(rows[0]?.size ?? 0);
  for (let after = -1; ; ) {
    const page = { after, before, limit: exportPage, newestFirst: false };
    const events = await findEvents(db, filter, page);
    const opened = keys
      ? await openDisclosures(
          db,
          keys,
          events.map((it) => it.id),
        )
      : new Map<string, never>();
    for (const event of events) yield { ...event, disclosures: opened.get(event.id) ?? [] };
    if (events.length < exportPage) return;
    after = events.at(-1)!.idx;
  }
}

/**
 * Opens the personal values of facts, by the leaves' ids. What was erased is not in the
 * answer: its digest in the leaf is all that is left.
 */
export async function openDisclosures(
  db: Db,
  keys: SubjectKeys,
  entryIds: readonly string[],
): Promise<ReadonlyMap<string, readonly OpenedDisclosure[]>> {
  const { rows } = await db.query<{
    entry_id: string;
    name: string;
    subject: string;
    digest: string;
    ct: Buffer;
  }>(sql`
    select entry_id, name, subject, digest, ct
      from ledger.disclosure
      join ledger.subject_key using (subject)
     where entry_id = any (${entryIds})
       and wrapped is not null
     order by entry_id, name
  `);
  const subjectKeys = new Map<string, Buffer>();
  for (const subject of new Set(rows.map((row) => row.subject))) {
    subjectKeys.set(subject, await keys.keyOf(db, subject));
  }
  const opened = new Map<string, OpenedDisclosure[]>();
  for (const { entry_id, name, subject, digest, ct } of rows) {
    const text = unseal(subjectKeys.get(subject)!, disclosurePlace(entry_id, name), ct)?.toString(
      'ascii',
    );
    const found: OpenedDisclosure =
      text !== undefined && digestOf(text) === digest
        ? { state: 'open', ...readDisclosure(text), text }
        : { state: 'damaged', name };
    opened.set(entry_id, [...(opened.get(entry_id) ?? []), found]);
  }
  return opened;
}

interface Range {
  /** Exclusive both. */
  readonly after: number;
  readonly before: number;
  readonly limit: number;
  readonly newestFirst: boolean;
}

async function findEvents(
  db: Db,
  filter: EventFilter,
  range: Range,
): Promise<readonly FoundEvent[]> {
  const { rows } = await db.query<{
    idx: string;
    at: Date;
    type: string;
    caseId: string | null;
    personRef: string | null;
    system: string | null;
    actorId: string | null;
    grade: string | null;
    leaf: Buffer;
    leafHash: Buffer;
  }>(statement(filter, range));
  const refs = [...new Set(rows.flatMap((row) => row.personRef ?? []))];
  const erased = await erasedAmong(db, refs);
  return rows.map((row) => {
    const leaf = row.leaf.toString('utf8');
    return {
      ...row,
      erasedAt: (row.personRef === null ? null : erased.get(row.personRef)) ?? null,
      idx: Number(row.idx),
      id: textAt(JSON.parse(leaf), 'id') ?? '',
      leaf,
      leafHash: row.leafHash.toString('hex'),
    };
  });
}

/**
 * Only the conditions that are asked for stand in the text, so that PostgreSQL can choose an
 * index for them; each combination has its own name. Every value is bound.
 */
function statement(filter: EventFilter, { after, before, limit, newestFirst }: Range): Sql {
  const asked = conditionsOf(filter)
    .map(([condition, value], place) => ({ condition, value, place }))
    .filter(({ value }) => value !== undefined);
  const name = [newestFirst ? 'down' : 'up', ...asked.map((it) => it.place)].join('_');
  return {
    name: `ledger_events_${name}`,
    text: `
      select idx, at, type, ix.case_id as "caseId", person_ref as "personRef", system,
             actor_id as "actorId", grade, leaf, leaf_hash as "leafHash"
        from ledger.event_ix ix
        join ledger.entry using (idx)
       where idx > $1
         and idx < $2
         ${asked.map(({ condition }, i) => `and ${condition.replace('?', `$${i + 4}`)}`).join('\n')}
       order by idx ${newestFirst ? 'desc' : 'asc'}
       limit $3`,
    values: [after, before, limit, ...asked.map((it) => it.value)],
  };
}

function conditionsOf(filter: EventFilter): readonly (readonly [string, unknown])[] {
  const words = filter.text?.trim() ? wordsOf(filter.text) : undefined;
  return [
    ['ix.case_id = any (?)', filter.caseIds],
    ['(ix.case_id is null or ix.case_id <> all (?))', filter.exceptCaseIds],
    ['person_ref = any (?)', filter.personRefs],
    ['system = any (?)', filter.systems],
    ['actor_id = any (?)', filter.actors],
    ['type = any (?)', filter.types],
    ['type = any (?)', filter.results && typesWith(filter.results)],
    ['grade = any (?)', filter.grades],
    ['at >= ?', filter.from],
    ['at < ?', filter.to],
    ['words @@ ?::tsquery', words?.map((word) => `'${word}':*`).join(' & ')],
  ];
}

const typesWith = (results: readonly Result[]): readonly string[] =>
  Object.entries(factTypes)
    .filter(([, { result }]) => results.includes(result))
    .map(([type]) => type);

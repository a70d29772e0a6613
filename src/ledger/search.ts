import { type OpenedDisclosure, textAt } from '#core/event-rows.ts';
import { erasedAmong } from '#store/erasures.ts';
import { type Db, type Sql, sql } from '#store/sql.ts';
import { digestOf, disclosurePlace, readDisclosure, unseal } from './disclosure.ts';
import {
  type Begun,
  begunBy,
  binding,
  conditionsOf,
  type EventFilter,
  noneBegun,
  termsOf,
  type Way,
  ways,
} from './event-filter.ts';
import type { SubjectKeys } from './record.ts';

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
 * The newest facts first, a page at a time: in the order of the record, or by their time where a period is
 * asked for. `cursor` is `next` of the page before, or null; the edge that takes it from outside checks
 * that it is a number.
 *
 * What occurs often is found among the newest facts. What is rare is found by the index of words over all of them, in
 * which the other criteria stand as well. PostgreSQL takes criteria to be independent of each other and spread evenly,
 * and would go through a million facts for a combination that never was; so it is told which of the two ways to take.
 */
export async function searchEvents(
  db: Db,
  filter: EventFilter,
  cursor: string | null,
  limit: number,
): Promise<EventPage> {
  const before = cursor === null ? Number.MAX_SAFE_INTEGER : Number(cursor);
  const page = { before, limit: limit + 1 };
  let events: readonly FoundEvent[] = [];
  for (const way of ways(filter)) {
    const begun = way === 'by index' ? await begunBy(db, filter) : noneBegun;
    events = await findEvents(db, newest(filter, page, way, begun));
    if (events.length > limit) break;
  }
  const shown = events.slice(0, limit);
  return { events: shown, next: events.length > limit ? String(shown.at(-1)!.idx) : null };
}

/** The facts of the choice from a place in the record up to, and without, another, the first one first. */
export const eventsBetween = (
  db: Db,
  filter: EventFilter,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly FoundEvent[]> =>
  findEvents(db, oldest(filter, { after: from - 1, before: to, limit: to - from }));

export interface Counted {
  readonly events: number;
  /** There are more; counting ended. */
  readonly isMore: boolean;
  /** Of all leaves together, by the length of some of them. */
  readonly bytes: number;
}

/** So many leaves are measured; the others are taken to be as long. */
const measured = 200;

/** How many facts the choice has, counted up to `most`. They are looked for as in a search, in whichever order. */
export async function countEvents(db: Db, filter: EventFilter, most: number): Promise<Counted> {
  const bound = binding();
  const terms = ways(filter).includes('by index')
    ? termsOf(filter, await begunBy(db, filter), bound)
    : conditionsOf(filter, bound);
  const wanted = [
    ...(filter.from ? [`at >= ${bound(filter.from)}`] : []),
    ...(filter.to ? [`at < ${bound(filter.to)}`] : []),
    ...terms,
  ];
  const where = wanted.length > 0 ? `where ${wanted.join(' and ')}` : '';
  const { rows } = await db.query<{ events: number; length: number }>(
    bound.sql(
      `with found as materialized (select idx from ledger.event_ix ${where} limit ${bound(most + 1)})
       select (select count(*) from found)::float8 as events,
              coalesce(avg(octet_length(leaf)), 0)::float8 as length
         from (select idx from found limit ${measured}) as some_of_them
         join ledger.entry using (idx)`,
    ),
  );
  const { events: found = 0, length = 0 } = rows[0] ?? {};
  const events = Math.min(found, most);
  return { events, isMore: found > most, bytes: Math.round(events * length) };
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
    const events = await findEvents(db, oldest(filter, { after, before, limit: exportPage }));
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
    wrapped: Buffer;
  }>(sql`
    select entry_id, name, subject, digest, ct, wrapped
      from ledger.disclosure
      join ledger.subject_key using (subject)
     where entry_id = any (${entryIds})
       and wrapped is not null
     order by entry_id, name
  `);
  const subjectKeys = new Map<string, Buffer>();
  for (const { subject, wrapped } of rows) {
    if (!subjectKeys.has(subject)) subjectKeys.set(subject, await keys.keyOf(db, subject, wrapped));
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

async function findEvents(db: Db, statement: Sql): Promise<readonly FoundEvent[]> {
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
  }>(statement);
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

const columns = `
  ix.idx, ix.at, ix.type, ix.case_id as "caseId", ix.person_ref as "personRef", ix.system, ix.actor_id as "actorId",
  ix.grade, entry.leaf, entry.leaf_hash as "leafHash"`;

/** So many of the newest facts are looked through before the indexes are asked. */
const window = 15_000;

function newest(
  filter: EventFilter,
  { before, limit }: { before: number; limit: number },
  way: Way,
  begun: Begun,
): Sql {
  const bound = binding();
  const byTime = filter.from !== undefined || filter.to !== undefined;
  const isFirst = before === Number.MAX_SAFE_INTEGER;
  const range = [
    ...(isFirst || byTime ? [] : [`idx < ${bound(before)}`]),
    ...(isFirst || !byTime
      ? []
      : [`(at, idx) < (select at, idx from ledger.event_ix where idx = ${bound(before)})`]),
    ...(filter.from ? [`at >= ${bound(filter.from)}`] : []),
    ...(filter.to ? [`at < ${bound(filter.to)}`] : []),
  ];
  const wanted = way === 'by index' ? termsOf(filter, begun, bound) : conditionsOf(filter, bound);
  const inOrder = byTime ? 'at desc, idx desc' : 'idx desc';
  // Neither expression is in any index: nothing is gained by going through the facts in order.
  const sorted = byTime ? "at + interval '0' desc, idx desc" : 'idx + 0 desc';
  const where = (them: readonly string[]) => (them.length > 0 ? `where ${them.join(' and ')}` : '');
  // Only places, which some indexes know by themselves: a fact is read once it is sure to be wanted.
  const places =
    way === 'among the newest'
      ? `select idx from (select * from ledger.event_ix ${where(range)} order by ${inOrder} limit ${window}) as newest
          ${where(wanted)} order by ${inOrder} limit ${bound(limit)}`
      : `select idx from ledger.event_ix ${where([...range, ...wanted])}
          order by ${way === 'in order' ? inOrder : sorted} limit ${bound(limit)}`;
  return bound.sql(
    `with place as materialized (${places})
     select ${columns} from place join ledger.event_ix as ix using (idx) join ledger.entry using (idx)
      order by ${byTime ? 'ix.at desc, ix.idx desc' : 'ix.idx desc'}`,
  );
}

function oldest(
  filter: EventFilter,
  { after, before, limit }: { after: number; before: number; limit: number },
): Sql {
  const bound = binding();
  const wanted = [
    `idx > ${bound(after)}`,
    `idx < ${bound(before)}`,
    ...(filter.from ? [`at >= ${bound(filter.from)}`] : []),
    ...(filter.to ? [`at < ${bound(filter.to)}`] : []),
    ...conditionsOf(filter, bound),
  ];
  return bound.sql(
    `with ix as materialized (select * from ledger.event_ix where ${wanted.join(' and ')} order by idx limit ${bound(limit)})
     select ${columns} from ix join ledger.entry using (idx) order by ix.idx`,
  );
}

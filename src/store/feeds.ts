import type { DepartureFacts } from '#core/departure.ts';
import type { FeedReason } from '#core/feed.ts';
import type { PersonFacts } from '#core/person.ts';
import { newId } from './random.ts';
import { type Db, sql } from './sql.ts';

export const feedDecisions = ['release', 'refuse'] as const;
export type FeedDecision = (typeof feedDecisions)[number];

/** What a source said in one reading, or in one file. */
export interface FeedBatchRow {
  readonly id: string;
  readonly version: number;
  readonly source: string;
  /** Of a file; null: the source was read. */
  readonly name: string | null;
  readonly digest: string | null;
  readonly beganAt: Date;
  readonly listed: number | null;
  readonly rows: number;
  readonly changed: number;
  /** Departures that were not known. */
  readonly leaving: number;
  readonly reasons: readonly FeedReason[];
  /** A digest of what is different; null: it was not judged yet. */
  readonly content: string | null;
  readonly setAsideAt: Date | null;
  /** The first of two people, and what they said. */
  readonly askedBy: string | null;
  readonly askedFor: FeedDecision | null;
  readonly decision: FeedDecision | null;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  /** From then on its rows are taken in. */
  readonly passedAt: Date | null;
  readonly endedAt: Date | null;
  readonly endedAs: 'taken in' | 'refused' | 'gone' | null;
  /** The user who brought the file; null: the source was read. */
  readonly importedBy: string | null;
}

/** The one batch of a source that has not ended, if there is one. */
export async function openFeed(db: Db, source: string): Promise<FeedBatchRow | null> {
  const { rows } = await db.query<FeedBatchRow>(sql`
    select * from feed_batch_view where source = ${source} and "endedAt" is null
  `);
  return rows[0] ?? null;
}

export async function loadFeed(db: Db, id: string): Promise<FeedBatchRow | null> {
  const { rows } = await db.query<FeedBatchRow>(
    sql`select * from feed_batch_view where id = ${id} and "setAsideAt" is not null`,
  );
  return rows[0] ?? null;
}

/** What was set aside, the newest first. */
export async function listFeeds(db: Db): Promise<readonly FeedBatchRow[]> {
  const { rows } = await db.query<FeedBatchRow>(sql`
    select * from feed_batch_view where "setAsideAt" is not null order by id desc limit 200
  `);
  return rows;
}

export async function beginFeed(
  db: Db,
  it: {
    source: string;
    name: string | null;
    digest: string | null;
    listed: number | null;
    importedBy?: string;
  },
): Promise<FeedBatchRow> {
  await db.query(sql`
    insert into feed_batches (id, source, name, digest, listed, imported_by)
    values (${newId()}, ${it.source}, ${it.name}, ${it.digest}, ${it.listed}, ${it.importedBy ?? null})
        on conflict (source) where ended_at is null do update
       set listed = coalesce(excluded.listed, feed_batches.listed)
  `);
  return (await openFeed(db, it.source))!;
}

/**
 * Keeps what was read of one person; what was read before of the same one is replaced. False: the batch was decided
 * about meanwhile.
 */
export async function keepFeedRow(
  db: Db,
  it: { batch: string; personId: string; reading: object },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    insert into feed_rows (batch, person_id, reading)
    select id, ${it.personId}, ${JSON.stringify(it.reading)}::jsonb
      from feed_batches
     where id = ${it.batch}
       and decision is null
       and passed_at is null
       and ended_at is null
       for share
        on conflict (batch, person_id) do update
       set reading = excluded.reading
  `);
  return rowCount === 1;
}

/** Whether what was read of this person waits in a batch. */
export async function isInFeed(db: Db, it: { batch: string; personId: string }): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    select from feed_rows where batch = ${it.batch} and person_id = ${it.personId}
  `);
  return rowCount === 1;
}

export interface StoredFeedRow {
  readonly personId: string;
  readonly reading: unknown;
}

/** The rows of a batch, by HR id. */
export async function feedRows(
  db: Db,
  { batch, limit = null }: { batch: string; limit?: number | null },
): Promise<readonly StoredFeedRow[]> {
  const { rows } = await db.query<StoredFeedRow>(sql`
    select person_id as "personId", reading from feed_rows where batch = ${batch} order by person_id limit ${limit}
  `);
  return rows;
}

/** Whose employment, and which separation of it. Null: the newest. */
export interface Sought {
  readonly personId: string;
  readonly employmentId: string | null;
  readonly separationId: string | null;
}

/** What is known of people now, in the order in which they were asked for. */
export async function knownOf(
  db: Db,
  sought: readonly Sought[],
): Promise<readonly { facts: PersonFacts | null; departure: DepartureFacts | null }[]> {
  const { rows } = await db.query<{
    facts: PersonFacts | null;
    departure: DepartureFacts | null;
  }>(sql`
    select p.facts, w.departure
      from unnest(${sought.map((it) => it.personId)}::text[], ${sought.map((it) => it.employmentId)}::text[],
                  ${sought.map((it) => it.separationId)}::text[])
           with ordinality as k (person_id, employment_id, separation_id, place)
      left join lateral (
             select people.id, people.facts
               from people
              where people.person_id = k.person_id
                and people.erased_at is null
                and people.employment_id = coalesce(k.employment_id, people.employment_id)
              order by people.heard_at desc
              limit 1
           ) p on true
      left join lateral (
             select s.departure
               from separations s
              where s.person = p.id
              order by (s.separation_id = k.separation_id) desc nulls last, s.heard_at desc
              limit 1
           ) w on true
     order by k.place
  `);
  return rows;
}

/** What is usual of a source. */
export async function feedNormal(
  db: Db,
  source: string,
): Promise<{ known: number; listed: number | null }> {
  const { rows } = await db.query<{ known: number; listed: number | null }>(sql`
    select (select count(*)::int from people where source = ${source} and erased_at is null) as known,
           (select listed from feed_normals where source = ${source}) as listed
  `);
  return rows[0]!;
}

/** From now on it is usual that a source lists so many. */
export async function keepListed(
  db: Db,
  it: { source: string; listed: number | null },
): Promise<void> {
  if (it.listed === null) return;
  await db.query(sql`
    insert into feed_normals (source, listed)
    values (${it.source}, ${it.listed})
        on conflict (source) do update
       set listed = excluded.listed
     where feed_normals.listed <> excluded.listed
  `);
}

/** What was found of a batch that is set aside, or is still. True: it is set aside by this. */
export async function setFeedAside(
  db: Db,
  it: Pick<FeedBatchRow, 'id' | 'listed' | 'rows' | 'changed' | 'leaving' | 'reasons' | 'content'>,
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    with before as (select id, set_aside_at from feed_batches where id = ${it.id} for update)
    update feed_batches f
       set listed = ${it.listed}, rows = ${it.rows}, changed = ${it.changed}, leaving = ${it.leaving},
           reasons = ${JSON.stringify(it.reasons)}, content = ${it.content},
           set_aside_at = coalesce(f.set_aside_at, clock_timestamp())
      from before
     where f.id = before.id
       and f.ended_at is null
       and before.set_aside_at is null
  `);
  if (rowCount === 1) return true;
  // What a person looks at is what they decide about: it is said anew only as long as nobody has.
  await db.query(sql`
    update feed_batches
       set listed = ${it.listed}, rows = ${it.rows}, changed = ${it.changed}, leaving = ${it.leaving},
           reasons = ${JSON.stringify(it.reasons)}, content = ${it.content},
           asked_by = case when content = ${it.content} then asked_by end,
           asked_for = case when content = ${it.content} then asked_for end
     where id = ${it.id}
       and ended_at is null
       and decision is null
  `);
  return false;
}

/** Its rows may be taken in. */
export async function passFeed(db: Db, id: string): Promise<void> {
  await db.query(sql`
    update feed_batches set passed_at = clock_timestamp() where id = ${id} and passed_at is null
  `);
}

/** Batches whose rows are to be taken in or dropped now; not of files that are read where they lie. */
export async function feedsToEnd(db: Db): Promise<readonly FeedBatchRow[]> {
  const { rows } = await db.query<FeedBatchRow>(sql`
    select *
      from feed_batch_view
     where "endedAt" is null
       and (digest is null or "importedBy" is not null)
       and ("passedAt" is not null or decision is not null)
  `);
  return rows;
}

/** It is taken in, within the same transaction. False: somebody else did. */
export async function dropFeedRow(
  db: Db,
  it: { batch: string; personId: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    sql`delete from feed_rows where batch = ${it.batch} and person_id = ${it.personId}`,
  );
  return rowCount === 1;
}

/** Ends a batch with whatever is left of it. False: it has ended already. */
export async function endFeed(
  db: Db,
  { id, as }: { id: string; as: NonNullable<FeedBatchRow['endedAs']> },
): Promise<boolean> {
  await db.query(sql`delete from feed_rows where batch = ${id}`);
  const { rowCount } = await db.query(sql`
    update feed_batches set ended_at = clock_timestamp(), ended_as = ${as} where id = ${id} and ended_at is null
  `);
  return rowCount === 1;
}

export async function lockFeed(db: Db, id: string): Promise<FeedBatchRow | null> {
  await db.query(sql`select from feed_batches where id = ${id} for update`);
  return loadFeed(db, id);
}

/** Notes the first of two people. */
export async function askForFeed(
  db: Db,
  it: { id: string; by: string; decision: FeedDecision },
): Promise<void> {
  await db.query(sql`
    update feed_batches set asked_by = ${it.by}, asked_for = ${it.decision} where id = ${it.id}
  `);
}

export async function decideFeed(
  db: Db,
  it: { id: string; version: number; by: string; decision: FeedDecision },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update feed_batches
       set version = version + 1, decision = ${it.decision}, decided_by = ${it.by}, decided_at = clock_timestamp()
     where id = ${it.id}
       and version = ${it.version}
       and decision is null
       and ended_at is null
  `);
  return rowCount === 1;
}

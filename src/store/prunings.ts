import type { Assertion } from '#core/passkey.ts';
import type { PruningState } from '#core/pruning.ts';
import { type Db, sql } from './sql.ts';

/** That old facts be taken out of the record: asked for, approved by two, and what came of it. */
export interface PruningRow {
  readonly id: string;
  readonly version: number;
  readonly state: PruningState;
  readonly origin: string;
  /** The facts below it go. */
  readonly beforeSize: number;
  /** When the newest of them was recorded. */
  readonly newestAt: Date;
  /** How long facts are kept, as the two signed. */
  readonly months: number;
  /** Of all that is signed. */
  readonly digest: Buffer;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
  /** Its time is over. */
  readonly isOver: boolean;
  readonly firstBy: string | null;
  readonly firstAssertion: Assertion | null;
  readonly secondBy: string | null;
  readonly secondAssertion: Assertion | null;
  readonly endedAt: Date | null;
  /** How many facts, values and files went; null: none yet. */
  readonly facts: number | null;
  readonly values: number | null;
  readonly blobs: number | null;
}

const columns = sql`
  id, version, state, origin, before_size::float8 as "beforeSize", newest_at as "newestAt", months, digest,
  requested_by as "requestedBy", requested_at as "requestedAt", expires_at as "expiresAt",
  expires_at <= clock_timestamp() as "isOver", first_by as "firstBy", first_assertion as "firstAssertion",
  second_by as "secondBy", second_assertion as "secondAssertion", ended_at as "endedAt", fact_count::float8 as facts,
  value_count::float8 as values, blob_count::float8 as blobs`;

/** The newest first. */
export async function listPrunings(db: Db): Promise<readonly PruningRow[]> {
  const { rows } = await db.query<PruningRow & { id: string }>(
    sql`select ${columns} from prunings order by requested_at desc, id`,
  );
  return rows;
}

export async function loadPruning(db: Db, id: string): Promise<PruningRow | null> {
  const { rows } = await db.query<PruningRow & { id: string }>(
    sql`select ${columns} from prunings where id = ${id}`,
  );
  return rows[0] ?? null;
}

export async function lockPruning(tx: Db, id: string): Promise<PruningRow | null> {
  const { rows } = await tx.query<PruningRow & { id: string }>(
    sql`select ${columns} from prunings where id = ${id} for no key update`,
  );
  return rows[0] ?? null;
}

/** The newest one that two have approved, up to this size, and whose time is not over; null: none. */
export async function approvedPruning(db: Db, beforeSize: number): Promise<PruningRow | null> {
  const { rows } = await db.query<PruningRow & { id: string }>(sql`
    select ${columns}
      from prunings
     where state = 'approved'
       and before_size = ${beforeSize}
       and expires_at > clock_timestamp()
     order by requested_at desc
     limit 1
  `);
  return rows[0] ?? null;
}

export type NewPruning = Pick<
  PruningRow,
  | 'id'
  | 'origin'
  | 'beforeSize'
  | 'newestAt'
  | 'months'
  | 'digest'
  | 'requestedBy'
  | 'requestedAt'
  | 'expiresAt'
>;

export async function addPruning(tx: Db, it: NewPruning): Promise<void> {
  await tx.query(sql`
    insert into prunings (id, origin, before_size, newest_at, months, digest, requested_by, requested_at, expires_at)
    values (${it.id}, ${it.origin}, ${it.beforeSize}, ${it.newestAt}, ${it.months}, ${it.digest}, ${it.requestedBy},
            ${it.requestedAt}, ${it.expiresAt})
  `);
}

interface Signed {
  readonly id: string;
  readonly version: number;
  readonly by: string;
  readonly assertion: Assertion;
}

/** Keeps what one of the two signed; the second approves it. False: somebody was faster. */
export async function approvePruning(tx: Db, it: Signed, place: 'first' | 'second') {
  const assertion = JSON.stringify(it.assertion);
  const signed =
    place === 'first'
      ? sql`first_by = ${it.by}, first_at = clock_timestamp(), first_assertion = ${assertion}`
      : sql`second_by = ${it.by}, second_at = clock_timestamp(), second_assertion = ${assertion}, state = 'approved'`;
  const { rowCount } = await tx.query(sql`
    update prunings set version = version + 1, ${signed}
     where id = ${it.id} and version = ${it.version} and state = 'waiting-for-approval'
  `);
  return rowCount === 1;
}

/** False: it ended meanwhile. */
export async function withdrawPruning(tx: Db, it: { id: string; version: number }) {
  const { rowCount } = await tx.query(sql`
    update prunings set version = version + 1, state = 'withdrawn', ended_at = clock_timestamp()
     where id = ${it.id} and version = ${it.version} and state in ('waiting-for-approval', 'approved')
  `);
  return rowCount === 1;
}

/** What went. */
export interface Gone {
  readonly facts: number;
  readonly values: number;
  readonly blobs: number;
}

/** Locks an approved pruning and what could still come in its way. False: it is not approved, or its time is over. */
export async function beginPruning(tx: Db, id: string): Promise<boolean> {
  const { rows } = await tx.query<{ begun: boolean }>(
    sql`select ledger.begin_pruning(${id}) as begun`,
  );
  return rows[0]?.begun === true;
}

/** Takes the facts out, and the pruning to its end. */
export async function carryOutPruning(tx: Db, id: string): Promise<Gone> {
  const { rows } = await tx.query<Gone & { facts: number }>(sql`
    select facts::float8 as facts, "values"::float8 as values, blobs::float8 as blobs
      from ledger.carry_out_pruning(${id})
  `);
  const gone = rows[0]!;
  await tx.query(sql`
    update prunings
       set version = version + 1, state = 'pruned', ended_at = clock_timestamp(), fact_count = ${gone.facts},
           value_count = ${gone.values}, blob_count = ${gone.blobs}
     where id = ${id}
  `);
  return gone;
}

/** What might stand in the way of pruning the facts below a size. */
export interface PruningStanding {
  readonly now: Date;
  readonly origin: string;
  readonly minIndex: number;
  /** How many facts are signed. */
  readonly signed: number;
  /** When the newest fact below the size was recorded; null: there is none. */
  readonly newestAt: Date | null;
  /** The first fact that is too young to go; null: there is none. */
  readonly firstKept: number | null;
  /** The settings of `retention` changed in the last seven days. */
  readonly isSettingNew: boolean;
  /** How many people with an open legal hold have facts below it. */
  readonly held: number;
  /** Cases that have not ended, and have facts below it. */
  readonly openCases: readonly string[];
  /** Cases that would go, and whose employment ended after what is kept. */
  readonly lateCases: readonly string[];
}

export async function pruningStanding(
  db: Db,
  it: { size: number; months: number },
): Promise<PruningStanding> {
  const { rows } = await db.query<PruningStanding & { origin: string }>(sql`
    with cutoff as (
      select clock_timestamp() - make_interval(months => ${it.months}) as at
    ), below as (
      select case_id, max(case_seq) as seq
        from ledger.entry
       where idx < ${it.size} and case_id is not null
       group by case_id
    )
    select clock_timestamp() as now, origin, min_index::float8 as "minIndex",
           (select coalesce(max(size), 0)::float8 from ledger.checkpoint c where c.origin = head.origin) as signed,
           (select max(integrated_at) from ledger.entry where idx < ${it.size} and idx >= min_index) as "newestAt",
           (select min(idx)::float8 from ledger.entry, cutoff
             where idx >= min_index and integrated_at > cutoff.at) as "firstKept",
           exists (select from ledger.event_ix
                    where type = 'policy.changed' and body -> 'data' ->> 'policy' = 'retention'
                      and at > clock_timestamp() - interval '7 days')
           or exists (select from settings s
                       where s.id = 'retention'
                         and not exists (select from ledger.entry e
                                          where e.row_key = format('settings/%s@%s', s.id, s.version))) as "isSettingNew",
           (select count(distinct p.person_id)::integer
              from people p
             where p.person_id in (
                     select held.person_id from legal_holds h join people held on held.id = h.person where h.lifted_at is null
                     union
                     select held.person_id from ledger.subject_key k join people held on held.subject = k.subject
                      where k.legal_hold)
               and (exists (select from below join cases c on c.id = below.case_id where c.person = p.id)
                    or exists (select from ledger.event_ix ix where ix.idx < ${it.size} and ix.person_ref = p.ref))) as held,
           array(select c.id from cases c join below on below.case_id = c.id
                  where c.state not in ('complete', 'cancelled', 'brought-back')
                  order by 1) as "openCases",
           array(select c.id
                   from cases c
                   join below on below.case_id = c.id
                   join ledger.chain on chain.case_id = c.id and chain.seq = below.seq, cutoff
                  where greatest(c.employment_ends::timestamptz, c.ended_at) > cutoff.at
                  order by 1) as "lateCases"
      from ledger.head
  `);
  return rows[0]!;
}

import { type Db, sql } from './sql.ts';

export type FindingKind = 'residual' | 'ghost';

/** An account that can be used and should not be. */
export interface FindingRow {
  readonly id: string;
  readonly connectionId: string;
  readonly accountId: string;
  readonly login: string;
  readonly privileged: boolean;
  /** Of somebody who left, or of nobody we know. */
  readonly kind: FindingKind;
  /** The row in `people`; null: nobody we know. */
  readonly person: string | null;
  readonly name: string | null;
  /** The departure of the person; null: there was none. */
  readonly caseId: string | null;
  readonly confidential: boolean;
  readonly openedBy: string | null;
  readonly foundAt: Date;
  readonly seenAt: Date;
  readonly endedAt: Date | null;
}

const findings = sql`
  select it.id, it.connection_id as "connectionId", it.account_id as "accountId", it.login, it.privileged, it.kind,
         it.person, p.name, it.case_id as "caseId",
         coalesce((c.departure ->> 'confidential')::boolean, false) as confidential, c.opened_by as "openedBy",
         it.found_at as "foundAt", it.seen_at as "seenAt", it.ended_at as "endedAt"
    from access_findings it
    left join people p on p.id = it.person
    left join cases c on c.id = it.case_id`;

/** What is so now, those of people first, the newest before. */
export async function openFindings(
  db: Db,
  it: { kind: FindingKind | null; connectionId: string | null; limit: number },
): Promise<readonly FindingRow[]> {
  const { rows } = await db.query<FindingRow>(sql`
    ${findings}
     where it.ended_at is null
       and (${it.kind}::text is null or it.kind = ${it.kind})
       and (${it.connectionId}::text is null or it.connection_id = ${it.connectionId})
     order by it.kind desc, it.found_at desc, it.id
     limit ${it.limit}
  `);
  return rows;
}

export async function loadFinding(db: Db, id: string): Promise<FindingRow | null> {
  const { rows } = await db.query<FindingRow>(sql`${findings} where it.id::text = ${id}`);
  return rows[0] ?? null;
}

export async function endFinding(
  db: Db,
  it: { id: string; because: 'covered' | 'changed' },
): Promise<void> {
  await db.query(sql`
    update access_findings
       set ended_at = clock_timestamp(), ended_because = ${it.because}
     where id = ${it.id}
       and ended_at is null
  `);
}

/** How the sweeps of one connection stand. */
export interface SweepRow {
  readonly connectionId: string;
  readonly sweptAt: Date | null;
  /** Accounts that can be used, as of then; and what was found. */
  readonly accounts: number | null;
  readonly residual: number | null;
  readonly ghosts: number | null;
  readonly failure: string | null;
  /** It is asked for, or somebody is at it. */
  readonly isUnderWay: boolean;
}

/** What stands there while one is under way, and stays when it does not end. */
const cutOff = 'it was cut off';

export async function listSweeps(db: Db): Promise<readonly SweepRow[]> {
  const { rows } = await db.query<SweepRow>(sql`
    select s.connection_id as "connectionId", s.swept_at as "sweptAt", s.accounts, s.residual, s.ghosts,
           case when k.state = 'paused' then 'it is paused'
                when h.down_since is not null then 'it does not answer'
                when not s.under_way then s.failure
           end as failure,
           s.under_way as "isUnderWay"
      from (select *,
                   tried_at = '-infinity'
                   or (failure is not distinct from ${cutOff} and tried_at > clock_timestamp() - interval '10 minutes') as under_way
              from access_sweeps) s
      join connections k on k.id = s.connection_id and k.state <> 'disabled'
      left join connection_health h on h.connection_id = k.id
     where s.tried_at < 'infinity'
     order by s.connection_id
  `);
  return rows;
}

/** Somebody wants connections swept as soon as can be. */
export async function wantSweeps(db: Db, connectionIds: readonly string[]): Promise<void> {
  await db.query(sql`
    insert into access_sweeps as known (connection_id, tried_at)
    select id, '-infinity' from unnest(${connectionIds}::text[]) as wanted (id)
        on conflict (connection_id) do update set tried_at = excluded.tried_at
  `);
}

/**
 * Whether there may be something to sweep, or a connection of which nobody knows whether there is: what is asked
 * all the time, and mostly in vain.
 */
export async function maySweep(
  db: Db,
  it: { againMs: number },
): Promise<{ readonly isNew: boolean; readonly isDue: boolean }> {
  const { rows } = await db.query<{ isNew: boolean; isDue: boolean }>(sql`
    select exists (select from connections k
                    where k.state <> 'disabled'
                      and not exists (select from access_sweeps s where s.connection_id = k.id)) as "isNew",
           exists (select from access_sweeps
                    where tried_at <= clock_timestamp() - make_interval(secs => ${it.againMs / 1_000})) as "isDue"
  `);
  return rows[0]!;
}

/** A connection that is new is first swept when its turn comes; one whose accounts let nobody in (`others`) never. */
export async function planSweeps(
  db: Db,
  { holders, others }: { holders: readonly string[]; others: readonly string[] },
): Promise<void> {
  await db.query(sql`
    insert into access_sweeps (connection_id, tried_at)
    select id, clock_timestamp() from unnest(${holders}::text[]) as holders (id)
     union all
    select id, 'infinity' from unnest(${others}::text[]) as others (id)
        on conflict do nothing
  `);
}

/** Connections that are to be swept, and can be called. What failed, or was cut off, is tried again sooner. */
export async function sweepsDue(
  db: Db,
  it: { everyMs: number; againMs: number },
): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(sql`
    select s.connection_id as id
      from access_sweeps s
      join connections k on k.id = s.connection_id
      left join connection_health h on h.connection_id = k.id
     where s.tried_at <= clock_timestamp()
           - make_interval(secs => case when s.failure is null then ${it.everyMs / 1_000}::float8
                                        else ${it.againMs / 1_000}::float8 end)
       and k.state = 'active'
       and h.down_since is null
       and (h.quiet_until is null or h.quiet_until <= clock_timestamp())
  `);
  return rows.map((row) => row.id);
}

/** Takes the sweep of a connection: when it begins; null: somebody else did. Whoever dies meanwhile leaves a failure. */
export async function beginSweep(
  db: Db,
  it: { connectionId: string; everyMs: number; againMs: number },
): Promise<Date | null> {
  const { rows } = await db.query<{ begunAt: Date }>(sql`
    update access_sweeps
       set tried_at = clock_timestamp(), failure = ${cutOff}
     where connection_id = ${it.connectionId}
       and tried_at <= clock_timestamp()
           - make_interval(secs => case when failure is null then ${it.everyMs / 1_000}::float8
                                        else ${it.againMs / 1_000}::float8 end)
    returning tried_at as "begunAt"
  `);
  return rows[0]?.begunAt ?? null;
}

export async function failSweep(
  db: Db,
  it: { connectionId: string; because: string },
): Promise<void> {
  await db.query(sql`
    update access_sweeps set failure = ${it.because} where connection_id = ${it.connectionId}
  `);
}

/** Residual access that was not known before. */
export interface NewFinding {
  readonly id: string;
  readonly kind: FindingKind;
  readonly login: string;
  readonly caseId: string | null;
  readonly ref: string | null;
  readonly subject: string | null;
}

/** Accounts that a sweep saw, can be used, and should not be: nothing that is open deals with them, and nobody answers for them. */
const usable = (it: { connectionId: string; begunAt: Date }) => sql`
  select a.account_id, a.login, a.privileged, a.person, gone.case_id
    from accounts a
    left join left_people gone on gone.person = a.person
   where a.connection_id = ${it.connectionId}
     and a.status = 'active'
     and a.found_at >= ${it.begunAt}
     and (a.person is null or gone.person is not null)
     and not exists (
           select
             from steps s
             join cases c on c.id = s.case_id
            where s.connection_id = ${it.connectionId}
              and s.account ->> 'id' = a.account_id
              and s.dropped_at is null
              -- settled since then: what was listed may be older
              and (   (s.status <> 'settled' and c.state not in ('complete', 'cancelled', 'brought-back'))
                   or s.grade = 'waived'
                   or s.settled_at >= ${it.begunAt}))`;

/** Judges what a sweep saw: ends what is no longer so, and keeps what is. Returns what was not known before. */
export async function judgeSweep(
  db: Db,
  it: { connectionId: string; begunAt: Date },
): Promise<readonly NewFinding[]> {
  await db.query(sql`
    with usable as (${usable(it)})
    update access_findings known
       set ended_at = clock_timestamp(),
           ended_because = case when exists (select
                                               from accounts a
                                              where a.connection_id = known.connection_id
                                                and a.account_id = known.account_id
                                                and a.status = 'active'
                                                and a.found_at >= ${it.begunAt})
                                then 'changed' else 'closed' end
     where known.connection_id = ${it.connectionId}
       and known.ended_at is null
       and not exists (select
                         from usable
                        where usable.account_id = known.account_id
                          and usable.person is not distinct from known.person)
  `);
  const { rows } = await db.query<NewFinding>(sql`
    with usable as (${usable(it)}), kept as (
      insert into access_findings as known (connection_id, account_id, login, privileged, kind, person, case_id)
      select ${it.connectionId}, account_id, login, privileged,
             case when person is null then 'ghost' else 'residual' end, person, case_id
        from usable
          on conflict (connection_id, account_id) where ended_at is null do update
         set login = excluded.login, privileged = excluded.privileged, case_id = excluded.case_id,
             seen_at = clock_timestamp()
      returning id, kind, login, case_id, person, xmax::text = '0' as is_new
    )
    select kept.id, kept.kind, kept.login, kept.case_id as "caseId", p.ref, p.subject
      from kept
      left join people p on p.id = kept.person
     where kept.is_new
     order by kept.id
  `);
  return rows;
}

/** A sweep came to its end. Returns what there is now. */
export async function noteSwept(
  db: Db,
  it: { connectionId: string; begunAt: Date },
): Promise<{ accounts: number; residual: number; ghosts: number }> {
  const { rows } = await db.query<{ accounts: number; residual: number; ghosts: number }>(sql`
    update access_sweeps s
       set swept_at = clock_timestamp(), failure = null, accounts = seen.accounts, residual = found.residual,
           ghosts = found.ghosts
      from (select count(*)::int as accounts
              from accounts
             where connection_id = ${it.connectionId} and status = 'active' and found_at >= ${it.begunAt}) as seen,
           (select count(*) filter (where kind = 'residual')::int as residual,
                   count(*) filter (where kind = 'ghost')::int as ghosts
              from access_findings
             where connection_id = ${it.connectionId} and ended_at is null) as found
     where s.connection_id = ${it.connectionId}
    returning s.accounts, s.residual, s.ghosts
  `);
  return rows[0]!;
}

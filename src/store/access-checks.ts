import type { Account } from '#core/account.ts';
import type { CaseState } from '#core/case.ts';
import { type Db, json, type Sql, sql } from './sql.ts';

/** A look at what was ended, claimed by whoever makes it. */
export interface DueCheck {
  readonly id: string;
  readonly caseId: string;
  readonly connectionId: string;
  /** Null: the person is looked up. */
  readonly stepId: string | null;
  readonly settledAt: Date;
  /** Why the last try was none; null: there was none since it is due. */
  readonly waitsBecause: string | null;
  /** How often it had come back before. */
  readonly returned: number;
  readonly now: Date;
}

/** How the looks at one step, or for one person in one connection, stand. */
export interface CheckRow {
  readonly stepId: string | null;
  readonly connectionId: string;
  readonly lookedAt: readonly Date[];
  readonly dueAt: Date | null;
  readonly waitsBecause: string | null;
  readonly returned: number;
  readonly endedBecause: string | null;
}

/** What is to be looked at again, beside the steps that are settled with it. */
export interface Watched {
  readonly stepId: string;
  readonly caseId: string;
  readonly connectionId: string;
  /** How long after its grade it is looked at first. */
  readonly firstMs: number;
}

/** For {@link sql}: begins the looks at steps that are settled in the same statement. */
export const watching = (its: readonly Watched[]): Sql => sql`
  insert into access_checks as known (step_id, case_id, connection_id, settled_at, due_at, try_at)
  select it.step, it.of_case, it.connection, clock_timestamp(), clock_timestamp() + it.first, clock_timestamp() + it.first
    from (select step, of_case, connection, make_interval(secs => ms / 1000) as first
            from unnest(${its.map((it) => it.stepId)}::text[], ${its.map((it) => it.caseId)}::text[],
                        ${its.map((it) => it.connectionId)}::text[], ${its.map((it) => it.firstMs)}::float8[])
                   as watched (step, of_case, connection, ms)) as it
      on conflict (step_id) do update
     set settled_at = excluded.settled_at, due_at = excluded.due_at, try_at = excluded.try_at, looked_at = '{}',
         waits_because = null, ended_because = null
`;

/** What a settled step, or a look at it, showed of an account. */
export interface SeenAccount {
  readonly connectionId: string;
  readonly accountId: string;
  readonly status: Account['status'];
}

/** For {@link sql}: keeps what was seen of accounts. */
export const seeing = (its: readonly SeenAccount[]): Sql => sql`
  update accounts
     set status = it.status, found_at = clock_timestamp()
    from unnest(${its.map((it) => it.connectionId)}::text[], ${its.map((it) => it.accountId)}::text[],
                ${its.map((it) => it.status)}::text[]) as it (connection, account, status)
   where accounts.connection_id = it.connection
     and accounts.account_id = it.account
`;

export async function noteSeen(db: Db, it: SeenAccount): Promise<void> {
  await db.query(seeing([it]));
}

/** From the moment on at which access was removed: whether accounts appear that the plan does not know. */
export async function watchForAccounts(
  db: Db,
  it: { caseId: string; connectionIds: readonly string[]; firstMs: number },
): Promise<void> {
  await db.query(sql`
    insert into access_checks (case_id, connection_id, settled_at, due_at, try_at)
    select c.id, holder, c.access_removed_at, c.access_removed_at + it.first, c.access_removed_at + it.first
      from cases c
     cross join unnest(${it.connectionIds}::text[]) as holder
     cross join (select make_interval(secs => ${it.firstMs}::float8 / 1000) as first) as it
     where c.id = ${it.caseId}
       and c.state = 'access-removed'
       and holder = any (c.looked_up)
        on conflict do nothing
  `);
}

/** Cases whose access stays ended: everywhere else nobody looks, for now or for good. */
const watchedStates: readonly CaseState[] = ['scheduled', 'running', 'access-removed', 'complete'];

/** Ends looks that are due, and pointless. Returns of which cases. */
export async function endPointlessChecks(db: Db): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ caseId: string }>(sql`
    with pointless as (
      select it.id,
             case when c.direction = 'back' or c.state = 'brought-back' then 'the departure was taken back'
                  when c.state = 'cancelled' then 'the departure was cancelled'
                  when s.dropped_at is not null then 'the step is no longer in the plan'
                  when c.state = 'complete' and exists (
                         select
                           from cases other
                          where other.person = c.person
                            and other.kind = c.kind
                            and other.state not in ('complete', 'cancelled', 'brought-back'))
                  then 'a later departure looks everywhere'
                  when works_again(c.person, c.opened_at) then 'the person works here again'
             end as because
        from access_checks it
        join cases c on c.id = it.case_id
        left join steps s on s.id = it.step_id
       where it.try_at <= clock_timestamp()
    )
    update access_checks it
       set due_at = null, try_at = null, waits_because = null, ended_because = pointless.because
      from pointless
     where it.id = pointless.id
       and pointless.because is not null
    returning it.case_id as "caseId"
  `);
  return new Set(rows.map(({ caseId }) => caseId));
}

const isDue = sql`
  it.try_at <= clock_timestamp()
  and exists (select from cases c where c.id = it.case_id and c.state = any (${watchedStates}::text[]))`;

/** What is asked all the time, and mostly in vain. */
export async function isCheckDue(db: Db): Promise<boolean> {
  const { rowCount } = await db.query(
    sql`select from access_checks where try_at <= clock_timestamp() limit 1`,
  );
  return rowCount === 1;
}

/** Connections in which somebody has to look at something. */
export async function connectionsToCheck(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(sql`
    select distinct it.connection_id as id from access_checks it where ${isDue}
  `);
  return rows.map((row) => row.id);
}

/** Takes the check that is due longest in a connection. Whoever takes one and dies leaves it to others after a while. */
export async function takeCheck(
  db: Db,
  it: { connectionId: string; leaseMs: number },
): Promise<DueCheck | null> {
  const { rows } = await db.query<DueCheck>(sql`
    update access_checks taken
       set try_at = clock_timestamp() + make_interval(secs => ${it.leaseMs / 1_000})
     where id = (select it.id
                   from access_checks it
                  where it.connection_id = ${it.connectionId}
                    and ${isDue}
                  order by it.try_at, it.id
                  limit 1
                    for update skip locked)
    returning id, case_id as "caseId", connection_id as "connectionId", step_id as "stepId", settled_at as "settledAt",
              waits_because as "waitsBecause", returned, clock_timestamp() as now
  `);
  return rows[0] ?? null;
}

/** Whether a check may still be noted: it may have ended, or the step been settled anew, since it was taken. */
export async function lockCheck(db: Db, it: Pick<DueCheck, 'id' | 'settledAt'>): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    select from access_checks where id = ${it.id} and date_trunc('milliseconds', settled_at) = ${it.settledAt} and due_at is not null for update
  `);
  return rowCount === 1;
}

/** Somebody looked, or (`seen` false) nobody can; when the next look is due; null: this was the last. */
export async function noteChecked(
  db: Db,
  it: { id: string; seen: boolean; nextMs: number | null; endedBecause?: string | null },
): Promise<void> {
  await db.query(sql`
    update access_checks
       set looked_at = case when ${it.seen} then looked_at || clock_timestamp() else looked_at end,
           due_at = settled_at + make_interval(secs => ${it.nextMs}::float8 / 1000),
           try_at = settled_at + make_interval(secs => ${it.nextMs}::float8 / 1000),
           waits_because = null, ended_because = ${it.endedBecause ?? null}, to_seal = true
     where id = ${it.id}
  `);
}

/** A look could not be made; it stays due. */
export async function noteUnmade(
  db: Db,
  it: { id: string; because: string; againMs: number },
): Promise<void> {
  await db.query(sql`
    update access_checks
       set waits_because = ${it.because}, try_at = clock_timestamp() + make_interval(secs => ${it.againMs / 1_000})
     where id = ${it.id}
       and due_at is not null
  `);
}

/** It had come back: nobody looks until it is ended again. */
export async function noteReturned(db: Db, stepId: string): Promise<void> {
  await db.query(sql`
    update access_checks
       set returned = returned + 1, due_at = null, try_at = null, waits_because = null, to_seal = true
     where step_id = ${stepId}
  `);
}

/** How often a step had come back so far. */
export async function returnsOf(db: Db, stepId: string): Promise<number> {
  const { rows } = await db.query<{ returned: number }>(
    sql`select returned from access_checks where step_id = ${stepId}`,
  );
  return rows[0]?.returned ?? 0;
}

/** Holds a step that had come back too often. False when somebody else moved it first. */
export async function holdReturnedStep(
  db: Db,
  it: { stepId: string; version: number; because: string; state: unknown },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update steps
       set status = 'held', version = version + 1, grade = null, because = ${it.because},
           after_state = coalesce(${json(it.state)}::jsonb, after_state), held_at = clock_timestamp(), settled_at = null
     where id = ${it.stepId}
       and version = ${it.version}
       and status = 'settled'
       and dropped_at is null
  `);
  return rowCount === 1;
}

/** Whether a complete case has looks that no seal covers, and no other that is made any moment now. */
export async function isToSeal(db: Db, caseId: string): Promise<boolean> {
  const { rows } = await db.query<{ is: boolean }>(sql`
    select exists (select from access_checks where case_id = ${caseId} and to_seal)
           and not exists (
                 select
                   from access_checks it
                   join connections k on k.id = it.connection_id
                   left join connection_health h on h.connection_id = it.connection_id
                  where it.case_id = ${caseId}
                    and it.due_at <= clock_timestamp() + interval '10 seconds'
                    and it.waits_because is null
                    and k.state = 'active'
                    and h.down_since is null
                    and (h.quiet_until is null or h.quiet_until <= clock_timestamp())
               ) as is
  `);
  return rows[0]!.is;
}

export async function noteSealed(db: Db, caseId: string): Promise<void> {
  await db.query(
    sql`update access_checks set to_seal = false where case_id = ${caseId} and to_seal`,
  );
}

/** All looks of a case: at its steps, and for its person. A connection that is paused or removed says so. */
export async function checksOf(db: Db, caseId: string): Promise<readonly CheckRow[]> {
  const { rows } = await db.query<CheckRow>(sql`
    select it.step_id as "stepId", it.connection_id as "connectionId", it.looked_at as "lookedAt",
           case when c.direction = 'forward' and c.state not in ('cancelled', 'brought-back') then it.due_at end as "dueAt",
           case when it.due_at is null or it.due_at > clock_timestamp() then null
                when k.state = 'paused' then k.id || ' is paused'
                when k.state = 'disabled' then k.id || ' was removed'
                when h.down_since is not null then k.id || ' does not answer'
                when c.state = 'paused' then 'the departure is paused'
                else it.waits_because
           end as "waitsBecause",
           it.returned, it.ended_because as "endedBecause"
      from access_checks it
      join cases c on c.id = it.case_id
      join connections k on k.id = it.connection_id
      left join connection_health h on h.connection_id = it.connection_id
     where it.case_id = ${caseId}
     order by it.connection_id, it.step_id
  `);
  return rows;
}

/** What was ended after a moment is looked at as soon as somebody works: the database was put back to that day. */
export async function lookAgainSoon(admin: Db, since: Date): Promise<void> {
  await admin.query(sql`
    update access_checks
       set due_at = clock_timestamp(), try_at = clock_timestamp()
     where settled_at > ${since}
       and due_at is not null
  `);
}

import type { CaseKind } from '#core/arrival.ts';
import type { CaseState } from '#core/case.ts';
import type { Failure } from '#core/failure.ts';
import type { ExceptionCause } from '#core/overview.ts';
import { type Db, type Sql, sql } from './sql.ts';

/** Whose cases somebody looks over. */
export interface Scope {
  readonly userId: string;
  readonly seesConfidential: boolean;
  /** Only people whose manager has one of these HR ids; null: everybody. */
  readonly managerIds: readonly string[] | null;
}

/** Of cases `c` and people `p`. */
const within = (it: Scope): Sql => sql`(
  (${it.seesConfidential}::boolean or not (c.departure ->> 'confidential')::boolean
   or (c.opened_by = ${it.userId} and ${it.managerIds}::text[] is null))
  and (${it.managerIds}::text[] is null or p.facts ->> 'managerId' = any (${it.managerIds}::text[])))`;

const notEnded = sql`c.state not in ('complete', 'cancelled', 'brought-back')`;

/** What the clock of a case counts to: access that was to end before anybody said so ends when they did. */
const clockOf = sql`(case when c.kind = 'departure' then greatest(c.access_ends_at, c.confirmed_at) end)`;

/** Everything of one cause. */
export interface ExceptionGroup {
  readonly cause: ExceptionCause;
  readonly connectionId: string | null;
  readonly connectionName: string | null;
  readonly failure: Failure['kind'] | null;
  /** What it is about: the title of a step, or a question; null: the cause says it. */
  readonly title: string | null;
  /** What the newest of them says. */
  readonly detail: string | null;
  readonly since: Date;
  /** The earliest moment at which access of one of them was to end, or ends; null: no access is at stake. */
  readonly accessEndsAt: Date | null;
  readonly cases: number;
  /** At most three, the oldest first. */
  readonly people: readonly { readonly caseId: string; readonly name: string }[];
  /** Steps that wait; at most twenty. */
  readonly stepIds: readonly string[];
}

/** What waits for a person, by its cause; the longest first. Connections that stand still are told apart. */
export async function exceptionsIn(db: Db, scope: Scope): Promise<readonly ExceptionGroup[]> {
  const { rows } = await db.query<ExceptionGroup & { cause: ExceptionCause }>(sql`
    with found as (
      select case when s.kind = 'gap' then 'gap'
                  when s.failure is not null and s.connection_id is not null then 'refused'
                  else 'held' end as cause,
             s.connection_id, s.failure ->> 'kind' as failure,
             case when s.kind <> 'gap' and (s.failure is null or s.connection_id is null) then s.title end as title,
             s.because as detail, s.held_at as since, c.id as case_id,
             case when s.layer = 'security' then ${clockOf} end as access_ends_at, p.name, s.id as step_id
        from steps s
        join cases c on c.id = s.case_id
        join people p on p.id = c.person
       where s.status = 'held'
         and s.dropped_at is null
         and (s.undo_of is not null) = (c.direction = 'back')
         and ${notEnded}
         and ${within(scope)}
       union all
      select case when c.state = 'quarantined' then 'quarantined'
                  when c.question is not null then 'question'
                  when c.direction = 'back' then 'way-back'
                  else 'release' end,
             null, null, c.question, null, coalesce(c.heard_at, c.opened_at), c.id, ${clockOf}, p.name, null
        from cases c
        join people p on p.id = c.person
       where ${notEnded}
         and (c.state = 'quarantined'
              or c.question is not null
              or (c.direction = 'back' and c.state = 'waiting-for-approval' and c.plan_digest is not null)
              or (c.direction = 'forward' and c.state = 'waiting-for-approval'
                  and (c.departure ->> 'hold')::boolean))
         and ${within(scope)}
       union all
      select 'approval', null, null, s.title, null, a.requested_at, c.id,
             case when s.layer = 'security' then ${clockOf} end, p.name, s.id
        from approvals a
        join steps s on s.id = a.step_id
        join cases c on c.id = a.case_id
        join people p on p.id = c.person
       where a.decision is null
         and a.ended_at is null
         and a.expires_at > clock_timestamp()
         and ${notEnded}
         and ${within(scope)}
    )
    select cause, connection_id as "connectionId", max(k.name) as "connectionName", failure, title,
           (array_agg(detail order by since desc))[1] as detail, min(since) as since,
           min(access_ends_at) as "accessEndsAt", count(distinct case_id)::int as cases,
           to_jsonb((array_agg(jsonb_build_object('caseId', case_id, 'name', found.name) order by since))[1:3]) as people,
           coalesce((array_agg(step_id order by since) filter (where step_id is not null))[1:20], '{}') as "stepIds"
      from found
      left join connections k on k.id = found.connection_id
     group by cause, connection_id, failure, title
     order by min(since)
     limit 100
  `);
  return rows;
}

/** Connections that do not answer or were stopped, with how many open cases have work there. */
export async function brokenConnections(db: Db, scope: Scope): Promise<readonly ExceptionGroup[]> {
  const { rows } = await db.query<ExceptionGroup & { cause: ExceptionCause }>(sql`
    select 'connection' as cause, k.id as "connectionId", k.name as "connectionName",
           h.check_failure ->> 'kind' as failure, k.state as title, k.state_because as detail,
           coalesce(h.down_since, clock_timestamp()) as since, min(${clockOf}) as "accessEndsAt",
           count(distinct c.id)::int as cases,
           coalesce(to_jsonb((array_agg(distinct jsonb_build_object('caseId', c.id, 'name', p.name))
                              filter (where c.id is not null))[1:3]), '[]') as people,
           '{}'::text[] as "stepIds"
      from connections k
      left join connection_health h on h.connection_id = k.id
      left join steps s on s.connection_id = k.id
                       and s.status in ('ready', 'running', 'held')
                       and s.dropped_at is null
      left join (cases c join people p on p.id = c.person) on c.id = s.case_id and ${notEnded} and ${within(scope)}
     where k.state <> 'disabled'
       and (k.state = 'paused' or h.down_since is not null)
     group by k.id, k.name, k.state, k.state_because, h.down_since, h.check_failure
     order by h.down_since nulls last, k.name
  `);
  return rows;
}

/** Departures whose access is about to end, ends, or should have: the most pressing first, and how many there are. */
export async function liveDepartures(
  db: Db,
  scope: Scope,
  limit: number,
): Promise<{ readonly ids: readonly string[]; readonly count: number }> {
  const { rows } = await db.query<{ id: string; count: number }>(sql`
    select c.id, count(*) over ()::int as count
      from cases c
      join people p on p.id = c.person
     where c.kind = 'departure'
       and c.state in ('quarantined', 'draft', 'waiting-for-approval', 'scheduled', 'running', 'paused')
       and (c.access_ends_at < clock_timestamp() + interval '1 day' or c.containment_at is not null or c.direction = 'back')
       and ${within(scope)}
     order by c.access_ends_at nulls last, c.id
     limit ${limit}
  `);
  return { ids: rows.map((row) => row.id), count: rows[0]?.count ?? 0 };
}

/** Somebody who leaves or arrives soon. */
export interface Coming {
  readonly id: string;
  readonly kind: CaseKind;
  readonly name: string;
  readonly state: CaseState;
  readonly urgent: boolean;
  /** Where they work. */
  readonly day: string;
  readonly isToday: boolean;
}

/** Who leaves or arrives from today on, where they work; within so many days, the soonest first. */
export async function comingCases(
  db: Db,
  scope: Scope,
  { days, limit }: { days: number; limit: number },
): Promise<readonly Coming[]> {
  const { rows } = await db.query<Coming & { id: string }>(sql`
    with dated as (
      select c.id, c.kind, p.name, c.state, coalesce((c.departure ->> 'urgent')::boolean, false) as urgent,
             coalesce((c.departure ->> 'startDay')::date, (c.access_ends_at at time zone c.zone)::date,
                      c.last_working_day) as day,
             (clock_timestamp() at time zone c.zone)::date as today
        from cases c
        join people p on p.id = c.person
       where c.state not in ('cancelled', 'brought-back')
         and c.direction = 'forward'
         and (c.ended_at is null or c.ended_at > clock_timestamp() - interval '2 days')
         and (c.access_ends_at is null
              or c.access_ends_at between clock_timestamp() - interval '2 days'
                                      and clock_timestamp() + make_interval(days => ${days + 2}::int))
         and ${within(scope)}
    )
    select id, kind, name, state, urgent, day::text, day = today as "isToday"
      from dated
     where day between today and today + ${days}::int
     order by day, name, id
     limit ${limit}
  `);
  return rows;
}

/** A step that ends access to an account. */
const cutsAccess = sql`(
  s.layer = 'security' and s.kind in ('action', 'gap') and s.account is not null and s.undo_of is null
  and s.dropped_at is null)`;

export interface Figures {
  readonly leavingToday: number;
  readonly urgentToday: number;
  /** Half of those whose access was removed in the last 30 days took at most so long; null: nobody's was. */
  readonly typicalMs: number | null;
  readonly removedInThirtyDays: number;
  readonly needsYou: number;
  /** Accounts of people whose access should have ended that are not shown to be closed. */
  readonly openAccounts: number;
  /** Confidential cases that are open and not for the reader. */
  readonly withheld: number;
}

export async function figuresOf(db: Db, scope: Scope): Promise<Figures> {
  const { rows } = await db.query<Figures & { needsYou: number }>(sql`
    with mine as (
      select c.id, c.kind, c.state, c.direction, c.departure, c.question, c.zone, c.access_ends_at,
             c.access_removed_at, c.confirmed_at, ${within(scope)} as is_seen
        from cases c
        join people p on p.id = c.person
    ), today as (
      select departure
        from mine
       where is_seen
         and kind = 'departure'
         and state not in ('cancelled', 'brought-back')
         and access_ends_at between clock_timestamp() - interval '2 days' and clock_timestamp() + interval '2 days'
         and (access_ends_at at time zone zone)::date = (clock_timestamp() at time zone zone)::date
    ), late as (
      select id, state
        from mine
       where is_seen
         and kind = 'departure'
         and direction = 'forward'
         and state not in ('cancelled', 'brought-back')
         and access_ends_at < clock_timestamp()
    ), took as (
      select extract(epoch from access_removed_at - greatest(access_ends_at, confirmed_at)) * 1000 as ms
        from mine
       where is_seen
         and kind = 'departure'
         and direction = 'forward'
         and access_removed_at > clock_timestamp() - interval '30 days'
    )
    select (select count(*)::int from today) as "leavingToday",
           (select count(*)::int from today where (departure ->> 'urgent')::boolean) as "urgentToday",
           (select percentile_cont(0.5) within group (order by greatest(ms, 0)) from took) as "typicalMs",
           (select count(*)::int from took) as "removedInThirtyDays",
           (select count(*)::int
              from mine c
             where is_seen
               and ${notEnded}
               and (c.state = 'quarantined' or c.question is not null
                    or c.id in (select case_id from steps where status = 'held' and dropped_at is null)))
             as "needsYou",
           (select count(distinct (connection_id, account))::int
              from (select s.connection_id, s.account ->> 'id' as account
                      from late c
                      join steps s on s.case_id = c.id
                     where ${notEnded}
                       and s.grade is null
                       and ${cutsAccess}
                     union all
                    select s.connection_id, s.account ->> 'id'
                      from late c
                      join steps s on s.case_id = c.id
                     where s.grade = 'waived'
                       and ${cutsAccess}) as unproven) as "openAccounts",
           (select count(*)::int
              from mine c
             where not is_seen
               and ${scope.managerIds}::text[] is null
               and ${notEnded}) as withheld
  `);
  return rows[0]!;
}

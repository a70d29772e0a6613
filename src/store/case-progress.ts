import { type Db, sql } from './sql.ts';

/** How far a case is, in the direction it goes, and what comes next. Each step counts once. */
export interface CaseProgress {
  readonly caseId: string;
  readonly steps: number;
  readonly proven: number;
  readonly acceptedOnly: number;
  readonly confirmedByPerson: number;
  readonly skipped: number;
  readonly held: number;
  readonly unknown: number;
  readonly open: number;
  /** What happens, or has to be done, first; null: nothing has a time. */
  readonly nextTitle: string | null;
  readonly nextAt: Date | null;
  /** Of an arrival: what has to be done before the first day, and what of that is. */
  readonly wantedOnDayOne: number;
  readonly doneOnDayOne: number;
}

/** Of these cases, in one statement. A case without steps has none. */
export async function progressOfCases(
  db: Db,
  caseIds: readonly string[],
): Promise<ReadonlyMap<string, CaseProgress>> {
  const { rows } = await db.query<CaseProgress & { caseId: string }>(sql`
    with course as (
      select s.case_id, s.title, s.grade, s.status,
             s.grade is null and l.step_id is not null as is_unknown,
             case when s.grade is not null or s.status = 'held' then null
                  when s.status = 'running' then (s.assignment ->> 'deadline')::timestamptz
                  else coalesce(s.due_at, s.wake_at) end as next_at,
             c.kind <> 'departure'
             and (s.due_at is null or s.due_at < day.begins)
             and (s.task is null or (s.task ->> 'deadline')::timestamptz <= day.begins) as before_day_one
        from cases c
        join steps s on s.case_id = c.id
                    and s.dropped_at is null
                    and (s.undo_of is not null) = (c.direction = 'back')
        left join step_lease l on l.step_id = s.id
                              and s.status <> 'settled'
                              and l.call_started_at is not null
                              and l.call_outcome is null
                              and l.lease_until < clock_timestamp()
       cross join lateral (
               select (c.departure ->> 'startDay')::timestamp at time zone c.zone as begins) day
       where c.id = any (${caseIds}::text[])
    )
    select case_id as "caseId", count(*)::int as steps,
           count(*) filter (where grade in ('verified', 'absent'))::int as proven,
           count(*) filter (where grade = 'acknowledged')::int as "acceptedOnly",
           count(*) filter (where grade = 'attested')::int as "confirmedByPerson",
           count(*) filter (where grade = 'waived')::int as skipped,
           count(*) filter (where grade is null and not is_unknown and status = 'held')::int as held,
           count(*) filter (where is_unknown)::int as unknown,
           count(*) filter (where grade is null and not is_unknown and status <> 'held')::int as open,
           (array_agg(title order by next_at) filter (where next_at is not null))[1] as "nextTitle",
           min(next_at) as "nextAt",
           count(*) filter (where before_day_one)::int as "wantedOnDayOne",
           count(*) filter (where before_day_one and grade is not null and grade <> 'waived')::int as "doneOnDayOne"
      from course
     group by case_id
  `);
  return new Map(rows.map((row) => [row.caseId, row]));
}

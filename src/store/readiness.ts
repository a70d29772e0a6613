import { type Db, sql } from './sql.ts';

/** How one arrival stood when its first day began. */
export interface Readiness {
  readonly caseId: string;
  readonly confidential: boolean;
  readonly openedBy: string;
  readonly startDay: string;
  /** The first day has not begun yet: what counts is how it stands now. */
  readonly ahead: boolean;
  /** Steps that were to be done before the first day. */
  readonly wanted: number;
  /** Of those, without a grade by then, or skipped. */
  readonly lacking: number;
}

/**
 * The arrivals whose first day lies between two days, both included. What was to be done before
 * it: every step that was due before the day began, tasks by their deadline.
 */
export async function readinessBetween(
  db: Db,
  it: { from: string; to: string },
): Promise<readonly Readiness[]> {
  const { rows } = await db.query<Readiness & { caseId: string }>(sql`
    with arrivals as (
      select c.id, c.opened_by, (c.departure ->> 'confidential')::boolean as confidential,
             (c.departure ->> 'startDay')::date as day, (c.departure ->> 'startDay')::timestamp at time zone c.zone as begins
        from cases c
       where c.kind = 'arrival'
         and c.state not in ('cancelled', 'brought-back')
         and (c.departure ->> 'startDay')::date between ${it.from}::date and ${it.to}::date
    )
    select a.id as "caseId", a.confidential, a.opened_by as "openedBy", a.day::text as "startDay",
           a.begins > clock_timestamp() as ahead,
           count(s.id)::int as wanted,
           count(s.id) filter (where s.grade is null or s.grade = 'waived' or s.settled_at > a.begins)::int as lacking
      from arrivals a
      left join steps s on s.case_id = a.id
                       and s.undo_of is null
                       and s.dropped_at is null
                       and (s.due_at is null or s.due_at < a.begins)
                       and (s.task is null or (s.task ->> 'deadline')::timestamptz <= a.begins)
     group by a.id, a.opened_by, a.confidential, a.day, a.begins
     order by a.day, a.id
  `);
  return rows;
}

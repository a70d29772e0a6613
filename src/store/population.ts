import type { CaseState } from '#core/case.ts';
import { type Db, sql } from './sql.ts';

/** Somebody who left in a period, as HR and the cases tell of it. */
export interface Leaver {
  /** The pseudonym that stands in the record. */
  readonly ref: string;
  readonly personId: string;
  readonly employmentId: string;
  readonly name: string;
  /** What told of it; null: nothing but the case itself. */
  readonly source: string | null;
  /** The newest word about it. */
  readonly heardAt: Date | null;
  /** YYYY-MM-DD: the end of the employment, else the last day that is known. */
  readonly leftOn: string;
  readonly confidential: boolean;
  /** Null: there is none. */
  readonly caseId: string | null;
  readonly state: CaseState | null;
  readonly openedBy: string | null;
  readonly accessRemovedAt: Date | null;
}

/**
 * Everybody who left between two days, both included: those whom a source told of, with or without a
 * case, and those who have a case of which no source told.
 */
export async function leaversBetween(
  db: Db,
  it: { readonly from: string; readonly to: string; readonly limit: number },
): Promise<readonly Leaver[]> {
  const { rows } = await db.query<Leaver>(sql`
    with told as (
      select person, separation_id, source, heard_at, departure
        from separations
       where departure is not null
    ), leaving as (
      select * from told
       union all
      select c.person, c.separation_id, null, null, c.departure
        from cases c
       where c.kind = 'departure'
         and c.state not in ('cancelled', 'brought-back')
         and c.direction = 'forward'
         and not exists (select from told where told.person = c.person)
    ), dated as (
      select leaving.*, c.id as case_id, c.state, c.opened_by, c.access_removed_at,
             coalesce(departure ->> 'employmentEnds', departure ->> 'lastWorkingDay',
                      left(departure ->> 'accessEnds', 10), departure ->> 'payEnds',
                      to_char(coalesce(heard_at, c.opened_at) at time zone 'UTC', 'YYYY-MM-DD')) as left_on
        from leaving
        left join lateral (
               select id, state, opened_by, opened_at, access_removed_at
                 from cases
                where cases.person = leaving.person
                  and kind = 'departure'
                order by (separation_id = leaving.separation_id) desc, state = 'cancelled', opened_at desc
                limit 1
             ) c on true
    )
    select p.ref, p.person_id as "personId", p.employment_id as "employmentId", p.name, d.source,
           d.heard_at as "heardAt", d.left_on as "leftOn", d.case_id as "caseId", d.state,
           coalesce((d.departure ->> 'confidential')::boolean, false) as confidential,
           d.opened_by as "openedBy", d.access_removed_at as "accessRemovedAt"
      from dated d
      join people p on p.id = d.person
     where d.left_on between ${it.from} and ${it.to}
     order by d.left_on, p.name, p.ref
     limit ${it.limit}
  `);
  return rows;
}

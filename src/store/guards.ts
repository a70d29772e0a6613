import { type Db, type Sql, sql } from './sql.ts';

/** What the guards count: departures of the last day, whoever started them, but for approved bulk starts. */
const recent = sql`
      cases.kind = 'departure'
       and cases.opened_at > clock_timestamp() - interval '1 day'
       and not exists (select from bulk_people where case_id = cases.id)
`;

export async function countRecentDepartures(
  db: Db,
): Promise<{ lastHour: number; lastDay: number }> {
  const { rows } = await db.query<{ lastHour: number; lastDay: number }>(sql`
    select count(*) filter (where opened_at > clock_timestamp() - interval '1 hour')::int as "lastHour",
           count(*)::int as "lastDay"
      from cases
     where ${recent}
  `);
  return rows[0]!;
}

/** What people have in common who must not all leave at once. */
export type Grouping = 'department' | 'location';

const groupings: Readonly<Record<Grouping, Sql>> = {
  department: sql`lower(people.facts ->> 'department')`,
  location: sql`lower(people.facts ->> 'location')`,
};

/** Departures of the last day among the people of one department, or of one place. */
export async function countLeavingGroup(
  db: Db,
  { by, name }: { by: Grouping; name: string },
): Promise<number> {
  const { rows } = await db.query<{ count: number }>(sql`
    select count(*)::int as count
      from cases
      join people on people.id = cases.person
     where ${recent}
       and ${groupings[by]} = lower(${name})
  `);
  return rows[0]!.count;
}

/** Who is known to work somewhere, whoever left since yesterday included; `everywhere`: in the whole company. */
export async function countPeopleThere(
  db: Db,
  { by, name }: { by: Grouping; name: string },
): Promise<{ there: number; everywhere: number }> {
  const { rows } = await db.query<{ there: number; everywhere: number }>(sql`
    select count(*) filter (where ${groupings[by]} = lower(${name}))::int as there, count(*)::int as everywhere
      from people
     where erased_at is null
       and not exists (
             select
               from separations s
              where s.person = people.id
                and coalesce(s.departure ->> 'employmentEnds', s.departure ->> 'lastWorkingDay',
                             left(s.departure ->> 'accessEnds', 10), s.departure ->> 'payEnds')
                    < to_char(clock_timestamp() - interval '1 day', 'YYYY-MM-DD')
           )
  `);
  return rows[0]!;
}

/** What guards hold back now, with the HR ids of the newest; nobody confidential is named. */
export async function heldByGuards(db: Db): Promise<{ count: number; newest: readonly string[] }> {
  const { rows } = await db.query<{ count: number; newest: string[] }>(sql`
    select (select count(*)::int from cases where state = 'quarantined') as count,
           array(select p.person_id
                   from cases c
                   join people p on p.id = c.person
                  where c.state = 'quarantined'
                    and not (c.departure ->> 'confidential')::boolean
                  order by c.id desc
                  limit 5) as newest
  `);
  return rows[0]!;
}

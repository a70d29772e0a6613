import { type Db, type Sql, sql } from './sql.ts';

export interface LongHold {
  readonly caseId: string;
  readonly confidential: boolean;
}

/**
 * Held departures that nobody has released although their access should have ended, or, where it ends
 * with the release, for longer than `afterMs`; and of which nobody has been told yet.
 */
export const holdsLonger = (afterMs: number): Sql => sql`
    select id as "caseId", (departure ->> 'confidential')::boolean as confidential
      from cases
     where direction = 'forward'
       and coalesce(state_before_pause, state) = 'waiting-for-approval'
       and (departure ->> 'hold')::boolean
       and case when access_ends_at > confirmed_at then access_ends_at
                else confirmed_at + make_interval(secs => ${afterMs / 1_000})
           end < clock_timestamp()
       and not exists (select from alerts where condition = 'held:' || cases.id and resolved_at is null)
     limit 100
`;

export async function longHolds(db: Db, afterMs: number): Promise<readonly LongHold[]> {
  const { rows } = await db.query<LongHold & { caseId: string }>(holdsLonger(afterMs));
  return rows;
}

/** Those of these cases that wait to be released, as they were opened to do. */
export async function heldCases(db: Db, caseIds: readonly string[]): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(sql`
    select id
      from cases
     where id = any (${caseIds})
       and direction = 'forward'
       and coalesce(state_before_pause, state) = 'waiting-for-approval'
       and (departure ->> 'hold')::boolean
     order by id
  `);
  return rows.map((row) => row.id);
}

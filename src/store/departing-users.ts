import { type Db, type Sql, sql } from './sql.ts';

export interface DepartingUser {
  readonly caseId: string;
  readonly userId: string;
}

/**
 * Users of ours who leave, and whose access to Gatehouse has not been ended for that: those whose access ends by now, or,
 * with `caseId`, whoever leaves in that departure. They are known by their address.
 */
export const usersDeparting = (caseId: string | null): Sql => sql`
    select c.id as "caseId", u.id as "userId"
      from cases c
      join people p on p.id = c.person
      join users u on lower(u.email) = lower(p.email)
     where c.direction = 'forward'
       and c.kind = 'departure'
       and u.disabled_at is null
       and case when ${caseId}::text is null
                then c.access_ends_at <= clock_timestamp() and c.state in ('scheduled', 'running', 'access-removed')
                else c.id = ${caseId} end
       and not exists (select from ended_users e where e.case_id = c.id)
`;

export async function departingUsers(
  db: Db,
  caseId: string | null,
): Promise<readonly DepartingUser[]> {
  const { rows } = await db.query<DepartingUser>(usersDeparting(caseId));
  return rows;
}

/** Says that it is being done. False: somebody else does it, or has. */
export async function takeDepartingUser(db: Db, it: DepartingUser): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    insert into ended_users (case_id, user_id) values (${it.caseId}, ${it.userId}) on conflict do nothing
  `);
  return rowCount === 1;
}

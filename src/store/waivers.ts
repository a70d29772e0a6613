import { type Db, sql } from './sql.ts';

/** Skipped steps whose day has come: nobody answers for them any longer. */
export const waiversExpired = sql`
    select s.id
      from steps s
      join cases c on c.id = s.case_id
     where s.grade = 'waived'
       and (s.decision ->> 'expiresAt')::timestamptz <= clock_timestamp()
       and s.dropped_at is null
       and c.direction = 'forward'
       and c.state in ('scheduled', 'running', 'paused', 'access-removed', 'complete')
       and (c.state <> 'complete'
            or not exists (  -- who leaves again is looked up everywhere by that departure
                 select
                   from cases other
                  where other.person = c.person
                    and other.kind = c.kind
                    and other.state not in ('complete', 'cancelled', 'brought-back')
               ))
     limit 100
`;

export async function expiredWaivers(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(waiversExpired);
  return rows.map((row) => row.id);
}

/** Holds a step again that had been skipped. False when somebody else moved it first. */
export async function holdWaivedStep(
  db: Db,
  it: { stepId: string; version: number; because: string },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update steps
       set status = 'held', version = version + 1, grade = null, decision = null, because = ${it.because},
           held_at = clock_timestamp(), settled_at = null
     where id = ${it.stepId}
       and version = ${it.version}
       and grade = 'waived'
       and dropped_at is null
  `);
  return rowCount === 1;
}

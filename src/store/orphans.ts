import { type Db, sql } from './sql.ts';

/** Open steps whose moment has come in a connection that was removed: no runner ever takes them. */
export const stepsOrphaned = sql`
    select s.id
      from connections k
      join steps s on s.connection_id = k.id
      join cases c on c.id = s.case_id
     where k.state = 'disabled'
       and s.status in ('ready', 'running')
       and s.wake_at <= clock_timestamp()
       and s.dropped_at is null
       and c.state in ('scheduled', 'running', 'access-removed')
       and not c.plan_stale
       and (s.undo_of is not null) = (c.direction = 'back')
     limit 100
`;

export async function orphanedSteps(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(stepsOrphaned);
  return rows.map((row) => row.id);
}

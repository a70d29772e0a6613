import { type Db, sql } from './sql.ts';

/** A step that keeps somebody out of one account. */
export interface Block {
  readonly title: string;
  readonly connectionId: string | null;
}

/** Blocks that cannot begin before a step is settled: they wait for it, or for what waits for it. */
export async function blocksBehind(
  db: Db,
  it: { caseId: string; stepId: string },
): Promise<readonly Block[]> {
  const { rows } = await db.query<Block>(sql`
    with recursive behind as (
      select s.id
        from steps s
       where s.case_id = ${it.caseId}
         and ${it.stepId} = any (s.after)
         and s.status = 'waiting'
         and s.dropped_at is null
       union
      select s.id
        from steps s
        join behind earlier on earlier.id = any (s.after)
       where s.case_id = ${it.caseId}
         and s.status = 'waiting'
         and s.dropped_at is null
    )
    select distinct s.title, s.connection_id as "connectionId"
      from steps s
      join behind using (id)
     where s.capability = 'account.suspend'
       and s.undo_of is null
     order by s.title, s.connection_id
  `);
  return rows;
}

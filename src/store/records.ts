import { type Db, sql } from './sql.ts';

/** How many facts of a case have been stated, those that the record has not taken in yet included. */
export async function countFacts(db: Db, caseId: string): Promise<number> {
  const { rows } = await db.query<{ seq: string }>(
    sql`select seq from ledger.chain where case_id = ${caseId}`,
  );
  return Number(rows[0]?.seq ?? 0);
}

/** Deliveries of a record that has grown since by what another step brought. */
export async function outgrownDeliveries(db: Db, caseId: string): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(sql`
    select id
      from steps
     where case_id = ${caseId}
       and kind = 'record'
       and grade in ('verified', 'acknowledged')
       and dropped_at is null
       and settled_at < (select max(settled_at)
                           from steps
                          where case_id = ${caseId}
                            and kind <> 'record'
                            and undo_of is null
                            and dropped_at is null)
     order by id
  `);
  return rows.map((row) => row.id);
}

import { type Db, sql } from './sql.ts';

/** Who has been told by a notice already, by address in lower case, with the mail server's words. */
export async function receiptsOf(db: Db, stepId: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.query<{ recipient: string; receipt: string }>(sql`
    select recipient, receipt from notice_receipts where step_id = ${stepId} order by sent_at
  `);
  return new Map(rows.map((row) => [row.recipient, row.receipt]));
}

/** Remembers that a mail server took the notice for one recipient: nobody is told twice. */
export async function keepReceipt(
  db: Db,
  it: { stepId: string; recipient: string; receipt: string },
): Promise<void> {
  await db.query(sql`
    insert into notice_receipts (step_id, recipient, receipt)
    values (${it.stepId}, ${it.recipient.toLowerCase()}, ${it.receipt})
        on conflict do nothing
  `);
}

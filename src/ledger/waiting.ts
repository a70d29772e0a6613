import { type Db, sql } from '#store/sql.ts';

/** A fact that waits longer than this says that no scribe puts the record in order. */
export const longestWaitMs = 60_000;

/** For how long the oldest fact that is not in the record yet has been waiting, in milliseconds; 0: none waits. */
export async function waitingMs(db: Db): Promise<number> {
  const { rows } = await db.query<{ ms: number }>(sql`select ledger.waiting_ms() as ms`);
  return rows[0]!.ms;
}

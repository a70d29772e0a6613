import type { Owned } from '#core/ownership.ts';
import { type Db, sql } from './sql.ts';

export interface OwnershipRow {
  readonly connectionId: string;
  readonly accountId: string;
  readonly things: readonly Owned[];
}

/** What the accounts of one person own, where that was asked. */
export async function ownershipsOf(db: Db, person: string): Promise<readonly OwnershipRow[]> {
  const { rows } = await db.query<OwnershipRow>(sql`
    select o.connection_id as "connectionId", o.account_id as "accountId", o.things
      from ownerships o
      join accounts a using (connection_id, account_id)
     where a.person = ${person}
     order by 1, 2
  `);
  return rows;
}

/** Keeps what accounts were found to own; the accounts are known already. */
export async function saveOwnerships(db: Db, its: readonly OwnershipRow[]): Promise<void> {
  if (its.length === 0) return;
  await db.query(sql`
    insert into ownerships (connection_id, account_id, things, read_at)
    select found."connectionId", found."accountId", found.things, clock_timestamp()
      from jsonb_to_recordset(${JSON.stringify(its)})
        as found ("connectionId" text, "accountId" text, things jsonb)
      join accounts a on a.connection_id = found."connectionId" and a.account_id = found."accountId"
        on conflict (connection_id, account_id) do update
       set things = excluded.things, read_at = excluded.read_at
  `);
}

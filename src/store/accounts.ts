import type { Account } from '#core/account.ts';
import { type Db, sql } from './sql.ts';

export interface AccountRow extends Account {
  readonly connectionId: string;
  /** Whose it is; null: nobody we know. */
  readonly person: string | null;
  /** The user who said so by hand; null: found by looking the person up. */
  readonly linkedBy: string | null;
}

/** Keeps what systems answered about one person. What they no longer show stays, as deleted. */
export async function saveFoundAccounts(
  db: Db,
  it: { person: string; answers: ReadonlyMap<string, readonly Account[]> },
): Promise<void> {
  if (it.answers.size === 0) return;
  const found = [...it.answers].flatMap(([connectionId, accounts]) =>
    accounts.map((account) => ({ ...account, connectionId })),
  );
  await db.query(sql`
    with found as (
      select *
        from jsonb_to_recordset(${JSON.stringify(found)})
          as ("connectionId" text, id text, login text, status text, privileged boolean, "lastSeenAt" timestamptz)
    ), kept as (
      insert into accounts as known (connection_id, account_id, login, status, privileged, person, last_seen_at, found_at)
      select "connectionId", id, login, status, privileged, ${it.person}, "lastSeenAt", clock_timestamp() from found
          on conflict (connection_id, account_id) do update
         set login = excluded.login, status = excluded.status, privileged = excluded.privileged,
             person = coalesce(known.person, excluded.person), last_seen_at = excluded.last_seen_at,
             found_at = excluded.found_at
    )
    update accounts
       set status = 'deleted'
     where connection_id = any (${[...it.answers.keys()]})
       and person = ${it.person}
       and linked_by is null
       and (connection_id, account_id) not in (select "connectionId", id from found)
  `);
}

/** Null: nobody has found such an account yet. */
export async function loadAccount(
  db: Db,
  it: { connectionId: string; accountId: string },
): Promise<AccountRow | null> {
  const { rows } = await db.query<AccountRow>(sql`
    select connection_id as "connectionId", account_id as id, login, status, privileged, person, linked_by as "linkedBy",
           last_seen_at as "lastSeenAt"
      from accounts
     where connection_id = ${it.connectionId}
       and account_id = ${it.accountId}
  `);
  return rows[0] ?? null;
}

export async function accountsOf(db: Db, person: string): Promise<readonly AccountRow[]> {
  const { rows } = await db.query<AccountRow>(sql`
    select connection_id as "connectionId", account_id as id, login, status, privileged, person, linked_by as "linkedBy",
           last_seen_at as "lastSeenAt"
      from accounts
     where person = ${person}
     order by connection_id, account_id
  `);
  return rows;
}

/** Accounts of one connection, or those that belong to nobody we know. */
export async function listAccounts(
  db: Db,
  it: {
    connectionId: string | null;
    withoutPerson: boolean;
    after: string | null;
    limit: number;
  },
): Promise<readonly AccountRow[]> {
  const { rows } = await db.query<AccountRow>(sql`
    select connection_id as "connectionId", account_id as id, login, status, privileged, person, linked_by as "linkedBy",
           last_seen_at as "lastSeenAt"
      from accounts
     where (${it.connectionId}::text is null or connection_id = ${it.connectionId})
       and (not ${it.withoutPerson}::boolean or person is null)
       and (${it.after}::text is null or connection_id || chr(1) || account_id > ${it.after})
     order by connection_id || chr(1) || account_id
     limit ${it.limit}
  `);
  return rows;
}

/** A user says whose account it is, or (null) that it is not this person's. False: no such account. */
export async function linkAccount(
  db: Db,
  it: { connectionId: string; accountId: string; person: string | null; by: string },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    update accounts
       set person = ${it.person}, linked_by = ${it.by}
     where connection_id = ${it.connectionId}
       and account_id = ${it.accountId}
  `);
  return rowCount === 1;
}

/** Keeps one page of a full listing, and links accounts whose login is somebody's address. */
export async function saveListedAccounts(
  db: Db,
  it: { connectionId: string; accounts: readonly Account[] },
): Promise<void> {
  await db.query(sql`
    insert into accounts as known (connection_id, account_id, login, status, privileged, person, last_seen_at, found_at)
    select ${it.connectionId}, found.id, found.login, found.status, found.privileged,
           (select people.id from people where lower(people.email) = lower(found.login) order by heard_at desc limit 1),
           found."lastSeenAt", clock_timestamp()
      from jsonb_to_recordset(${JSON.stringify(it.accounts)})
        as found (id text, login text, status text, privileged boolean, "lastSeenAt" timestamptz)
        on conflict (connection_id, account_id) do update
       set login = excluded.login, status = excluded.status, privileged = excluded.privileged,
           person = case when known.linked_by is null then coalesce(known.person, excluded.person) else known.person end,
           last_seen_at = excluded.last_seen_at, found_at = excluded.found_at
  `);
}

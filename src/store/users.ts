import { type Db, sql } from './sql.ts';

export interface UserRow {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly disabledAt: Date | null;
}

export async function listUsers(db: Db): Promise<readonly UserRow[]> {
  const { rows } = await db.query<UserRow>(sql`
    select id, version, name, email, roles, disabled_at as "disabledAt" from users order by name, id
  `);
  return rows;
}

export async function loadUser(db: Db, id: string): Promise<UserRow | null> {
  const { rows } = await db.query<UserRow>(sql`
    select id, version, name, email, roles, disabled_at as "disabledAt" from users where id = ${id}
  `);
  return rows[0] ?? null;
}

/** Adds a user. False: somebody has that address already. */
export async function addUser(
  db: Db,
  it: { id: string; name: string; email: string; roles: readonly string[] },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    insert into users (id, version, name, email, roles)
    values (${it.id}, 1, ${it.name}, ${it.email}, ${it.roles}::text[])
        on conflict (lower(email)) do nothing
  `);
  return rowCount === 1;
}

/** Changes roles or disables a user. Null: somebody else changed the user first. */
export async function changeUser(
  db: Db,
  it: { id: string; version: number; roles: readonly string[]; disabled: boolean },
): Promise<number | null> {
  const { rows } = await db.query<{ version: number }>(sql`
    update users
       set version = version + 1, roles = ${it.roles}::text[],
           disabled_at = case when ${it.disabled} then coalesce(disabled_at, now()) end
     where id = ${it.id}
       and version = ${it.version}
    returning version
  `);
  return rows[0]?.version ?? null;
}

/** Whether there is another user who is let in and has one of these roles. */
export async function othersWithRole(
  db: Db,
  it: { userId: string; roles: readonly string[] },
): Promise<boolean> {
  const { rowCount } = await db.query(sql`
    select
      from users
     where id <> ${it.userId}
       and disabled_at is null
       and roles && ${it.roles}::text[]
     limit 1
  `);
  return rowCount === 1;
}

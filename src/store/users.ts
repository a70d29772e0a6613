import type { Window } from '#core/window.ts';
import { type Db, sql } from './sql.ts';

export interface UserRow {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly disabledAt: Date | null;
  /** The period that an auditor is let in for; null: all. */
  readonly window: Window | null;
}

const columns = sql`
  id, version, name, email, roles, disabled_at as "disabledAt",
  case when window_from is not null
       then jsonb_build_object('from', to_char(window_from, 'YYYY-MM-DD'), 'to', to_char(window_to, 'YYYY-MM-DD')) end as window`;

export async function listUsers(db: Db): Promise<readonly UserRow[]> {
  const { rows } = await db.query<UserRow>(sql`
    select ${columns} from users order by name, id
  `);
  return rows;
}

export async function loadUser(db: Db, id: string): Promise<UserRow | null> {
  const { rows } = await db.query<UserRow>(sql`
    select ${columns} from users where id = ${id}
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

/** Lets an auditor in for a period only; null: for all. Answers the new version; null: somebody else changed the user first. */
export async function setWindow(
  db: Db,
  it: { id: string; version: number; window: Window | null },
): Promise<number | null> {
  const { rows } = await db.query<{ version: number }>(sql`
    update users
       set version = version + 1, window_from = ${it.window?.from ?? null}, window_to = ${it.window?.to ?? null}
     where id = ${it.id}
       and version = ${it.version}
    returning version
  `);
  return rows[0]?.version ?? null;
}

/** Changes roles or disables a user. Null: somebody else changed the user first. */
export async function changeUser(
  db: Db,
  it: { id: string; version: number; roles: readonly string[]; disabled: boolean },
): Promise<number | null> {
  const { rows } = await db.query<{ version: number }>(sql`
    update users
       set version = version + 1, roles = ${it.roles}::text[],
           -- Whoever becomes something else than an auditor has no window any more.
           window_from = case when ${it.roles}::text[] = '{auditor}' then window_from end,
           window_to = case when ${it.roles}::text[] = '{auditor}' then window_to end,
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

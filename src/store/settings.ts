import { type Db, sql } from './sql.ts';

/** Every setting that has been set, by its name. */
export async function loadSettings(db: Db): Promise<Readonly<Record<string, unknown>>> {
  const { rows } = await db.query<{ id: string; value: unknown }>(
    sql`select id, value from settings`,
  );
  return Object.fromEntries(rows.map((row) => [row.id, row.value]));
}

/** Sets one setting. Returns its new version and the value before. */
export async function saveSetting(
  db: Db,
  it: { id: string; value: unknown },
): Promise<{ version: number; before: unknown }> {
  const { rows: found } = await db.query<{ value: unknown }>(
    sql`select value from settings where id = ${it.id} for update`,
  );
  const { rows } = await db.query<{ version: number }>(sql`
    insert into settings as known (id, version, value)
    values (${it.id}, 1, ${JSON.stringify(it.value)})
        on conflict (id) do update
       set version = known.version + 1, value = excluded.value
    returning version
  `);
  return { version: rows[0]!.version, before: found[0]?.value ?? null };
}

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

/** A change of settings that waits for a second person. */
export interface SettingRequestRow {
  /** The group. */
  readonly id: string;
  /** What would be different in it. */
  readonly change: Readonly<Record<string, unknown>>;
  /** The limits that would let more pass, by their names. */
  readonly loosens: readonly string[];
  readonly askedBy: string;
  readonly askedAt: Date;
}

export async function settingRequests(db: Db): Promise<readonly SettingRequestRow[]> {
  const { rows } = await db.query<SettingRequestRow>(sql`
    select id, change, loosens, asked_by as "askedBy", asked_at as "askedAt"
      from setting_requests
     order by id
  `);
  return rows;
}

/** Notes what somebody wants; there is one at most of each group, the newest. */
export async function requestSetting(
  db: Db,
  it: Omit<SettingRequestRow, 'askedAt'>,
): Promise<void> {
  await db.query(sql`
    insert into setting_requests (id, change, loosens, asked_by)
    values (${it.id}, ${JSON.stringify(it.change)}, ${it.loosens}::text[], ${it.askedBy})
        on conflict (id) do update
       set change = excluded.change, loosens = excluded.loosens, asked_by = excluded.asked_by, asked_at = clock_timestamp()
  `);
}

/** False: there was none. */
export async function dropSettingRequest(db: Db, id: string): Promise<boolean> {
  const { rowCount } = await db.query(sql`delete from setting_requests where id = ${id}`);
  return rowCount === 1;
}

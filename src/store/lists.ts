import type { ListRow, ListUpload } from '#core/uploaded-list.ts';
import { type Db, sql } from './sql.ts';

/** The newest upload of a connection; null: there was none yet. */
export async function loadListUpload(db: Db, connectionId: string): Promise<ListUpload | null> {
  const { rows } = await db.query<ListUpload>(sql`
    select uploaded_at as "uploadedAt", row_count as rows, refused_rows as "refusedRows"
      from lists
     where id = ${connectionId}
  `);
  return rows[0] ?? null;
}

/** Counts an upload and locks the list until the transaction ends. Returns its version. */
export async function noteListUpload(
  db: Db,
  it: { connectionId: string; uploadedBy: string; refusedRows: number; sha256: string },
): Promise<number> {
  const { rows } = await db.query<{ version: number }>(sql`
    insert into lists as known (id, uploaded_by, row_count, refused_rows, sha256)
    values (${it.connectionId}, ${it.uploadedBy}, 0, ${it.refusedRows}, ${it.sha256})
        on conflict (id) do update
       set version = known.version + 1, uploaded_at = clock_timestamp(), uploaded_by = excluded.uploaded_by,
           refused_rows = excluded.refused_rows, sha256 = excluded.sha256
    returning version
  `);
  return rows[0]!.version;
}

/** Puts rows in the place of those with their keys, or of all. Returns how many there are now. */
export async function replaceListRows(
  db: Db,
  it: { connectionId: string; rows: readonly ListRow[]; keepOthers: boolean },
): Promise<number> {
  const keys = it.rows.map(({ key }) => key);
  await db.query(sql`
    delete from list_rows
     where connection_id = ${it.connectionId}
       and (not ${it.keepOthers} or key = any (${keys}::text[]))
  `);
  await db.query(sql`
    insert into list_rows (connection_id, key, name, person_id, email, serial, is_open, privileged)
    select ${it.connectionId}, given.key, given.name, given."personId", given.email, given.serial,
           given."isOpen", given.privileged
      from jsonb_to_recordset(${JSON.stringify(it.rows)})
        as given (key text, name text, "personId" text, email text, serial text, "isOpen" boolean, privileged boolean)
  `);
  const { rows } = await db.query<{ count: number }>(sql`
    update lists
       set row_count = (select count(*) from list_rows where connection_id = ${it.connectionId})
     where id = ${it.connectionId}
    returning row_count as count
  `);
  return rows[0]!.count;
}

/** Rows that carry the person's id or address, in the order of their keys. */
export async function listRowsOf(
  db: Db,
  connectionId: string,
  { personId, email }: { personId: string | null; email: string },
): Promise<readonly ListRow[]> {
  const { rows } = await db.query<ListRow>(sql`
    select key, name, person_id as "personId", email, serial, is_open as "isOpen", privileged
      from list_rows
     where connection_id = ${connectionId}
       and (person_id = ${personId} or lower(email) = lower(${email}))
     order by key
  `);
  return rows;
}

/** One row; null: the list has none of this key. */
export async function loadListRow(
  db: Db,
  connectionId: string,
  key: string,
): Promise<ListRow | null> {
  const { rows } = await db.query<ListRow>(sql`
    select key, name, person_id as "personId", email, serial, is_open as "isOpen", privileged
      from list_rows
     where connection_id = ${connectionId}
       and key = ${key}
  `);
  return rows[0] ?? null;
}

/** Every row, in the order of their keys. */
export async function allListRows(db: Db, connectionId: string): Promise<readonly ListRow[]> {
  const { rows } = await db.query<ListRow>(sql`
    select key, name, person_id as "personId", email, serial, is_open as "isOpen", privileged
      from list_rows
     where connection_id = ${connectionId}
     order by key
  `);
  return rows;
}

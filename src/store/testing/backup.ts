import pg from 'pg';

/** A database as it was on one day. */
export interface Backup {
  /** Puts it back, as a restore would: in the place of everything that came after. */
  restore(): Promise<void>;
}

/** Takes a copy of all tables of the program, as the superuser. Only one at a time. */
export async function backUp(admin: pg.Pool): Promise<Backup> {
  const { rows } = await admin.query<{ schema: string; name: string; columns: string[] }>(`
    select table_schema as schema, table_name as name,
           array_agg(column_name::text) as columns
      from information_schema.columns
      join information_schema.tables using (table_schema, table_name)
     where table_schema in ('public', 'ledger', 'secret')
       and table_type = 'BASE TABLE'
       and is_generated = 'NEVER'
     group by 1, 2
  `);
  const tables = rows.map(({ schema, name, columns }) => ({
    table: `${schema}.${pg.escapeIdentifier(name)}`,
    copy: `backup.${pg.escapeIdentifier(`${schema}_${name}`)}`,
    columns: columns.map((it) => pg.escapeIdentifier(it)).join(', '),
  }));
  await admin.query(
    [
      'drop schema if exists backup cascade; create schema backup',
      ...tables.map(({ table, copy }) => `create table ${copy} as table ${table}`),
    ].join('; '),
  );
  return {
    async restore() {
      await admin.query(
        [
          'begin; set local session_replication_role = replica',
          ...tables.flatMap(({ table, copy, columns }) => [
            `delete from ${table}`,
            `insert into ${table} (${columns}) overriding system value select ${columns} from ${copy}`,
          ]),
          'commit',
        ].join('; '),
      );
    },
  };
}

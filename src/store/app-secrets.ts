import type { DataKeys, SealedSecret } from './data-keys.ts';
import { type AppPlace, appPlace } from './envelope.ts';
import { type Db, sql } from './sql.ts';

interface Row extends Omit<SealedSecret, 'kekId'> {
  /** Counts from 1. */
  readonly version: number;
}

/**
 * Secrets of our own that one role needs and no other may read: `web` checks those who come in
 * (single sign-on, webhooks), `signing` signs the record.
 *
 * `name` says what it is for, such as `oidc` or `hook.<connection>.<field>`.
 */
export function openAppSecrets(
  dataKeys: DataKeys,
  installation: string,
  purpose: AppPlace['purpose'],
) {
  const statements = { web: webStatements, signing: signingStatements }[purpose];

  async function open(name: string, row: Row): Promise<string> {
    const place = appPlace({ installation, purpose, name, version: row.version });
    const value = await dataKeys.open(purpose, place, row);
    if (value !== null) return value;
    throw new Error(
      `The secret ${name} (version ${row.version}) was changed in the database and does not open. ` +
        'Find out by whom, and enter it anew.',
    );
  }

  const rowsOf = async (db: Db, name: string) =>
    (await db.query<Row & { version: number }>(statements.select(name))).rows;

  return {
    /** Stores a secret as the newest version and returns it; older ones stay until removed. */
    async store(db: Db, name: string, value: string): Promise<number> {
      const version = ((await rowsOf(db, name))[0]?.version ?? 0) + 1;
      const place = appPlace({ installation, purpose, name, version });
      const sealed = await dataKeys.seal(purpose, place, value);
      await db.query(statements.insert(name, version, sealed));
      return version;
    },

    /** One version, by default the newest; null when there is none. */
    async read(db: Db, name: string, version?: number): Promise<string | null> {
      const rows = await rowsOf(db, name);
      const row = version === undefined ? rows[0] : rows.find((it) => it.version === version);
      return row ? open(name, row) : null;
    },

    /** The same with its version, for whoever has to name it later. */
    async readVersion(
      db: Db,
      name: string,
      version?: number,
    ): Promise<{ value: string; version: number } | null> {
      const rows = await rowsOf(db, name);
      const row = version === undefined ? rows[0] : rows.find((it) => it.version === version);
      return row ? { value: await open(name, row), version: row.version } : null;
    },

    /** Every version, the newest first: during a rotation several are good. */
    async readAll(db: Db, name: string): Promise<readonly string[]> {
      const rows = await rowsOf(db, name);
      return Promise.all(rows.map((row) => open(name, row)));
    },

    /** Forgets every version, or all but the newest. */
    async remove(db: Db, name: string, which: 'all' | 'older' = 'all'): Promise<void> {
      await db.query(statements.remove(name, which === 'older' ? 1 : 0));
    },
  };
}

const webStatements = {
  select: (name: string) => sql`
    select version, blob, dek_id as "dekId", wrapped
      from secret.web_value
      join secret.dek using (dek_id)
     where name = ${name}
     order by version desc
  `,
  insert: (name: string, version: number, it: SealedSecret) => sql`
    with data_key as (
      insert into secret.dek (dek_id, kek_id, wrapped)
      values (${it.dekId}, ${it.kekId}, ${it.wrapped})
    )
    insert into secret.web_value (name, version, dek_id, blob)
    values (${name}, ${version}, ${it.dekId}, ${it.blob})
  `,
  remove: (name: string, newestKept: number) => sql`
    with removed as (
      delete from secret.web_value
       where (name, version) in (
               select name, version from secret.web_value
                where name = ${name}
                order by version desc
               offset ${newestKept}
             )
      returning dek_id
    )
    delete from secret.dek where dek_id in (select dek_id from removed)
  `,
};

/** The same for the table that only the scribe may touch. */
const signingStatements: typeof webStatements = {
  select: (name) => sql`
    select version, blob, dek_id as "dekId", wrapped
      from secret.signing_value
      join secret.dek using (dek_id)
     where name = ${name}
     order by version desc
  `,
  insert: (name, version, it) => sql`
    with data_key as (
      insert into secret.dek (dek_id, kek_id, wrapped)
      values (${it.dekId}, ${it.kekId}, ${it.wrapped})
    )
    insert into secret.signing_value (name, version, dek_id, blob)
    values (${name}, ${version}, ${it.dekId}, ${it.blob})
  `,
  remove: (name, newestKept) => sql`
    with removed as (
      delete from secret.signing_value
       where (name, version) in (
               select name, version from secret.signing_value
                where name = ${name}
                order by version desc
               offset ${newestKept}
             )
      returning dek_id
    )
    delete from secret.dek where dek_id in (select dek_id from removed)
  `,
};

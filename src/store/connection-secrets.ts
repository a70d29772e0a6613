import { ConnectorError } from '#core/failure.ts';
import type { DataKeys, SealedSecret } from './data-keys.ts';
import { normalHosts, type SecretPlace, secretPlace } from './envelope.ts';
import { type Db, sql } from './sql.ts';

export interface NewSecret {
  /** The connection's UUID. */
  readonly connectionId: string;
  /** The name of the settings field. */
  readonly field: string;
  readonly value: string;
  /** The `host:port`s it may ever be sent to. */
  readonly hosts: readonly string[];
  readonly expiresAt?: Date | null;
}

/** One version of one field; versions count from 1. */
export interface SecretVersion {
  readonly field: string;
  readonly version: number;
}

interface Row extends Omit<SealedSecret, 'kekId'> {
  readonly field: string;
  readonly version: number;
  readonly hosts: readonly string[];
}

export type ConnectionSecrets = ReturnType<typeof openConnectionSecrets>;

/** The credentials of connections: the worker's alone. */
export function openConnectionSecrets(dataKeys: DataKeys, installation: string) {
  async function read(row: Row, connectionId: string, wanted: readonly string[]): Promise<string> {
    const foreign = wanted.filter((host) => !row.hosts.includes(host));
    if (foreign.length > 0) {
      throw new ConnectorError({
        kind: 'unauthenticated',
        detail:
          `The secret "${row.field}" was entered for ${row.hosts.join(', ')}, and the connection ` +
          `now leads to ${foreign.join(', ')} as well. Enter the secret anew for the new address.`,
      });
    }
    const { field, version, hosts } = row;
    const place: SecretPlace = { installation, connectionId, field, version, hosts };
    const value = await dataKeys.open('connection', secretPlace(place), row);
    if (value !== null) return value;
    throw new ConnectorError({
      kind: 'unauthenticated',
      detail:
        `The secret "${field}" (version ${version}) does not open: it, or where it may be sent, ` +
        'was changed in the database. Find out by whom, and enter the secret anew.',
    });
  }

  return {
    /** Until the end of the transaction nobody else replaces secrets of this connection. */
    async lockSecrets(db: Db, connectionId: string): Promise<void> {
      await db.query(sql`select pg_advisory_xact_lock(hashtextextended(${connectionId}, 0))`);
    },

    /**
     * Stores a secret as the newest version and returns it. The older one stays until
     * `retireSecrets`. Of two at the same moment one fails with a unique violation.
     */
    async storeSecret(db: Db, it: NewSecret): Promise<number> {
      const { connectionId, field } = it;
      const hosts = normalHosts(it.hosts);
      const version = (await newestVersion(db, connectionId, field)) + 1;
      const place = secretPlace({ installation, connectionId, field, version, hosts });
      const sealed = await dataKeys.seal('connection', place, it.value);
      await db.query(sql`
        with data_key as (
          insert into secret.dek (dek_id, kek_id, wrapped)
          values (${sealed.dekId}, ${sealed.kekId}, ${sealed.wrapped})
        )
        insert into secret.value (connection_id, field, version, dek_id, blob, allowed_hosts, expires_at)
        values (${connectionId}, ${field}, ${version}, ${sealed.dekId}, ${sealed.blob},
                ${hosts}::text[], ${it.expiresAt ?? null})
      `);
      return version;
    },

    /**
     * The newest version of each field. `hosts` are those the connection leads to now.
     *
     * Throws a ConnectorError of kind `unauthenticated` when a secret was entered for other hosts,
     * or was tampered with: in both cases a person has to enter it anew.
     */
    async readSecrets(
      db: Db,
      { connectionId, hosts }: { connectionId: string; hosts: readonly string[] },
    ): Promise<ReadonlyMap<string, string>> {
      const wanted = hosts.length === 0 ? [] : normalHosts(hosts);
      const { rows } = await db.query<Row>(sql`
        select distinct on (value.field)
               value.field, value.version, value.allowed_hosts as hosts, value.blob,
               dek.dek_id as "dekId", dek.wrapped
          from secret.value
          join secret.dek using (dek_id)
         where value.connection_id = ${connectionId}
         order by value.field, value.version desc
      `);
      const values = rows.map(
        async (row) => [row.field, await read(row, connectionId, wanted)] as const,
      );
      return new Map(await Promise.all(values));
    },

    /** Forgets all but the newest version of each field, once a check passed with it. */
    async retireSecrets(db: Db, connectionId: string): Promise<void> {
      await db.query(sql`
        with retired as (
          delete from secret.value older
           where older.connection_id = ${connectionId}
             and exists (
                   select
                     from secret.value newer
                    where newer.connection_id = older.connection_id
                      and newer.field = older.field
                      and newer.version > older.version
                 )
          returning older.dek_id
        )
        delete from secret.dek where dek_id in (select dek_id from retired)
      `);
    },

    /** Forgets versions with which a check failed, so that those before them hold again. */
    async withdrawSecrets(
      db: Db,
      connectionId: string,
      versions: readonly SecretVersion[],
    ): Promise<void> {
      await db.query(sql`
        with withdrawn as (
          delete from secret.value
           where connection_id = ${connectionId}
             and (field, version) in (
                   select *
                     from unnest(${versions.map((it) => it.field)}::text[],
                                 ${versions.map((it) => it.version)}::integer[])
                 )
          returning dek_id
        )
        delete from secret.dek where dek_id in (select dek_id from withdrawn)
      `);
    },

    /** Forgets everything about a connection, what still waits in the inbox included. */
    async removeSecrets(db: Db, connectionId: string): Promise<void> {
      await db.query(sql`
        with waiting as (
          delete from secret.inbox where connection_id = ${connectionId}
        ), removed as (
          delete from secret.value where connection_id = ${connectionId} returning dek_id
        )
        delete from secret.dek where dek_id in (select dek_id from removed)
      `);
    },
  };
}

async function newestVersion(db: Db, connectionId: string, field: string): Promise<number> {
  const { rows } = await db.query<{ version: number }>(sql`
    select coalesce(max(version), 0) as version
      from secret.value
     where connection_id = ${connectionId}
       and field = ${field}
  `);
  return rows[0]!.version;
}

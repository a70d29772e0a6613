import { randomUUID } from 'node:crypto';
import type { ConnectionSecrets, NewSecret, SecretVersion } from './connection-secrets.ts';
import type { DataKeys } from './data-keys.ts';
import { normalHosts, secretPlace } from './envelope.ts';
import {
  type InboxKey,
  newPrivateKey,
  openFromInbox,
  publicKeyOf,
  sealedFor,
  sealToInbox,
} from './inbox-seal.ts';
import type { Keyring } from './keys.ts';
import { type Db, sql } from './sql.ts';

export interface EnteredSecret extends Omit<NewSecret, 'expiresAt'> {
  /** Orders what is entered for one field; the version of the connection it comes with. */
  readonly version: number;
  /** Who typed it. */
  readonly enteredBy: string;
}

/** What came of the inbox of one connection. */
export interface Opened {
  readonly stored: readonly SecretVersion[];
  /** Sealed to a key that is not ours, or changed on the way: gone, and to be entered anew. */
  readonly refused: readonly string[];
}

interface Row {
  readonly field: string;
  readonly version: number;
  readonly sealed: Buffer;
  readonly hosts: readonly string[];
}

export interface InboxOptions {
  readonly dataKeys: DataKeys;
  readonly keyring: Keyring;
  readonly installation: string;
  readonly secrets: Pick<ConnectionSecrets, 'storeSecret'>;
}

/** The way of a secret from the browser to the worker, past a process that must not know it. */
export function openInboxes({ dataKeys, keyring, installation, secrets }: InboxOptions) {
  async function open(db: Db, connectionId: string, row: Row): Promise<string | null> {
    const id = sealedFor(row.sealed);
    const place = placeOf(connectionId, row);
    const wrapped = id && (await findPrivateKey(db, id));
    if (!id || !place || !wrapped) return null;
    const privateKey = await dataKeys.unwrap('connection', id, wrapped);
    return openFromInbox(privateKey, place, row.sealed)?.toString() ?? null;
  }

  /** Null for what nobody can have sealed; a row that web wrote past us must not block the inbox. */
  function placeOf(connectionId: string, { field, version, hosts }: Row): string | null {
    try {
      return secretPlace({ installation, connectionId, field, version, hosts });
    } catch {
      return null;
    }
  }

  return {
    /** Makes the worker's key pair when there is none. Each worker calls it as it starts. */
    async prepareInbox(db: Db): Promise<void> {
      const id = randomUUID();
      const privateKey = newPrivateKey();
      const { wrapped } = await keyring.wrap('connection', id, privateKey);
      await db.query(sql`
        insert into secret.inbox_key (key_id, public_key, wrapped)
        select ${id}::uuid, ${publicKeyOf(privateKey)}::bytea, ${wrapped}::bytea
         where not exists (select from secret.inbox_key where retired_at is null)
      `);
    },

    /** Web's side: seals what was typed the moment it arrives. Nobody but a worker can open it. */
    async sealForWorker(db: Db, it: EnteredSecret): Promise<void> {
      const hosts = normalHosts(it.hosts);
      const place = secretPlace({ ...it, installation, hosts });
      const sealed = sealToInbox(await findPublicKey(db), place, Buffer.from(it.value));
      await db.query(sql`
        insert into secret.inbox (connection_id, field, version, sealed, allowed_hosts, entered_by)
        values (${it.connectionId}, ${it.field}, ${it.version}, ${sealed}, ${hosts}::text[],
                ${it.enteredBy})
      `);
    },

    /**
     * The worker's side: empties the inbox of a connection and stores the last thing entered for each
     * field as its newest version. To be called in a transaction; then run the connector's check, and
     * `retireSecrets` or `withdrawSecrets` after it.
     */
    async openInbox(tx: Db, connectionId: string): Promise<Opened> {
      const { rows } = await tx.query<Row>(sql`
        delete from secret.inbox
         where connection_id = ${connectionId}
        returning field, version, sealed, allowed_hosts as hosts
      `);
      const last = new Map(
        rows.toSorted((a, b) => a.version - b.version).map((row) => [row.field, row]),
      );
      const stored: SecretVersion[] = [];
      const refused: string[] = [];
      for (const [field, row] of last) {
        const value = await open(tx, connectionId, row);
        if (value === null) {
          refused.push(field);
        } else {
          const it = { connectionId, field, value, hosts: row.hosts };
          stored.push({ field, version: await secrets.storeSecret(tx, it) });
        }
      }
      return { stored, refused };
    },
  };
}

async function findPublicKey(db: Db): Promise<InboxKey> {
  const { rows } = await db.query<InboxKey>(sql`
    select key_id as id, public_key as "publicKey" from secret.inbox_key order by key_id limit 1
  `);
  if (rows[0]) return rows[0];
  throw new Error(
    'Secrets cannot be entered yet: no worker has run on this database. Start one (gatehouse work).',
  );
}

async function findPrivateKey(db: Db, id: string): Promise<Buffer | null> {
  const { rows } = await db.query<{ wrapped: Buffer }>(sql`
    select wrapped from secret.inbox_key where key_id = ${id}
  `);
  return rows[0]?.wrapped ?? null;
}

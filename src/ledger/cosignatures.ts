import {
  base64url,
  keyIdOf,
  type NoteKey,
  type NoteSignature,
  readVkey,
  signatureLine,
} from '#core/note.ts';
import { type Db, inTransaction, type Pool, sql } from '#store/sql.ts';
import { newestCheckpoint } from './fork-guard.ts';
import { sha256 } from './hash.ts';
import { aboutNobody, record } from './record.ts';
import type { WitnessPolicy } from './witnesses.ts';

/** Somebody outside who signs that the record has only ever grown. */
export interface KnownWitness {
  /** Ours for it; stands in facts, in packs and in alerts. */
  readonly name: string;
  readonly key: NoteKey;
}

/** A signature of a witness, already checked. */
export interface Cosignature {
  readonly origin: string;
  readonly size: number;
  readonly witness: KnownWitness;
  readonly signature: NoteSignature;
  /** When the witness signed, by its own clock: seconds since 1970. */
  readonly atSeconds: bigint;
}

/** Stores a cosignature with the fact that it came; false: that witness has signed this state already. */
export function keepCosignature(pool: Pool, it: Cosignature): Promise<boolean> {
  const line = signatureLine(it.signature);
  return inTransaction(pool, async (tx) => {
    const { rowCount } = await tx.query(sql`
      insert into ledger.cosignature (origin, size, key_id, line, at)
      values (${it.origin}, ${it.size}, decode(${it.signature.keyId}, 'hex'), ${line},
              to_timestamp(${Number(it.atSeconds)}))
          on conflict (origin, size, key_id) do nothing
    `);
    if (rowCount === 0) return false;
    await record(tx, aboutNobody, [
      {
        type: 'anchor.received',
        actor: { kind: 'system', id: 'scribe', auth: 'none' },
        data: {
          size: it.size,
          name: it.witness.name,
          digest: base64url(sha256(Buffer.from(line))),
        },
      },
    ]);
    return true;
  });
}

/** The largest size of a log that a key has cosigned; 0: none. */
export async function lastCosigned(db: Db, origin: string, key: NoteKey): Promise<number> {
  const { rows } = await db.query<{ size: number | null }>(sql`
    select max(size)::float8 as size
      from ledger.cosignature
     where origin = ${origin}
       and key_id = decode(${keyIdOf(sha256, key)}, 'hex')
  `);
  return rows[0]?.size ?? 0;
}

/**
 * The newest state that enough witnesses have signed, their lines below those of the log; null: there is none.
 * Whatever the quorum is, lines that are there come along.
 */
export async function cosignedCheckpoint(
  db: Db,
  origin: string,
  { witnesses, quorum }: WitnessPolicy,
): Promise<Awaited<ReturnType<typeof newestCheckpoint>>> {
  const ids = witnesses.map(({ vkey }) => keyIdOf(sha256, readVkey(sha256, vkey)));
  const { rows } = await db.query<{ size: number }>(sql`
    select size::float8 as size
      from ledger.checkpoint
     where origin = ${origin}
       and ${quorum} <= (select count(*)
                           from ledger.cosignature
                          where cosignature.origin = checkpoint.origin
                            and cosignature.size = checkpoint.size
                            and encode(key_id, 'hex') = any (${ids}))
     order by ledger.checkpoint.size desc
     limit 1
  `);
  const size = rows[0]?.size;
  const found = size === undefined ? null : await newestCheckpoint(db, origin, size);
  if (!found) return null;
  const cosigned = await db.query<{ line: string }>(sql`
    select line
      from ledger.cosignature
     where origin = ${origin}
       and size = ${found.size}
       and encode(key_id, 'hex') = any (${ids})
     order by at, key_id
  `);
  return { ...found, note: found.note + cosigned.rows.map(({ line }) => line).join('') };
}

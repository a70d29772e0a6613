import { base64url, keyIdOf, type NoteKey, type NoteSignature, signatureLine } from '#core/note.ts';
import { type Db, inTransaction, type Pool, sql } from '#store/sql.ts';
import { sha256 } from './hash.ts';
import { aboutNobody, record } from './record.ts';

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

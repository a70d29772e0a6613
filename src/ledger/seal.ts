import { readFileSync } from 'node:fs';
import { tlogProofText } from '#core/tlog-proof.ts';
import { hashOf, inclusionRanges, tilesOf } from '#core/tree-proof.ts';
import type { Trust } from '#core/trust.ts';
import { type Db, sql } from '#store/sql.ts';
import { cosignedCheckpoint } from './cosignatures.ts';
import { newestCheckpoint } from './fork-guard.ts';
import { sha256 } from './hash.ts';
import { headOf } from './head.ts';
import { vkeyLines } from './log-keys.ts';
import { trustOf } from './log-trust.ts';
import { minIndexOf } from './pruned.ts';
import { loadTiles } from './tiles.ts';
import { witnessPolicy } from './witnesses.ts';
import type { PackEntry } from './zip.ts';

/** What the record was signed as, and how far it has come since. */
export interface Seal {
  /** The signed checkpoint, to the byte; null: nothing was signed yet. */
  readonly note: string | null;
  readonly size: number;
  readonly signedAt: Date | null;
  /** Which keys sign for which sizes, and who cosigns. */
  readonly trust: Trust;
  /** How many facts there are by now, signed or not. */
  readonly recorded: number;
  /** Below it facts were pruned: their hashes are left. */
  readonly minIndex: number;
}

/**
 * The newest signed state that enough witnesses have signed; where none has, the newest at all. `upTo`: the newest of
 * the states up to this size, as the log alone signed it. To be run on one snapshot.
 */
export async function sealOf(db: Db, upTo: number | null = null): Promise<Seal> {
  const { origin, size: recorded } = await headOf(db);
  const policy = await witnessPolicy(db);
  const found =
    upTo === null
      ? ((await cosignedCheckpoint(db, origin, policy)) ??
        (await cosignedCheckpoint(db, origin, { ...policy, quorum: 0 })))
      : await newestCheckpoint(db, origin, upTo);
  return {
    note: found?.note ?? null,
    size: found?.size ?? 0,
    signedAt: found?.signedAt ?? null,
    trust: await trustOf(db, origin, policy),
    recorded,
    minIndex: await minIndexOf(db),
  };
}

const tileWidth = 256;
const hashBytes = 32;

/** The hashes of the leaves from a place up to, and without, another, as the tree has them. */
export async function leafHashesOf(
  db: Db,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Buffer> {
  const first = Math.floor(from / tileWidth);
  const { rows } = await db.query<{ n: string; data: Buffer }>(sql`
    select n, data
      from ledger.tile
     where level = 0
       and n between ${first} and ${Math.ceil(to / tileWidth) - 1}
     order by ledger.tile.n
  `);
  for (const [i, { n, data }] of rows.entries()) {
    const width = Math.min(tileWidth, to - Number(n) * tileWidth);
    if (Number(n) === first + i && data.length >= width * hashBytes) continue;
    throw new Error(`The record's tile 0/${first + i} is missing or has lost hashes.`);
  }
  const all = Buffer.concat(rows.map(({ data }) => data));
  const offset = first * tileWidth;
  return all.subarray((from - offset) * hashBytes, (to - offset) * hashBytes);
}

const script = readFileSync(new URL('verify.sh', import.meta.url));

/**
 * One fact with the proof that it is in the signed tree, and all that takes to check it with bash and openssl.
 * Null: it is not signed yet.
 */
export async function provenFact(
  db: Db,
  it: { readonly idx: number; readonly leaf: string },
): Promise<readonly PackEntry[] | null> {
  const { note, size, trust } = await sealOf(db);
  if (note === null || it.idx >= size) return null;
  const ranges = inclusionRanges(it.idx, size);
  const hashesAt = await loadTiles(db, tilesOf(ranges));
  const hashes = ranges.map((range) => hashOf(sha256, range, hashesAt));
  const vkeys = trust.logs.flatMap(({ keys }) => keys.map(({ vkey }) => vkey));
  return [
    ['README.txt', readme(it.idx)],
    [`${it.idx}.json`, it.leaf],
    [`${it.idx}.tlog-proof`, tlogProofText({ index: it.idx, hashes, checkpoint: note })],
    ['log.vkey', vkeyLines(vkeys)],
    ['trust.json', `${JSON.stringify(trust, null, 2)}\n`],
    ['verify.sh', script],
  ];
}

const readme = (
  idx: number,
): string => `One fact of the record, and the proof that it is in the signed tree

To check it with bash and openssl 3, and nothing of ours:

  bash verify.sh ${idx}.json ${idx}.tlog-proof log.vkey

Compare log.vkey with the keys that you received another way: this shows that the fact is whole, not whose record it is in.
`;

import { rm } from 'node:fs/promises';
import { grow, leafHash, rootOf } from '#core/proof.ts';
import { sha256 } from '../hash.ts';
import { entriesOf } from './ledger.ts';
import type { SignedLog } from './signed-log.ts';

/**
 * What somebody can do who holds database, high-water mark and keys at once: changes one fact of the past, makes
 * the whole tree anew, and leaves no trace of what was signed. Whoever signs then signs another history.
 */
export async function rewriteHistory(log: SignedLog, idx: number): Promise<void> {
  const { admin } = log.ledger.pools;
  const entries = await entriesOf(admin);
  const leaves = entries.map(({ leaf }) => leaf);
  leaves[idx] = Buffer.from(leaves[idx]!.toString('utf8').replace(/"at":"20/, '"at":"21'));
  const hashes = leaves.map((leaf) => leafHash(sha256, leaf));
  const tiles = grow(sha256, 0, () => new Uint8Array(), hashes);
  const at = new Map(tiles.map((it) => [`${it.level}/${it.n}`, it.hashes]));
  const root = rootOf(sha256, leaves.length, ({ level, n }) => at.get(`${level}/${n}`)!);

  const client = await admin.connect();
  try {
    await client.query('begin; set local session_replication_role = replica');
    await client.query('update ledger.entry set leaf = $2, leaf_hash = $3 where idx = $1', [
      idx,
      leaves[idx],
      hashes[idx],
    ]);
    for (const { level, n, hashes: data } of tiles) {
      await client.query('update ledger.tile set data = $3 where level = $1 and n = $2', [
        level,
        n,
        data,
      ]);
    }
    await client.query('update ledger.head set root = $1', [root]);
    await client.query('delete from ledger.cosignature; delete from ledger.checkpoint; commit');
  } finally {
    client.release();
  }
  await rm(log.markFolder, { recursive: true, force: true });
}

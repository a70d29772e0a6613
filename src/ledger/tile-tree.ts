import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { edgeOf } from '#core/proof.ts';
import { type Db, sql } from '#store/sql.ts';
import { cosignedCheckpoint } from './cosignatures.ts';
import { headOf } from './head.ts';
import { vkeyLines, vkeysAt } from './log-keys.ts';
import { policyText } from './policy.ts';
import { minIndexOf } from './pruned.ts';
import { loadTiles } from './tiles.ts';
import { witnessPolicy } from './witnesses.ts';

/** What lies in an exported log. */
export interface Exported {
  readonly origin: string;
  readonly size: number;
  readonly files: number;
  /** How many facts more were signed, which wait for the quorum of witnesses. */
  readonly waiting: number;
  /** How many witnesses should have signed and have not, as the quorum never came together; 0: nothing is missing. */
  readonly quorumMissed: number;
  /** Below it facts were pruned: their bundles are left out, and the tiles are there. */
  readonly minIndex: number;
}

const tileWidth = 256;
const hashBytes = 32;

/**
 * Writes the log as a C2SP tile tree (tlog-tiles), up to the newest checkpoint that the quorum of witnesses has
 * signed: any static file server makes it a log that other people's tools read. What witnesses have signed comes
 * along with their keys; where no quorum is asked for and none has signed the newest state, the newest that one of
 * them has lies in `checkpoints/`. `sinceSize` leaves out full tiles that an earlier export of that size has. The
 * checkpoint comes last, so that what it stands for is there by then.
 *
 * To be run on one snapshot. Null: nothing was signed yet.
 */
export async function exportTileTree(
  db: Db,
  folder: string,
  { sinceSize = 0 }: { sinceSize?: number } = {},
): Promise<Exported | null> {
  const { origin } = await headOf(db);
  const policy = await witnessPolicy(db);
  const signedBy = (quorum: number) => cosignedCheckpoint(db, origin, { ...policy, quorum });
  const newest = await signedBy(0);
  if (!newest) return null;
  const agreed = await signedBy(policy.quorum);
  const { size, note } = agreed ?? newest;
  let files = 0;
  const write = async (name: string, bytes: Uint8Array | string) => {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(`${file}.new`, bytes);
    await rename(`${file}.new`, file);
    files += 1;
  };

  for await (const [name, bytes] of treeFiles(db, sinceSize, size)) await write(name, bytes);
  const vkeys = await vkeysAt(db, { origin, size });
  await write('log.vkey', vkeyLines(vkeys));
  await write('policy.txt', policyText(vkeys, policy));
  const cosigned = await signedBy(1);
  if (cosigned && cosigned.size < size) await write(`checkpoints/${cosigned.size}`, cosigned.note);
  await write(`checkpoints/${size}`, note);
  await write('checkpoint', note);
  const quorumMissed = agreed ? 0 : policy.quorum;
  const minIndex = await minIndexOf(db);
  return { origin, size, files, waiting: newest.size - size, quorumMissed, minIndex };
}

/**
 * The tiles and bundles of a tree of `size`, without the full ones that a tree of `sinceSize` has: what
 * it costs goes by what is new. Bundles whose facts were pruned are left out as well.
 */
export async function* treeFiles(
  db: Db,
  sinceSize: number,
  size: number,
): AsyncGenerator<readonly [name: string, bytes: Uint8Array]> {
  const first = firstTile(Math.max(sinceSize, await minIndexOf(db)), 0);
  for (let n = first; n * tileWidth < size; n += 1) {
    const width = Math.min(tileWidth, size - n * tileWidth);
    yield [tilePath('entries', n, width), await bundleOf(db, n, width)];
  }
  for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / tileWidth)) {
    for (let n = firstTile(sinceSize, level); n * tileWidth < count; n += 1) {
      const width = Math.min(tileWidth, count - n * tileWidth);
      yield [tilePath(`${level}`, n, width), await hashesOf(db, level, n, width)];
    }
  }
}

/** Where the partial tiles and the partial bundle of a tree of this size lie. */
export const partialPaths = (size: number): readonly string[] =>
  edgeOf(size).flatMap(({ level, n, width }) => [
    ...(level === 0 ? [tilePath('entries', n, width)] : []),
    tilePath(`${level}`, n, width),
  ]);

/** The first tile of a level that an export of this size did not have in full. */
const firstTile = (sinceSize: number, level: number): number =>
  Math.floor(sinceSize / tileWidth ** (level + 1));

/** Where a tile lies: its number in groups of three digits, all but the last behind an `x`. */
export function tilePath(level: string, n: number, width: number): string {
  const digits = n.toString().padStart(Math.ceil(n.toString().length / 3) * 3, '0');
  const groups = digits.match(/.../g) ?? [];
  const last = groups.pop()!;
  const name = [...groups.map((it) => `x${it}`), last].join('/');
  return `tile/${level}/${name}${width < tileWidth ? `.p/${width}` : ''}`;
}

/** What lies at such a path: a tile of a level, or a bundle (`level` null); null: neither. */
export function placeOf(
  path: string,
): { readonly level: number | null; readonly n: number; readonly width: number } | null {
  const [, level = '', groups = '', width] =
    /^tile\/(\d+|entries)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/.exec(path) ?? [];
  if (level === '') return null;
  return {
    level: level === 'entries' ? null : Number(level),
    n: Number(groups.replaceAll(/[x/]/g, '')),
    width: Number(width ?? tileWidth),
  };
}

/** The first `width` hashes of a tile: tiles only grow, so that is what it was at an earlier size. */
export async function hashesOf(
  db: Db,
  level: number,
  n: number,
  width: number,
): Promise<Uint8Array> {
  const place = { level, n, width };
  return (await loadTiles(db, [place]))(place).subarray(0, width * hashBytes);
}

/** Leaves one after the other, each behind its length in two bytes. */
export async function bundleOf(db: Db, n: number, width: number): Promise<Buffer> {
  const { rows } = await db.query<{ leaf: Buffer }>(sql`
    select leaf
      from ledger.entry
     where idx >= ${n * tileWidth}
       and idx < ${n * tileWidth + width}
     order by idx
  `);
  if (rows.length < width) {
    throw new Error(
      `Of the facts ${n * tileWidth} to ${n * tileWidth + width - 1} some are missing.`,
    );
  }
  return Buffer.concat(
    rows.flatMap(({ leaf }) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(leaf.length);
      return [length, leaf];
    }),
  );
}

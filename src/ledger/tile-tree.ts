import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { edgeOf } from '#core/proof.ts';
import { type Db, sql } from '#store/sql.ts';
import { newestCheckpoint } from './fork-guard.ts';
import { headOf } from './head.ts';
import { logKeysOf, policyText, vkeyLines } from './log-keys.ts';
import { loadTiles } from './tiles.ts';

/** What lies in an exported log. */
export interface Exported {
  readonly origin: string;
  readonly size: number;
  readonly files: number;
}

const tileWidth = 256;
const hashBytes = 32;

/**
 * Writes the log up to its newest checkpoint as a C2SP tile tree (tlog-tiles): any static file server
 * makes it a log that other people's tools read. `sinceSize` leaves out full tiles that an earlier export
 * of that size has. The checkpoint comes last, so that what it stands for is there by then.
 *
 * To be run on one snapshot. Null: nothing was signed yet.
 */
export async function exportTileTree(
  db: Db,
  folder: string,
  { sinceSize = 0 }: { sinceSize?: number } = {},
): Promise<Exported | null> {
  const { origin } = await headOf(db);
  const newest = await newestCheckpoint(db, origin);
  if (!newest) return null;
  const { size, note } = newest;
  let files = 0;
  const write = async (name: string, bytes: Uint8Array | string) => {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(`${file}.new`, bytes);
    await rename(`${file}.new`, file);
    files += 1;
  };

  for await (const [name, bytes] of treeFiles(db, sinceSize, size)) await write(name, bytes);
  const keys = await logKeysOf(db, origin);
  const signing = keys.filter(({ toSize }) => toSize === null || toSize >= size);
  const vkeys = signing.map(({ vkey }) => vkey);
  await write('log.vkey', vkeyLines(vkeys));
  await write('policy.txt', policyText(vkeys));
  await write(`checkpoints/${size}`, note);
  await write('checkpoint', note);
  return { origin, size, files };
}

/**
 * The tiles and bundles of a tree of `size`, without the full ones that a tree of `sinceSize` has: what
 * it costs goes by what is new.
 */
export async function* treeFiles(
  db: Db,
  sinceSize: number,
  size: number,
): AsyncGenerator<readonly [name: string, bytes: Uint8Array]> {
  for (let n = firstTile(sinceSize, 0); n * tileWidth < size; n += 1) {
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

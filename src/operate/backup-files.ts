import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import { Problem } from '#app/problem.ts';
import { jsonOf } from '#core/json.ts';
import { syncFolder } from '#ledger/on-disk.ts';
import { purposes } from '#store/key-files.ts';

const Table = z.strictObject({
  name: z.string().regex(/^(public|ledger|secret)\.\w+$/),
  columns: z.array(z.string()).min(1),
  /** Of the compressed file. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What is in a backup, as `manifest.json` says. */
export const Manifest = z.strictObject({
  format: z.literal(1),
  takenAt: z.iso.datetime(),
  migrations: z.array(z.string()).min(1),
  /** How far the record was, so that one sees without a database whether a backup is older than another. */
  record: z.strictObject({ origin: z.string(), size: z.int().min(0) }),
  /** Which keys open what is sealed in it; the keys themselves are never in a backup. */
  keys: z.array(z.strictObject({ purpose: z.enum(purposes), kekId: z.guid() })),
  peopleKeys: z.array(z.string()),
  tables: z.array(Table).min(1),
  sequences: z.array(
    z.strictObject({ name: z.string(), value: z.string().regex(/^\d+$/), called: z.boolean() }),
  ),
});
export type Manifest = z.infer<typeof Manifest>;

const prefix = 'gatehouse-';
const peopleEnd = '.people.gz';
const manifestName = 'manifest.json';

/** Names of one moment, which sort by it: `gatehouse-20261130T194000Z`. */
export const backupName = (takenAt: Date): string =>
  `${prefix}${takenAt.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;

/** The file with the keys of people that belongs to a backup. */
export const peopleFileOf = (backup: string): string => `${backup}${peopleEnd}`;

/** Makes a folder of its own for a backup, whole or not at all, and answers what `fill` does. */
export async function writeWhole<T>(
  folder: string,
  fill: (draft: string) => Promise<T>,
): Promise<T> {
  const draft = `${folder}.part`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  try {
    const filled = await fill(draft);
    await syncFolder(draft);
    await rename(draft, folder);
    await syncFolder(path.dirname(folder));
    return filled;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/** Compresses rows into a file, on disk when this resolves. Answers its hash. */
export async function writeRows(file: string, rows: Readable): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(
    rows,
    createGzip(),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(file, { mode: 0o600, flush: true }),
  );
  return hash.digest('hex');
}

export const rowsIn = (file: string): Readable => {
  const rows = createGunzip();
  pipeline(createReadStream(file), rows).catch((error: Error) => rows.destroy(error));
  return rows;
};

export const tableFile = (folder: string, name: string): string => path.join(folder, `${name}.gz`);

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFile(path.join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`, {
    mode: 0o600,
    flush: true,
  });
}

/** Reads what a backup says is in it, and holds every file against its hash. Throws a Problem with a sentence. */
export async function readBackup(folder: string): Promise<Manifest> {
  const text = await readFile(path.join(folder, manifestName), 'utf8').catch(() => null);
  if (text === null) {
    throw new Problem(
      'not found',
      `There is no backup in ${folder}: it holds no ${manifestName}. Name the folder that gatehouse backup has made.`,
    );
  }
  const read = Manifest.safeParse(jsonOf(text));
  if (!read.success) {
    throw new Problem(
      'not readable',
      `${path.join(folder, manifestName)} is not one that this version can read. Restore it with the version that made it.`,
    );
  }
  for (const { name, sha256 } of read.data.tables) {
    const file = tableFile(folder, name);
    if ((await hashOf(file)) === sha256) continue;
    throw new Problem(
      'not possible',
      `${file} is missing, cut off or changed. Nothing was restored; take another backup.`,
    );
  }
  return read.data;
}

async function hashOf(file: string): Promise<string | null> {
  const hash = createHash('sha256');
  return pipeline(createReadStream(file), hash).then(
    () => hash.digest('hex'),
    () => null,
  );
}

/** The newest keys of people beside a backup: who was erased since stays erased. Null: there are none. */
export async function newestPeopleFile(backup: string): Promise<string | null> {
  const folder = path.dirname(path.resolve(backup));
  const name = path.basename(path.resolve(backup));
  const found = (await readdir(folder)).filter(
    (it) => it.startsWith(prefix) && it.endsWith(peopleEnd) && it >= name,
  );
  const newest = found.toSorted().at(-1);
  return newest === undefined ? null : path.join(folder, newest);
}

/** What backups of a folder are older than a moment: theirs, and theirs alone. */
export async function olderThan(
  folder: string,
  before: Date,
  kind: 'tables' | 'people',
): Promise<readonly string[]> {
  const limit = backupName(before);
  const shape =
    kind === 'people' ? /^gatehouse-\d{8}T\d{6}Z\.people\.gz$/ : /^gatehouse-\d{8}T\d{6}Z$/;
  return (await readdir(folder))
    .filter((name) => shape.test(name) && name < limit)
    .map((name) => path.join(folder, name));
}

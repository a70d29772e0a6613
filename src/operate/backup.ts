import { mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { Problem } from '#app/problem.ts';
import { headOf } from '#ledger/head.ts';
import { syncFolder } from '#ledger/on-disk.ts';
import { noteBackup } from '#store/backups.ts';
import { type DatabaseSeen, seeDatabase } from '#store/database.ts';
import { inDumpedState } from '#store/dump.ts';
import { keysInUse } from '#store/key-rotation.ts';
import {
  backupName,
  olderThan,
  peopleFileOf,
  tableFile,
  writeManifest,
  writeRows,
  writeWhole,
} from './backup-files.ts';
import type { Configuration } from './configuration.ts';
import type { Output } from './local.ts';

/** So long the keys of people are kept in backups: then an erasure has reached all of them. */
const peopleKeysDays = 35;
const dayMs = 24 * 3_600_000;

/**
 * `gatehouse backup DIR`: the database as it is at one moment, while everything goes on. The keys of people in the record
 * go into a file of their own, and the key files into none.
 */
export function backupCommand(configuration: Configuration, { out }: Output): Command {
  return new Command('backup')
    .description('write the database into a folder, while everything goes on (on the server)')
    .argument('[dir]', 'where backups lie; each is a folder in it')
    .option('--keep-days <n>', 'remove backups there that are older')
    .option('--elsewhere', 'only note that you have just backed the database up in your own way')
    .action(async (folder: string | undefined, it: { keepDays?: string; elsewhere?: boolean }) => {
      if ((folder === undefined) !== (it.elsewhere === true)) {
        throw new Problem('not readable', 'Name the folder for backups, or say --elsewhere.');
      }
      if (it.keepDays !== undefined && !/^[1-9]\d{0,4}$/.test(it.keepDays)) {
        throw new Problem('not readable', `--keep-days takes a number, not ${it.keepDays}.`);
      }
      const seen = await seeDatabase({
        dataDirectory: configuration.dataDirectory,
        keysDirectory: configuration.keysDirectory,
        urls: configuration.databaseUrls,
        onConnectionError: () => {},
      });
      try {
        const admin = adminOf(seen);
        if (folder !== undefined) {
          const place = path.resolve(folder);
          await checkPlace(place, configuration);
          for (const line of await write(admin, place)) out(line);
          for (const line of await clearAway(place, it.keepDays)) out(line);
          for (const line of await advice(place, configuration)) out(line);
        }
        await noteBackup(admin);
      } finally {
        await seen.stop();
      }
    });
}

function adminOf({ admin }: DatabaseSeen): NonNullable<DatabaseSeen['admin']> {
  if (admin) return admin;
  throw new Problem(
    'not possible',
    'A backup needs an administrator of the database: set DATABASE_URL to their address.',
  );
}

/** Whoever has keys and database can read everything, so they never lie in one place. */
async function checkPlace(place: string, { keysDirectory }: Configuration): Promise<void> {
  const inside = (inner: string, outer: string) => !path.relative(outer, inner).startsWith('..');
  if (inside(place, keysDirectory) || inside(keysDirectory, place)) {
    throw new Problem(
      'not possible',
      `${place} and the key files in ${keysDirectory} would lie together, and whoever has both can read everything. Name another folder.`,
    );
  }
  await mkdir(place, { recursive: true, mode: 0o700 });
}

async function write(
  admin: NonNullable<DatabaseSeen['admin']>,
  place: string,
): Promise<readonly string[]> {
  return inDumpedState(admin, async ({ takenAt, db, tables, rowsOf, peopleKeys, ...it }) => {
    const backup = path.join(place, backupName(takenAt));
    const record = await headOf(db);
    const people = peopleFileOf(backup);
    // First: a backup without it could not be put back.
    await writeRows(`${people}.part`, rowsOf(peopleKeys));
    await rename(`${people}.part`, people);
    await syncFolder(place);
    await writeWhole(backup, async (draft) => {
      const written = [];
      for (const table of tables) {
        const sha256 = await writeRows(tableFile(draft, table.name), rowsOf(table));
        written.push({ ...table, columns: [...table.columns], sha256 });
      }
      await writeManifest(draft, {
        format: 1,
        takenAt: takenAt.toISOString(),
        migrations: [...it.migrations],
        record: { origin: record.origin, size: record.size },
        keys: (await keysInUse(db)).map(({ purpose, kekId }) => ({ purpose, kekId })),
        peopleKeys: [...peopleKeys.columns],
        tables: written,
        sequences: [...it.sequences],
      });
    });
    return [
      `${backup}: ${tables.length} tables and ${record.size} facts, as they were at ${takenAt.toISOString()}.`,
      `${people}: the keys of people in the record. It goes after ${peopleKeysDays} days, so that who was erased is erased here too.`,
    ];
  });
}

async function clearAway(place: string, keepDays: string | undefined): Promise<readonly string[]> {
  const ago = (days: number) => new Date(Date.now() - days * dayMs);
  const old = [
    ...(await olderThan(place, ago(peopleKeysDays), 'people')),
    ...(keepDays === undefined ? [] : await olderThan(place, ago(Number(keepDays)), 'tables')),
  ];
  for (const it of old) await rm(it, { recursive: true });
  return old.map((it) => `${it} is old, and was removed.`);
}

async function advice(
  place: string,
  { dataDirectory, keysDirectory, databaseUrls }: Configuration,
): Promise<readonly string[]> {
  const [there, here] = await Promise.all([stat(place), stat(dataDirectory).catch(() => null)]);
  const isSameDisk = Object.keys(databaseUrls).length === 0 && there.dev === here?.dev;
  return [
    `The key files in ${keysDirectory} are in no backup. Keep a copy of them in another place than these.`,
    ...(isSameDisk
      ? [`${place} is on the disk of the database: copy it away, or both are lost together.`]
      : []),
  ];
}

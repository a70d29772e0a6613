import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import type pg from 'pg';
import { Problem } from '#app/problem.ts';
import { type Checkpoint, NoteProblem } from '#core/note.ts';
import { beginEpoch } from '#ledger/epoch.ts';
import {
  checkAgainst,
  checkAgainstMark,
  ForkFound,
  noteFork,
  whatToDo,
} from '#ledger/fork-guard.ts';
import { headOf } from '#ledger/head.ts';
import { logKeysOf } from '#ledger/log-keys.ts';
import { type Mark, markIn } from '#ledger/mark.ts';
import { openMirror, signedBy } from '#ledger/mirror.ts';
import { clearFork } from '#ledger/recover.ts';
import { checkDatabase } from '#ledger/upkeep.ts';
import { lookAgainSoon } from '#store/access-checks.ts';
import { openDatabase } from '#store/database.ts';
import { peopleKeysTable } from '#store/dump.ts';
import { erasedSince } from '#store/erasures.ts';
import { KeyProblem, keyFileName, openKeyring, purposes } from '#store/keys.ts';
import { inSnapshot } from '#store/sql.ts';
import { type Manifest, newestPeopleFile, readBackup, rowsIn, tableFile } from './backup-files.ts';
import type { Configuration } from './configuration.ts';
import { recover } from './ledger-upkeep.ts';
import type { Output } from './local.ts';
import { mirrorAt } from './mirror.ts';

/** What `gatehouse restore` ends with: `behind`, nothing is signed and no step acts until a person decides. */
export const restoreCodes = { good: 0, behind: 3 } as const;

interface Options {
  readonly people?: string;
  readonly checkpoint?: string;
  readonly mirror?: string;
  readonly newEpoch?: string;
}

/**
 * `gatehouse restore BACKUP`: fills an empty database with a backup, holds its record against the newest state that is
 * known outside, and brings back from the mirror what was signed since. Where that cannot be, nothing is signed and no
 * step acts, and it says so.
 */
export function restoreCommand(
  configuration: Configuration,
  { out }: Output,
  end: (code: number) => void,
): Command {
  return new Command('restore')
    .description('put a backup into an empty database (on the server, with Gatehouse stopped)')
    .argument('<backup>', 'the folder that gatehouse backup has made')
    .option('--people <file>', 'the keys of people; otherwise the newest beside the backup')
    .option('--mirror <place>', 'where the signed record lies once more; otherwise LEDGER_MIRROR')
    .option('--checkpoint <file>', 'the newest signed state that you know, from a letter or a log')
    .option('--new-epoch <reason>', 'go on under a new name: nothing outside tells what is lost')
    .action(async (backup: string, options: Options) => {
      const restoring = await prepare(configuration, path.resolve(backup), options);
      const { lines, isBehind } = await restore(configuration, restoring);
      for (const line of lines) out(line);
      end(isBehind ? restoreCodes.behind : restoreCodes.good);
    });
}

interface Restoring {
  readonly backup: string;
  readonly manifest: Manifest;
  readonly people: string;
  readonly mark: Mark;
  /** The text of a signed state; null: none was given. */
  readonly note: string | null;
  readonly mirror: ReturnType<typeof mirrorAt> | null;
  readonly newEpoch: string | null;
}

/** All that can be refused is refused before anything is written. */
async function prepare(
  configuration: Configuration,
  backup: string,
  options: Options,
): Promise<Restoring> {
  const manifest = await readBackup(backup);
  await checkKeys(configuration, manifest);
  const people = options.people ?? (await newestPeopleFile(backup));
  if (people === null) {
    throw new Problem(
      'not found',
      `There are no keys of people beside ${backup} (gatehouse-….people.gz). Without them nothing personal in the record can be read again: name the newest with --people.`,
    );
  }
  const place = options.mirror ?? configuration.mirror;
  const mirror = place === undefined ? null : mirrorAt(place, configuration);
  const mark = markIn(configuration.markDirectory);
  const note = options.checkpoint === undefined ? null : await noteIn(options.checkpoint);
  const newEpoch = options.newEpoch ?? null;
  const { origin, size } = manifest.record;
  const isKnown =
    size === 0 ||
    note !== null ||
    newEpoch !== null ||
    (await mark.read()) !== null ||
    ((await mirror?.read(`${origin}/checkpoint`)) ?? null) !== null;
  if (!isKnown) {
    throw new Problem(
      'not possible',
      'Nothing here tells how far the record had come, so that nobody would notice what this backup lacks. Name the mirror ' +
        '(--mirror), or a file with the newest signed state that you have (--checkpoint: from a letter, a log, a witness or a pack). ' +
        'Where there is none: --new-epoch with the reason; it stands in the record for ever.',
    );
  }
  return { backup, manifest, people, mark, note, mirror, newEpoch };
}

async function checkKeys({ keysDirectory }: Configuration, { keys }: Manifest): Promise<void> {
  const keyring = await openKeyring(keysDirectory, purposes);
  for (const { purpose, kekId } of keys) {
    if ((await keyring.refOf(purpose, kekId)) !== null) continue;
    throw new KeyProblem(
      `${keyFileName(purpose)} in ${keysDirectory} is not the key that sealed what lies in this backup. Put the key files of that time there first.`,
    );
  }
}

async function noteIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) throw new Problem('not found', `${file} cannot be read.`);
  return text;
}

async function restore(
  configuration: Configuration,
  it: Restoring,
): Promise<{ lines: readonly string[]; isBehind: boolean }> {
  const { backup, manifest } = it;
  const tables = [...manifest.tables, { name: peopleKeysTable, columns: manifest.peopleKeys }];
  const places = {
    dataDirectory: configuration.dataDirectory,
    keysDirectory: configuration.keysDirectory,
    urls: configuration.databaseUrls,
    onConnectionError: () => {},
  };
  const database = await openDatabase({
    ...places,
    roles: ['scribe'],
    soleAs: 'restore',
    restored: {
      migrations: manifest.migrations,
      sequences: manifest.sequences,
      tables,
      // Cut off from here on, or refused by a check: nobody acts on what is not known to be right.
      filled: (client) =>
        noteFork(
          client,
          `A backup was being put back, and that did not come to its end. ${whatToDo}`,
        ),
      rowsOf: ({ name }) => rowsIn(name === peopleKeysTable ? it.people : tableFile(backup, name)),
    },
  });
  const lines = [
    `${backup} is back: ${tables.length} tables, as they were at ${manifest.takenAt}.`,
    'Who may come in is as it was then too: end what was ended since (gatehouse user disable, forget-passkeys; gatehouse token destroy).',
  ];
  let behind: string | null;
  try {
    const { admin, pools } = database;
    if (!admin) throw new Error('A database was filled without an administrator.');
    await lookAgainSoon(admin, new Date(new Date(manifest.takenAt).getTime() - dayMs));
    const erased = await erasedSince(admin);
    if (erased.length > 0) {
      const who = erased.join(', ');
      lines.push(`Erased since, and to be erased once more (gatehouse person erase): ${who}.`);
    }
    behind = await whyBehind({ admin, scribe: pools.scribe }, it);
    if (it.newEpoch !== null) {
      const made = await beginEpoch(
        { admin, scribe: pools.scribe },
        configuration.markDirectory,
        it.newEpoch,
      );
      behind = null;
      lines.push(`${made.from} goes on as ${made.to}; ${made.lost} signed facts are lost.`);
    } else {
      await clearFork(admin);
      if (behind !== null) await noteFork(admin, behind);
    }
  } finally {
    await database.stop();
  }
  if (behind !== null && it.mirror) {
    try {
      lines.push(...(await recover(configuration, it.mirror)));
      behind = null;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      lines.push(`The mirror does not help: ${error.message}`);
    }
  }
  return behind === null
    ? { lines: [...lines, 'Start Gatehouse (gatehouse serve).'], isBehind: false }
    : { lines: [...lines, behind], isBehind: true };
}

const dayMs = 24 * 3_600_000;

/** Why the record cannot go on as it is; null: it leads from all that is known outside. */
async function whyBehind(
  { admin, scribe }: { readonly admin: pg.Pool; readonly scribe: pg.Pool },
  { mark, note, mirror }: Restoring,
): Promise<string | null> {
  const head = await headOf(scribe);
  const ignored: Mark = { read: async () => null, write: async () => {} };
  const whole = await inSnapshot(scribe, (db) => checkDatabase(db, ignored));
  if (whole && whole.problems.length > 0) {
    throw new Problem(
      'not possible',
      `The record in this backup is not the one that was signed: ${whole.problems.join(' ')} Take another backup, into another empty database.`,
    );
  }
  if (note !== null) await takeAsMark(admin, head.origin, mark, note);
  try {
    await checkAgainstMark(scribe, head, mark);
    const there = mirror && (await openMirror(mirror).newest(scribe, head.origin));
    if (there) await checkAgainst(scribe, head, there, `the mirror ${mirror.place}`);
  } catch (error) {
    if (error instanceof ForkFound) return error.message;
    throw error;
  }
  return null;
}

/** A signed state that somebody kept is the mark from now on, where it is of more. */
async function takeAsMark(db: pg.Pool, origin: string, mark: Mark, note: string): Promise<void> {
  const vkeys = (await logKeysOf(db, origin)).map(({ vkey }) => vkey);
  const signed = await signedBy(vkeys, note).catch((error: unknown): Checkpoint | null => {
    if (error instanceof NoteProblem) return null;
    throw error;
  });
  if (signed?.origin !== origin) {
    throw new Problem(
      'not possible',
      'The state in --checkpoint is not one that a key of this record has signed.',
    );
  }
  const marked = await mark.read();
  if (marked === null || signed.size > marked.size) await mark.write(signed);
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { Problem } from '#app/problem.ts';
import { type SeenTo, seeToRecovered } from '#app/recovery.ts';
import { type Checked, checkLog } from '#ledger/fsck.ts';
import { markIn } from '#ledger/mark.ts';
import type { MirrorStore } from '#ledger/mirror.ts';
import { mirrorFolder } from '#ledger/mirror-folder.ts';
import {
  clearFork,
  RecoveryRefused,
  replayFromMirror,
  stateRecovered,
  unstatedRecovery,
} from '#ledger/recover.ts';
import { checkDatabase, reindex } from '#ledger/upkeep.ts';
import { openDatabase } from '#store/database.ts';
import { openKeyring } from '#store/keys.ts';
import { inSnapshot, inTransaction } from '#store/sql.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import type { Configuration } from './configuration.ts';
import { withDatabase } from './database.ts';
import type { Output } from './local.ts';
import { mirrorAt } from './mirror.ts';

/** What `gatehouse ledger fsck` ends with. */
export const fsckCodes = { good: 0, bad: 1, unreadable: 2, keysFromLog: 4 } as const;

/** `gatehouse ledger recover`, `fsck` and `reindex`: what keeps the record whole, and what brings it back. */
export function addUpkeep(
  ledger: Command,
  configuration: Configuration,
  { out }: Output,
  end: (code: number) => void,
): void {
  ledger
    .command('recover')
    .description(
      'bring back from the mirror what a database lacks that was put back (stop Gatehouse before)',
    )
    .requiredOption('--mirror <place>', 'the folder, or s3://bucket/prefix')
    .action(async ({ mirror }: { mirror: string }) => {
      for (const line of await recover(configuration, mirrorAt(mirror, configuration))) out(line);
    });

  ledger
    .command('fsck')
    .description('hash every fact again, and name the first that is not as it was signed')
    .option(
      '--dir <place>',
      'an export or a mirror, without any database: a folder, or s3://bucket/prefix',
    )
    .option('--keys <file>', 'the keys as they were received another way (gatehouse ledger keys)')
    .action(async ({ dir, keys }: { dir?: string; keys?: string }) => {
      const vkeys = keys === undefined ? null : await keysIn(keys);
      if (dir === undefined) {
        await withDatabase(configuration, 'scribe', async ({ pools }) => {
          const mark = markIn(configuration.markDirectory);
          const checked = await inSnapshot(pools.scribe, (db) => checkDatabase(db, mark));
          end(tell(checked, 'the database', true, out));
        });
        return;
      }
      const store = dir.startsWith('s3:')
        ? mirrorAt(dir, configuration)
        : mirrorFolder(path.resolve(dir));
      end(tell(await checkLog(store, vkeys), dir, vkeys !== null, out));
    });

  ledger
    .command('reindex')
    .description('make anew the index by which facts are found')
    .action(() =>
      withDatabase(configuration, 'scribe', async ({ pools: { scribe } }) => {
        out(`${await inTransaction(scribe, reindex)} facts can be found.`);
      }),
    );
}

function tell(
  checked: Checked | null,
  where: string,
  isTrusted: boolean,
  out: (line: string) => void,
): number {
  if (!checked) {
    out(
      `There is no checkpoint in ${where} that can be read. A mirror has a folder for each log: name that one.`,
    );
    return fsckCodes.unreadable;
  }
  const { checkpoint, signedBy, cosigned, problems, minIndex } = checked;
  for (const problem of problems) out(`✖ ${problem}`);
  if (problems.length > 0) return fsckCodes.bad;
  out(`✔ ${checkpoint.size} facts of ${checkpoint.origin} lead to what was signed.`);
  if (minIndex > 0) {
    out(`✔ Those below ${minIndex} were pruned, as the record says; their hashes are in place.`);
  }
  for (const { name, size } of cosigned) out(`✔ ${size} of them have the signature of ${name}.`);
  if (isTrusted) return fsckCodes.good;
  out('The keys lie with the log. Compare them with those that you received another way:');
  for (const vkey of signedBy) out(vkey);
  return fsckCodes.keysFromLog;
}

async function keysIn(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) throw new Problem('not found', `${file} cannot be read.`);
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** Replays, stops what a person has to look at, says so in the record, and lets go on. Cut off anywhere, it is run again. */
export async function recover(
  configuration: Configuration,
  store: MirrorStore,
): Promise<readonly string[]> {
  const database = await openDatabase({
    dataDirectory: configuration.dataDirectory,
    keysDirectory: configuration.keysDirectory,
    urls: configuration.databaseUrls,
    roles: ['scribe', 'web'],
    onConnectionError: () => {},
  });
  try {
    const { admin, pools } = database;
    if (!admin) {
      throw new Problem(
        'not possible',
        'Recovery needs an administrator of the database: set DATABASE_URL to their address.',
      );
    }
    const mark = markIn(configuration.markDirectory);
    const it = await replayFromMirror(admin, store, mark).catch((error: unknown) => {
      if (error instanceof RecoveryRefused) throw new Problem('not possible', error.message);
      throw error;
    });
    const keyring = await openKeyring(configuration.keysDirectory, ['subject']);
    const keys = openSubjectKeys(keyring);
    const recovered = await unstatedRecovery(pools.scribe);
    const seen = await seeToRecovered({ pool: pools.web, keys }, recovered?.cases ?? []);
    if (recovered) {
      const { from, to, cases } = recovered;
      await inTransaction(pools.scribe, (tx) =>
        stateRecovered(tx, { from, to, cases: cases.length }),
      );
    }
    await clearFork(admin);
    const { from, to, missingRows } = it;
    return [
      `${to - from} facts of ${it.origin} came back: it has ${to}, as was signed.`,
      ...seen.flatMap(linesOf),
      ...(missingRows.length > 0
        ? [
            'The database has nothing of these, of which the record tells:',
            ...missingRows.map((row) => `  ${row}`),
          ]
        : []),
      ...(to > from
        ? [
            'Names, reasons and states of the facts that came back lie in no mirror. Rows are of the earlier day: what was',
            'done after the backup was done in the systems, and is read again when its case is resumed.',
          ]
        : []),
    ];
  } finally {
    await database.stop();
  }
}

function linesOf({ caseId, facts, settled, outcome }: SeenTo): readonly string[] {
  const what = {
    paused: 'it is paused; look at it, then resume it (gatehouse case resume)',
    ended: 'it had ended in the backup already',
    missing: 'it was opened after the backup, and the database has nothing of it',
  }[outcome];
  return [`Case ${caseId}, ${facts} facts: ${what}.`, ...settled.map((it) => `  ${it}`)];
}

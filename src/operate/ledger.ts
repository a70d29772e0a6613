import { Command } from 'commander';
import { Problem } from '#app/problem.ts';
import { Reference } from '#core/fact.ts';
import { beginEpoch } from '#ledger/epoch.ts';
import { newestCheckpoint } from '#ledger/fork-guard.ts';
import { headOf, lockHead } from '#ledger/head.ts';
import { logKeysOf, overlapDays, rotateLogKeys } from '#ledger/log-keys.ts';
import { exportTileTree } from '#ledger/tile-tree.ts';
import type { Database } from '#store/database.ts';
import { installationId } from '#store/installation.ts';
import { openKeyring } from '#store/keys.ts';
import { inSnapshot, inTransaction } from '#store/sql.ts';
import { openVault } from '#store/vault.ts';
import type { Configuration } from './configuration.ts';
import { withDatabase } from './database.ts';
import { addPrune } from './ledger-prune.ts';
import { addUpkeep } from './ledger-upkeep.ts';
import type { Output } from './local.ts';
import { witnessCommand } from './witness.ts';

/**
 * `gatehouse ledger …`: the record as a whole, for whoever may read the data directory. Works beside a
 * running server or without one.
 */
export function ledgerCommand(
  configuration: Configuration,
  output: Output,
  end: (code: number) => void,
): Command {
  const { out, raw } = output;
  const onDatabase = (work: (database: Database<'scribe'>) => Promise<void>) =>
    withDatabase(configuration, 'scribe', work);
  const nothingSigned = new Problem(
    'not found',
    'Nothing was signed yet. Start Gatehouse (gatehouse serve, or gatehouse scribe), and try again.',
  );

  const ledger = new Command('ledger').description('the record as a whole (on the server)');
  ledger
    .command('checkpoint')
    .description('the newest signed state of the record, to be kept elsewhere')
    .action(() =>
      onDatabase(async ({ pools: { scribe } }) => {
        const newest = await newestCheckpoint(scribe, (await headOf(scribe)).origin);
        if (!newest) throw nothingSigned;
        raw(newest.note);
      }),
    );
  ledger
    .command('keys')
    .description('the public keys that sign the record, for those who check it')
    .action(() =>
      onDatabase(async ({ pools: { scribe } }) => {
        const keys = await logKeysOf(scribe, (await headOf(scribe)).origin);
        if (keys.length === 0) throw nothingSigned;
        for (const { vkey } of keys) out(vkey);
      }),
    );
  ledger
    .command('export')
    .description('write the whole record as a tree of tiles that other people’s tools check')
    .argument('<dir>', 'where to; a folder that may be there already')
    .option('--since-size <n>', 'leave out what an export of this size has', '0')
    .action((folder: string, { sinceSize }: { sinceSize: string }) =>
      onDatabase(async ({ pools }) => {
        if (!/^\d{1,15}$/.test(sinceSize)) {
          throw new Problem(
            'not readable',
            `--since-size takes a number of facts, not ${sinceSize}.`,
          );
        }
        const exported = await inSnapshot(pools.scribe, (db) =>
          exportTileTree(db, folder, { sinceSize: Number(sinceSize) }),
        );
        if (!exported) throw nothingSigned;
        const { origin, size, files, waiting, quorumMissed, minIndex } = exported;
        out(`${size} facts of ${origin} in ${files} files: ${folder}`);
        if (minIndex > 0) {
          out(
            `The minimum index is ${minIndex}: facts below it were pruned, and their hashes are there.`,
          );
        }
        if (waiting > 0) out(`${waiting} more are signed, and wait for the witnesses.`);
        if (quorumMissed > 0) {
          out(
            `No state has the signatures of ${quorumMissed} witnesses yet; this one has too few.`,
          );
        }
      }),
    );
  ledger
    .command('rotate-key')
    .description(`make new keys; the old ones sign beside them for ${overlapDays} days`)
    .action(() =>
      onDatabase(async ({ pools: { scribe } }) => {
        const keyring = await openKeyring(configuration.keysDirectory, ['signing']);
        const secrets = openVault({ keyring, installation: await installationId(scribe) });
        const made = await inTransaction(scribe, async (tx) =>
          rotateLogKeys(tx, secrets, await lockHead(tx)),
        );
        if (made.length === 0) throw nothingSigned;
        for (const { vkey } of made) out(vkey);
      }),
    );
  ledger
    .command('new-epoch')
    .description('go on under a new name after the database was put back, or the keys were lost')
    .requiredOption('--reason <text>', 'why; it stands in the record for ever')
    .action(({ reason }: { reason: string }) =>
      onDatabase(async ({ admin, pools }) => {
        if (!Reference.safeParse(reason).success) {
          throw new Problem(
            'not readable',
            'The reason stands open in the record for ever: at most 128 letters, digits, blanks and . _ : / -',
          );
        }
        if (!admin) {
          throw new Problem(
            'not possible',
            'A new epoch needs an administrator of the database: set DATABASE_URL to their address.',
          );
        }
        const { scribe } = pools;
        const it = await beginEpoch({ admin, scribe }, configuration.markDirectory, reason);
        out(`${it.from} goes on as ${it.to}.`);
        if (it.lost > 0) out(`${it.lost} facts that were signed are lost; the record says which.`);
        out(
          'Start Gatehouse again, and give the new keys (gatehouse ledger keys) to those who check.',
        );
      }),
    );
  addPrune(ledger, configuration, output);
  addUpkeep(ledger, configuration, output, end);
  ledger.addCommand(witnessCommand(output));
  return ledger;
}

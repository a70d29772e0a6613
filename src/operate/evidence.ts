import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { Problem } from '#app/problem.ts';
import { type Language, languages } from '#core/language.ts';
import { Period } from '#core/period.ts';
import { whyPruned } from '#ledger/evidence-orders.ts';
import { exportPack, type WantedPack } from '#ledger/exported.ts';
import { witnessPolicy } from '#ledger/witnesses.ts';
import { openKeyring } from '#store/keys.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import type { Configuration } from './configuration.ts';
import { withDatabase } from './database.ts';
import type { Output } from './local.ts';
import { madeWhenSigned } from './pack-waiting.ts';

interface Options {
  readonly out: string;
  readonly withoutPersonalValues?: true;
  readonly language?: Language;
  readonly withoutQuorum?: true;
  readonly since?: string;
  readonly from?: string;
  readonly to?: string;
}

/** `gatehouse evidence CASE`, or `--from DAY --to DAY`: what proves one case, or a period, in one file. */
export function evidenceCommand(configuration: Configuration, { out }: Output): Command {
  return new Command('evidence')
    .description('write what proves one complete case, or a period, into one file (on the server)')
    .argument('[case]', 'its id; left out for a period')
    .requiredOption('--out <file>', 'where to, such as case.zip')
    .option('--from <day>', 'every case that was sealed from this day on (UTC)')
    .option('--to <day>', 'up to the end of this day')
    .option('--without-personal-values', 'leave out names, logins and files')
    .option(
      '--since <file>',
      'a checkpoint that the reader kept: adds the proof that leads from it',
    )
    .option('--without-quorum', 'do not wait for witnesses that have to sign')
    .addOption(new Option('--language <language>', 'of the report').choices(languages))
    .action(async (caseId: string | undefined, it: Options) => {
      const of = wantedOf(caseId, it);
      await withDatabase(configuration, 'scribe', async ({ pools }) => {
        const keyring = await openKeyring(configuration.keysDirectory, ['subject']);
        const wanted = {
          of,
          keys: it.withoutPersonalValues ? null : openSubjectKeys(keyring),
          language: it.language ?? null,
          ...(it.since === undefined ? {} : { since: await sinceIn(it.since) }),
          withheld: new Set<string>(),
          recipient: 'local',
        };
        // Nobody has it before the record says that it was made.
        const unfinished = `${it.out}.part`;
        try {
          const make = (withoutQuorum: boolean) =>
            exportPack(pools.scribe, { ...wanted, withoutQuorum }, (pieces) =>
              writeFile(unfinished, pieces, { mode: 0o600 }),
            );
          const { quorum } = await witnessPolicy(pools.scribe);
          const made = it.withoutQuorum
            ? await make(true)
            : await madeWhenSigned(make, { quorum, say: out });
          if (made.kind === 'not grown') throw new Problem('not possible', made.because);
          if (made.kind === 'pruned') throw new Problem('not possible', whyPruned(made.at));
          if (made.kind !== 'made') throw whyNone(made.kind, caseId);
          await rename(unfinished, it.out);
          out(`${made.size} bytes, SHA-256 ${made.digest}: ${it.out}`);
        } finally {
          await rm(unfinished, { force: true });
        }
      });
    });
}

async function sinceIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text !== null) return text;
  throw new Problem('not readable', `${file} cannot be read.`);
}

function wantedOf(caseId: string | undefined, { from, to }: Options): WantedPack['of'] {
  if (caseId !== undefined && from === undefined && to === undefined) return { caseId };
  const days = Period.safeParse({ from, to });
  if (caseId === undefined && days.success) return days.data;
  throw new Problem(
    'not readable',
    'Say which case, or a period as --from 2026-01-01 --to 2026-03-31; the first day is not after the last.',
  );
}

function whyNone(kind: 'not complete' | 'not signed yet', caseId: string | undefined): Problem {
  return kind === 'not complete'
    ? new Problem(
        'not possible',
        `There is no complete case ${caseId ?? ''}. gatehouse case show says what is open.`,
      )
    : new Problem(
        'not possible',
        'Its last facts are not signed yet. Start Gatehouse, and try again in a moment.',
      );
}

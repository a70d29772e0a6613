import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { Problem } from '#app/problem.ts';
import type { PackFiles, Verdict } from '#core/evidence-check.ts';
import { withGrowth } from '#core/growth.ts';
import { jsonOf } from '#core/json.ts';
import { type Language, languages } from '#core/language.ts';
import { Period } from '#core/period.ts';
import { checkEvidence } from '#core/period-check.ts';
import { Trust } from '#core/trust.ts';
import { unpack } from '#core/unpack.ts';
import { exportPack, type WantedPack } from '#ledger/exported.ts';
import { sha256 } from '#ledger/hash.ts';
import { verifySignature } from '#ledger/log-keys.ts';
import { checkPackStamp } from '#ledger/pack-stamp.ts';
import { witnessPolicy } from '#ledger/witnesses.ts';
import { openKeyring } from '#store/keys.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import type { Configuration } from './configuration.ts';
import { withDatabase } from './database.ts';
import type { Output } from './local.ts';
import { timesSaid } from './pack-times.ts';

interface Options {
  readonly out: string;
  readonly withoutPersonalValues?: true;
  readonly language?: Language;
  readonly withoutQuorum?: true;
  readonly since?: string;
  readonly from?: string;
  readonly to?: string;
}

/** How long a pack waits for witnesses, and how often it looks. */
const patienceMs = 10 * 60_000;
const lookMs = 2_000;

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
          let made = await make(it.withoutQuorum ?? false);
          if (made.kind === 'not signed yet' && quorum > 0 && !it.withoutQuorum) {
            out(`It waits, ten minutes at most, until ${quorum} of the witnesses have signed.`);
            for (const end = performance.now() + patienceMs; performance.now() < end; ) {
              await pause(lookMs);
              made = await make(false);
              if (made.kind !== 'not signed yet') break;
            }
            if (made.kind === 'not signed yet') {
              made = await make(true);
              out(
                'Not enough witnesses have signed: the pack lacks their quorum, and its check says so.',
              );
            }
          }
          if (made.kind === 'not grown') throw new Problem('not possible', made.because);
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

/** What `gatehouse verify` ends with. */
export const verifyCodes = { good: 0, bad: 1, unreadable: 2, keysFromPack: 4 } as const;

/** `gatehouse verify PACK`: needs neither server nor network, and trusts nothing but keys. Answers an exit code. */
export function verifyCommand({ out }: Output, end: (code: number) => void): Command {
  return new Command('verify')
    .description('check an evidence pack, without server or network')
    .argument('<pack>', 'the file')
    .option('--trust <file>', 'trust.json as it was received another way')
    .option('--prev <file>', 'an earlier checkpoint that you kept: the record has grown from it')
    .option('--json', 'print the result as JSON')
    .action(async (file: string, it: { trust?: string; prev?: string; json?: true }) => {
      const trust = it.trust === undefined ? null : await trustIn(it.trust);
      const files = await unpacked(file);
      const kept = it.prev === undefined ? null : await keptIn(it.prev);
      const checked = await checkEvidence(files, {
        sha256,
        verify: verifySignature,
        trust,
        checkStamp: checkPackStamp,
      });
      const verdict = kept === null ? checked : withGrowth(checked, files, kept, sha256);
      if (it.json) out(JSON.stringify(verdict));
      else for (const line of linesOf(verdict, files)) out(line);
      const { bad, keysFromPack, good } = verifyCodes;
      end(verdict.fails ? bad : verdict.keysFromPack ? keysFromPack : good);
    });
}

function linesOf(
  { holds, fails, keysFromPack, signedBy }: Verdict,
  files: PackFiles,
): readonly string[] {
  const checks = holds.map(({ name, detail }) => `✔ ${name}: ${detail}`);
  if (fails) return [...checks, `✖ ${fails.name}: ${fails.detail}`];
  const lines = [...checks, ...(files.has('cases.json') ? [] : timesSaid(files))];
  if (!keysFromPack) return [...lines, 'Everything holds.'];
  return [
    ...lines,
    'Everything holds, by the keys in the pack itself. Compare them with those that you received another way:',
    ...signedBy,
  ];
}

async function keptIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) throw new Unreadable(`${file} cannot be read.`);
  return text;
}

async function trustIn(file: string): Promise<Trust> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) throw new Unreadable(`${file} cannot be read.`);
  const trust = Trust.safeParse(jsonOf(text));
  if (trust.success) return trust.data;
  throw new Unreadable(`${file} is no trust.json of a pack.`);
}

/** A pack that cannot be opened at all. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

async function unpacked(file: string): Promise<PackFiles> {
  const bytes = await readFile(file).catch(() => null);
  if (!bytes) throw new Unreadable(`${file} cannot be read.`);
  const found = unpack(bytes);
  if (found.kind === 'files') return found.files;
  throw new Unreadable(`${file} ${found.because}`);
}

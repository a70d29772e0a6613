import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { zipSync } from 'fflate';
import { Problem } from '#app/problem.ts';
import { checkPack, type PackFiles, type Verdict } from '#core/evidence-check.ts';
import { Trust } from '#core/trust.ts';
import { unpack } from '#core/unpack.ts';
import { evidenceOf } from '#ledger/evidence.ts';
import { sha256 } from '#ledger/hash.ts';
import { verifySignature } from '#ledger/log-keys.ts';
import { checkPackStamp } from '#ledger/pack-stamp.ts';
import { openKeyring } from '#store/keys.ts';
import { inSnapshot } from '#store/sql.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import type { Configuration } from './configuration.ts';
import { withDatabase } from './database.ts';
import type { Output } from './local.ts';
import { timesSaid } from './pack-times.ts';

/** `gatehouse evidence CASE`: what proves one case, in one file. */
export function evidenceCommand(configuration: Configuration, { out }: Output): Command {
  return new Command('evidence')
    .description('write what proves one complete case into one file (on the server)')
    .argument('<case>', 'its id')
    .requiredOption('--out <file>', 'where to, such as case.zip')
    .option('--without-personal-values', 'leave out names, logins and files')
    .action(async (caseId: string, it: { out: string; withoutPersonalValues?: true }) => {
      await withDatabase(configuration, 'scribe', async ({ pools }) => {
        const keyring = await openKeyring(configuration.keysDirectory, ['subject']);
        const keys = it.withoutPersonalValues ? null : openSubjectKeys(keyring);
        const evidence = await inSnapshot(pools.scribe, (db) => evidenceOf(db, keys, caseId));
        if (evidence.kind === 'not complete') {
          throw new Problem(
            'not possible',
            `There is no complete case ${caseId}. gatehouse case show says what is open.`,
          );
        }
        if (evidence.kind === 'not signed yet') {
          throw new Problem(
            'not possible',
            'Its last facts are not signed yet. Start Gatehouse, and try again in a moment.',
          );
        }
        await writeFile(it.out, zipped(evidence.files), { mode: 0o600 });
        out(`${evidence.files.size} files: ${it.out}`);
      });
    });
}

/** The same content gives the same bytes: one date for all. */
export const zipped = (files: PackFiles): Uint8Array =>
  zipSync(Object.fromEntries(files), { mtime: new Date(1980, 0, 1), level: 9 });

/** What `gatehouse verify` ends with. */
export const verifyCodes = { good: 0, bad: 1, unreadable: 2, keysFromPack: 4 } as const;

/** `gatehouse verify PACK`: needs neither server nor network, and trusts nothing but keys. Answers an exit code. */
export function verifyCommand({ out }: Output, end: (code: number) => void): Command {
  return new Command('verify')
    .description('check an evidence pack, without server or network')
    .argument('<pack>', 'the file')
    .option('--trust <file>', 'trust.json as it was received another way')
    .option('--json', 'print the result as JSON')
    .action(async (file: string, it: { trust?: string; json?: true }) => {
      const trust = it.trust === undefined ? null : await trustIn(it.trust);
      const files = await unpacked(file);
      const verdict = await checkPack(files, {
        sha256,
        verify: verifySignature,
        trust,
        checkStamp: checkPackStamp,
      });
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
  const lines = [...checks, ...timesSaid(files)];
  if (!keysFromPack) return [...lines, 'Everything holds.'];
  return [
    ...lines,
    'Everything holds, by the keys in the pack itself. Compare them with those that you received another way:',
    ...signedBy,
  ];
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

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

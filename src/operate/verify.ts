import { readFile } from 'node:fs/promises';
import { inflateRawSync } from 'node:zlib';
import { Command } from 'commander';
import type { PackFiles, Verdict } from '#core/evidence-check.ts';
import { checkpointText, withGrowth } from '#core/growth.ts';
import { jsonOf } from '#core/json.ts';
import { checkEvidence } from '#core/period-check.ts';
import { Trust } from '#core/trust.ts';
import { unpack } from '#core/unpack.ts';
import { sha256 } from '#ledger/hash.ts';
import { verifySignature } from '#ledger/log-keys.ts';
import { checkPackStamp } from '#ledger/pack-stamp.ts';
import type { Output } from './local.ts';
import { timesSaid } from './pack-times.ts';

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
      const parts = { sha256, verify: verifySignature, trust };
      const checked = await checkEvidence(files, { ...parts, checkStamp: checkPackStamp });
      const verdict = await withGrowth(checked, files, { ...parts, kept });
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

async function keptIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) throw new Unreadable(`${file} cannot be read.`);
  const checkpoint = checkpointText(text);
  if (checkpoint !== null) return checkpoint;
  throw new Unreadable(`${file} is no checkpoint of a record.`);
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

const smallestChunkBytes = 64; // zlib takes no less
const largestChunkBytes = 64 * 1024 * 1024;

async function unpacked(file: string): Promise<PackFiles> {
  const bytes = await readFile(file).catch(() => null);
  if (!bytes) throw new Unreadable(`${file} cannot be read.`);
  const found = unpack(bytes, (packed, sizeBytes) =>
    inflateRawSync(packed, {
      maxOutputLength: Math.max(1, sizeBytes),
      // In one piece, as long as it may claim what it likes.
      chunkSize: Math.min(Math.max(smallestChunkBytes, sizeBytes), largestChunkBytes),
    }),
  );
  if (found.kind === 'files') return found.files;
  throw new Unreadable(`${file} ${found.because}`);
}

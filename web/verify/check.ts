import './no-eval.ts';
import type { PackFiles, Verdict } from '#core/evidence-check.ts';
import { checkpointText, withGrowth } from '#core/growth.ts';
import { jsonOf } from '#core/json.ts';
import { checkEvidence } from '#core/period-check.ts';
import { Trust } from '#core/trust.ts';
import { largestPackBytes, unpack } from '#core/unpack.ts';
import { sha256, verify } from './cryptography.ts';
import { checkStampHere } from './time-stamp.ts';

// The check of a pack, as `verify.html` and the pages of Gatehouse run it.

/** What a file that was chosen holds; or why it does not, in a sentence that goes on from its name. */
export type Read<It> = { readonly it: It } | { readonly because: string };

const largestTrustBytes = 1024 * 1024;
/** A checkpoint with 16 signatures of 3.3 kB has less. */
const largestCheckpointBytes = 64 * 1024;

export async function readPack(file: File): Promise<Read<PackFiles>> {
  if (file.size > largestPackBytes) return { because: 'is too large for a pack.' };
  const found = unpack(new Uint8Array(await file.arrayBuffer()));
  return found.kind === 'files' ? { it: found.files } : found;
}

export async function readTrust(file: File): Promise<Read<Trust>> {
  const text = file.size > largestTrustBytes ? '' : await file.text();
  const read = Trust.safeParse(jsonOf(text));
  return read.success ? { it: read.data } : { because: 'is no trust.json of a pack.' };
}

export async function readKept(file: File): Promise<Read<string>> {
  const it = checkpointText(file.size > largestCheckpointBytes ? '' : await file.text());
  return it === null ? { because: 'is no checkpoint of a record.' } : { it };
}

export interface Checked {
  readonly verdict: Verdict;
  /** Whether time stamps could be looked at. */
  readonly withStamps: boolean;
  /** Whether the record was held against a state that was kept. */
  readonly withKept: boolean;
}

/** What a page has checked: files as they were chosen. */
export interface PackageAsked {
  readonly pack: File;
  readonly trust: File | null;
  readonly kept: File | null;
  /** Keys that are known otherwise; they count where no file was chosen. */
  readonly known: Trust | null;
}

/** What that came to, or which of the files could not be read. */
export type PackageFound =
  | Checked
  | { readonly of: 'pack' | 'trust' | 'kept'; readonly because: string };

/** Checks the files of a pack. `trust` null: by the keys in the pack itself. `kept`: a checkpoint from before; null: none. */
export async function checkFiles(
  files: PackFiles,
  it: { readonly trust: Trust | null; readonly kept: string | null },
): Promise<Checked> {
  const parts = { sha256, verify, trust: it.trust };
  const checkStamp = checkStampHere();
  const checked = await checkEvidence(files, { ...parts, checkStamp });
  const verdict = await withGrowth(checked, files, { ...parts, kept: it.kept });
  return { verdict, withStamps: checkStamp !== null, withKept: it.kept !== null };
}

import { readProof } from './add-checkpoint.ts';
import { isSignedBy, keysFor, signersBy } from './cosigned.ts';
import { type PackFiles, textOf, type Verdict } from './evidence-check.ts';
import { type Checkpoint, NoteProblem, readCheckpoint, readNote, type Verify } from './note.ts';
import type { Sha256 } from './proof.ts';
import { provesConsistency } from './tree-proof.ts';
import { Trust } from './trust.ts';

/** A checkpoint as it was kept, also by a program for mail that ends lines otherwise; null: it is none. */
export function checkpointText(kept: string): string | null {
  try {
    const text = kept.replaceAll('\r\n', '\n');
    checkpointIn(text);
    return text;
  } catch (error) {
    if (error instanceof NoteProblem) return null;
    throw error;
  }
}

/** What growth is checked with. */
export interface GrowthParts {
  readonly sha256: Sha256;
  readonly verify: Verify;
  /** Null: the keys in the pack. */
  readonly trust: Trust | null;
  /** The checkpoint that whoever checks has kept; null: none. */
  readonly kept: string | null;
}

/**
 * Adds to the check of a pack whether its record has grown from earlier states: from those whose proofs lie in
 * the pack, and from the one that whoever checks has kept. An earlier state is believed once the log has signed
 * it. What was found before has to hold: the checkpoint of the pack is taken as it is.
 */
export async function withGrowth(
  verdict: Verdict,
  files: PackFiles,
  parts: GrowthParts,
): Promise<Verdict> {
  if (verdict.fails) return verdict;
  try {
    const details = [
      ...(await growthInPack(files, parts)),
      ...(parts.kept === null ? [] : [await growthFrom(parts.kept, files, parts)]),
    ];
    const found = details.map((detail) => ({ name: 'growth', detail }));
    return { ...verdict, holds: [...verdict.holds, ...found] };
  } catch (error) {
    if (!(error instanceof NoteProblem)) throw error;
    return { ...verdict, fails: { name: 'growth', detail: error.message } };
  }
}

const checkpointName = /^checkpoint\.(\d{1,15})$/;
const proofName = /^consistency\.(\d{1,15})-(\d{1,15})$/;

/** Each earlier checkpoint in the pack comes with its proof, and each proof with its checkpoint. */
async function growthInPack(files: PackFiles, parts: GrowthParts): Promise<readonly string[]> {
  const now = checkpointIn(textOf(files.get('checkpoint')!));
  const sizes = new Set<string>();
  for (const name of files.keys()) {
    const [, alone] = checkpointName.exec(name) ?? [];
    const [, from, to] = proofName.exec(name) ?? [];
    if (from !== undefined && to !== String(now.size)) {
      throw new NoteProblem(`${name} does not lead to the ${now.size} facts of the pack.`);
    }
    if (alone !== undefined) sizes.add(alone);
    if (from !== undefined) sizes.add(from);
  }
  const found: string[] = [];
  for (const size of sizes) {
    const name = `checkpoint.${size}`;
    const file = files.get(name);
    if (!file)
      throw new NoteProblem(`${name} is missing, and a proof that leads from it is there.`);
    const note = textOf(file);
    if (String(checkpointIn(note).size) !== size) {
      throw new NoteProblem(`${name} is not of ${size} facts.`);
    }
    await demandGrowth(note, files, { ...parts, what: `the checkpoint in the pack (${name})` });
    found.push(`the record has grown from the ${size} facts of ${name}, which lies in the pack`);
  }
  return found;
}

async function growthFrom(kept: string, files: PackFiles, parts: GrowthParts): Promise<string> {
  const size = await demandGrowth(kept, files, { ...parts, what: 'the checkpoint that was kept' });
  return `the record has grown from the ${size} facts of the checkpoint that was kept`;
}

const checkpointIn = (note: string): Checkpoint => readCheckpoint(readNote(note).body);

async function demandGrowth(
  note: string,
  files: PackFiles,
  { sha256, what, ...parts }: GrowthParts & { readonly what: string },
): Promise<number> {
  const earlier = checkpointIn(note);
  const now = checkpointIn(textOf(files.get('checkpoint')!));
  if (earlier.origin !== now.origin) {
    throw new NoteProblem(
      `${capital(what)} is of ${earlier.origin}, and the pack of ${now.origin}: another record, or another epoch of ` +
        'it. Ask for the fact log.continued, which says why the name changed and what was lost.',
    );
  }
  await demandSigned(note, earlier, files, { sha256, what, ...parts });
  if (earlier.size > now.size) {
    throw new NoteProblem(
      `${capital(what)} has ${earlier.size} facts, and the pack ${now.size}: ask for a newer pack.`,
    );
  }
  const name = `consistency.${earlier.size}-${now.size}`;
  const file = files.get(name);
  if (!file && earlier.size !== now.size && earlier.size > 0) {
    throw new NoteProblem(
      `The pack holds no proof from the ${earlier.size} facts of ${what} (${name}); have it made with gatehouse ` +
        'evidence --since.',
    );
  }
  const proof = file ? readProof(textOf(file)) : [];
  if (!provesConsistency(sha256, earlier, now, proof)) {
    throw new NoteProblem(
      `The record has not grown from the ${earlier.size} facts of ${what}: it was rewritten, or the proof was changed.`,
    );
  }
  return earlier.size;
}

/** An earlier state that nobody signed would prove nothing: anybody can write one down that fits. */
async function demandSigned(
  note: string,
  earlier: Checkpoint,
  files: PackFiles,
  { sha256, verify, trust, what }: GrowthParts & { readonly what: string },
): Promise<void> {
  const known = trust ?? Trust.parse(JSON.parse(textOf(files.get('trust.json')!)));
  const keys = keysFor(known, earlier);
  const { signed } = await signersBy(readNote(note), keys, known, { sha256, verify });
  if (isSignedBy(earlier.origin, signed)) return;
  throw new NoteProblem(
    `${capital(what)} proves nothing: no known key of ${earlier.origin} has signed its ${earlier.size} facts.`,
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

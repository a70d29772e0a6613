import { addCheckpointText } from '#core/add-checkpoint.ts';
import {
  type Checkpoint,
  keyIdOf,
  NoteProblem,
  type NoteSignature,
  readNote,
  signersOf,
} from '#core/note.ts';
import type { Pool } from '#store/sql.ts';
import { consistencyProof } from './consistency.ts';
import { type KnownWitness, keepCosignature, lastCosigned } from './cosignatures.ts';
import { ForkFound, newestCheckpoint, whatToDo } from './fork-guard.ts';
import { sha256 } from './hash.ts';
import { verifySignature } from './log-keys.ts';

/** A witness that can be asked. */
export interface ReachableWitness extends KnownWitness {
  /** Its submission prefix, without a slash at the end. */
  readonly url: string;
}

export interface AskOptions {
  readonly fetch: typeof globalThis.fetch;
  /** Ends the question. */
  readonly signal: AbortSignal;
}

/** What came of asking a witness. */
export type Asked =
  | { readonly kind: 'cosigned'; readonly size: number }
  | { readonly kind: 'nothing signed yet' }
  | { readonly kind: 'failed'; readonly problem: string };

type Signed = Checkpoint & { readonly note: string };

/** A witness that has moved on meanwhile is asked again, from where it is. */
const attempts = 4;
const largestBytes = 64 * 1024;
/** The year 9999: nothing later fits a time in PostgreSQL's and our own calendar. */
const lastSecond = 253_402_300_799n;

/**
 * Asks one witness to sign the newest checkpoint (C2SP tlog-witness), and keeps what it answers. Throws
 * `ForkFound` where it has signed more than this database knows of, or another tree.
 */
export async function askWitness(
  pool: Pool,
  origin: string,
  witness: ReachableWitness,
  options: AskOptions,
): Promise<Asked> {
  const newest = await newestCheckpoint(pool, origin);
  if (!newest) return { kind: 'nothing signed yet' };
  let signed: Signed = newest;
  let from = await lastCosigned(pool, origin, witness.key);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const answer = await submit(pool, signed, from, witness, options);
    if ('problem' in answer) return { kind: 'failed', problem: answer.problem };
    if ('size' in answer) {
      if (answer.size > signed.size) signed = await demandKnown(pool, origin, witness, answer.size);
      from = answer.size;
      continue;
    }
    if ('isOther' in answer) {
      throw new ForkFound(
        `The witness ${witness.name} says that the ${signed.size} facts that were signed have not grown from ` +
          `the ${from} that it has signed. ${whatToDo}`,
      );
    }
    const found = await signatureIn(answer.text, signed.note, witness);
    if (!found) return failed('its signature does not hold, or states no time');
    await keepCosignature(pool, { origin, size: signed.size, witness, ...found });
    return { kind: 'cosigned', size: signed.size };
  }
  return failed('it names another size each time it is asked');
}

const failed = (problem: string): Asked => ({ kind: 'failed', problem });

/** Another process may have published more meanwhile. What nobody published here, another history did. */
async function demandKnown(
  pool: Pool,
  origin: string,
  witness: ReachableWitness,
  size: number,
): Promise<Signed> {
  const newest = await newestCheckpoint(pool, origin);
  if (newest && newest.size >= size) return newest;
  throw new ForkFound(
    `The witness ${witness.name} has signed ${size} facts of the record, and ${newest?.size ?? 0} are known to ` +
      `have been signed here: a database of an earlier day was put back. ${whatToDo}`,
  );
}

type Answer =
  | { readonly text: string }
  /** Where the witness is. */
  | { readonly size: number }
  | { readonly isOther: true }
  | { readonly problem: string };

async function submit(
  pool: Pool,
  signed: Signed,
  oldSize: number,
  { url }: ReachableWitness,
  { fetch, signal }: AskOptions,
): Promise<Answer> {
  const proof = await consistencyProof(pool, oldSize, signed.size);
  const body = addCheckpointText({ oldSize, proof, checkpoint: signed.note });
  try {
    const response = await fetch(`${url}/add-checkpoint`, {
      method: 'POST',
      body,
      signal,
      redirect: 'error',
    });
    const text = await textOf(response);
    if (response.status === 200) return { text };
    if (response.status === 422) return { isOther: true };
    const [, size] = /^(0|[1-9]\d{0,14})\n$/.exec(text) ?? [];
    if (response.status === 409 && size !== undefined) return { size: Number(size) };
    return { problem: meanings[response.status] ?? `it answered with ${response.status}` };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    if (signal.aborted) return { problem: 'it did not answer in time' };
    return { problem: `it cannot be reached: ${cause instanceof Error ? cause.message : cause}` };
  }
}

const meanings: Readonly<Record<number, string>> = {
  400: 'it does not understand the request (400)',
  403: 'it knows none of the keys that sign the record; give it those of gatehouse ledger keys (403)',
  404: 'it does not know this log; give it the keys of gatehouse ledger keys (404)',
};

async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > largestBytes) throw new Error('it answers with more than 64 kB');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Its own signature among those that a witness answered with, once it holds. */
async function signatureIn(
  lines: string,
  note: string,
  { key }: ReachableWitness,
): Promise<{ signature: NoteSignature; atSeconds: bigint } | null> {
  try {
    const { body } = readNote(note);
    const answered = readNote(`${body}\n${lines}`);
    const [signer] = await signersOf(answered, [key], { sha256, verify: verifySignature });
    const at = signer?.atSeconds;
    const id = keyIdOf(sha256, key);
    const signature = answered.signatures.find((it) => it.name === key.name && it.keyId === id);
    if (!signature || at === undefined || at === null || at === 0n || at > lastSecond) return null;
    return { signature, atSeconds: at };
  } catch (error) {
    if (error instanceof NoteProblem) return null;
    throw error;
  }
}

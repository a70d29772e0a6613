import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { type AddCheckpoint, readAddCheckpoint } from '#core/add-checkpoint.ts';
import { jsonOf } from '#core/json.ts';
import {
  type Checkpoint,
  hex,
  keyIdOf,
  type Note,
  type NoteKey,
  NoteProblem,
  noteText,
  readCheckpoint,
  readNote,
  signatureBytes,
  signatureLine,
  signedMessage,
  signersOf,
  vkeyOf,
} from '#core/note.ts';
import { provesConsistency } from '#core/tree-proof.ts';
import { sha256 } from './hash.ts';
import { keyOf, type LogKey, verifySignature } from './log-keys.ts';
import { syncFolder, writeOnDisk } from './on-disk.ts';

/**
 * A witness (C2SP tlog-witness) signs that a log has only ever grown: of each log it remembers the largest
 * tree it has signed, and signs no other than one that has grown from it. It needs no database.
 */
export interface Witness {
  /** Its public key, for those whose log it watches and those who check. */
  readonly vkey: string;
  /** What a request to add a checkpoint is answered with. */
  add(request: string): Promise<Answer>;
  /** The newest signed checkpoint of a log, by the SHA-256 of its name in hex; null: none. */
  newestOf(originHash: string): Promise<string | null>;
}

/** As HTTP says it. */
export interface Answer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly text: string;
}

const State = z.strictObject({
  v: z.literal(1),
  name: z.string().min(1),
  /** PKCS#8 in base64. */
  key: z.base64(),
  /** By the name of the log: its newest checkpoint, with the signatures of the log and ours. */
  logs: z.record(z.string(), z.string()),
});
type State = z.infer<typeof State>;

export interface WitnessOptions {
  /** Holds the key and all it remembers; made at the first start. */
  readonly file: string;
  readonly name: string;
  /** The keys of the logs that it watches. */
  readonly logs: readonly NoteKey[];
  readonly now: () => Date;
}

/** Opens a witness. Throws a NoteProblem where its file is that of another, or none. */
export async function openWitness(options: WitnessOptions): Promise<Witness> {
  const { file, name, logs, now } = options;
  const first = (await stateIn(file)) ?? (await begin(file, name));
  if (first.name !== name) {
    throw new NoteProblem(`${file} is of the witness ${first.name}, and not of ${name}.`);
  }
  const der = { key: Buffer.from(first.key, 'base64'), format: 'der', type: 'pkcs8' } as const;
  const own = keyOf(name, 'cosignature', createPrivateKey(der));

  // One after the other: what is compared is what is replaced, so that no answer is older than the one before it.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };

  return {
    vkey: vkeyOf(sha256, own.key),
    add: (request) =>
      inTurn(async () => {
        // From the disk, since that is what holds after the power was cut.
        const state = await demandState(file);
        const judged = await judge(request, logs, state);
        if ('status' in judged) return judged;
        const { note, checkpoint } = judged;
        const line = cosign(own, note.body, now());
        const checked = noteText({ body: note.body, signatures: note.signatures }) + line;
        const after = { ...state, logs: { ...state.logs, [checkpoint.origin]: checked } };
        await remember(file, after);
        return { status: 200, text: line };
      }),
    async newestOf(originHash) {
      const entries = Object.entries((await demandState(file)).logs);
      const found = entries.find(([origin]) => hex(sha256(Buffer.from(origin))) === originHash);
      return found?.[1] ?? null;
    },
  };
}

interface Good {
  /** With those signatures alone that were checked. */
  readonly note: Note;
  readonly checkpoint: Checkpoint;
}

/** Whether a checkpoint may be signed, in the order that the protocol asks for. */
async function judge(text: string, logs: readonly NoteKey[], state: State): Promise<Good | Answer> {
  const read = reading(text);
  if ('status' in read) return read;
  const { request, note, checkpoint } = read;
  const known = logs.filter((key) => key.name === checkpoint.origin);
  if (known.length === 0)
    return no(404, `${checkpoint.origin} is not among the logs watched here.`);
  const checked = await signaturesOf(note, known);
  if ('status' in checked) return checked;

  if (request.oldSize > checkpoint.size) return no(400, 'The old size is larger than the new one.');
  const before = state.logs[checkpoint.origin];
  const old = before === undefined ? null : readCheckpoint(readNote(before).body);
  const oldSize = old?.size ?? 0;
  if (request.oldSize !== oldSize) return { status: 409, text: `${oldSize}\n` };
  const earlier = old ?? { size: 0, root: sha256() };
  if (checkpoint.size === 0 && !sha256().equals(checkpoint.root)) {
    return no(422, 'An empty tree has another root.');
  }
  if (!provesConsistency(sha256, earlier, checkpoint, request.proof)) {
    return no(422, `The tree has not grown from the ${oldSize} facts that were signed here.`);
  }
  return { note: { body: note.body, signatures: checked.signatures }, checkpoint };
}

function reading(
  text: string,
): { request: AddCheckpoint; note: Note; checkpoint: Checkpoint } | Answer {
  try {
    const request = readAddCheckpoint(text);
    const note = readNote(request.checkpoint);
    return { request, note, checkpoint: readCheckpoint(note.body) };
  } catch (error) {
    if (error instanceof NoteProblem) return no(400, error.message);
    throw error;
  }
}

/** The signatures of known keys; all of them have to hold, and there has to be one. */
async function signaturesOf(
  note: Note,
  known: readonly NoteKey[],
): Promise<Pick<Note, 'signatures'> | Answer> {
  try {
    const signers = await signersOf(note, known, { sha256, verify: verifySignature });
    const ids = new Set(signers.map(({ key }) => keyIdOf(sha256, key)));
    const signatures = note.signatures.filter((it) => ids.has(it.keyId));
    return signatures.length > 0 ? { signatures } : no(403, 'No key known here has signed it.');
  } catch (error) {
    if (error instanceof NoteProblem) return no(403, error.message);
    throw error;
  }
}

const no = (status: Answer['status'], why: string): Answer => ({ status, text: `${why}\n` });

function cosign({ key, sign }: LogKey, body: string, now: Date): string {
  const at = BigInt(Math.floor(now.getTime() / 1_000));
  const bytes = signatureBytes(sign(signedMessage(key, body, at)), at);
  return signatureLine({ name: key.name, keyId: keyIdOf(sha256, key), bytes });
}

async function stateIn(file: string): Promise<State | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const state = State.safeParse(jsonOf(text));
  if (state.success) return state.data;
  throw new NoteProblem(
    `${file} is not the file of a witness. Without it a witness knows nothing of what it has signed: never go on ` +
      'with an older copy; begin another witness, under another name.',
  );
}

async function demandState(file: string): Promise<State> {
  const state = await stateIn(file);
  if (state) return state;
  throw new Error(`${file}, in which this witness remembers what it has signed, is gone.`);
}

async function begin(file: string, name: string): Promise<State> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  const state: State = { v: 1, name, key, logs: {} };
  await remember(file, state);
  return state;
}

/** There for good when this resolves: a cut of the power leaves either the old state or the new one. */
async function remember(file: string, state: State): Promise<void> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeOnDisk(file, `${JSON.stringify(state, null, 2)}\n`);
  await syncFolder(folder);
}

import {
  type Checkpoint,
  type Note,
  NoteProblem,
  noteText,
  readNote,
  readVkey,
  type Signed,
  signatureLine,
  signersOf,
  vkeyOf,
} from '#core/note.ts';
import { type Db, sql } from '#store/sql.ts';
import { sha256 } from './hash.ts';
import { logKeysOf, verifySignature } from './log-keys.ts';
import { type MirrorStore, signedBy } from './mirror.ts';
import { rootAt } from './tiles.ts';
import { witnessPolicy } from './witnesses.ts';

/**
 * Brings back from a mirror what witnesses have signed of states up to this one, once its tiles are there. Only what the
 * keys of the log and a witness that the database knows have signed is taken; what does not fit is left where it is, and
 * `gatehouse ledger fsck --dir` names it.
 */
export async function recoverCosigned(
  tx: Db,
  store: MirrorStore,
  { origin, size }: Pick<Checkpoint, 'origin' | 'size'>,
): Promise<void> {
  const vkeys = (await logKeysOf(tx, origin)).map(({ vkey }) => vkey);
  const { witnesses } = await witnessPolicy(tx);
  const known = witnesses.map(({ vkey }) => readVkey(sha256, vkey));
  for (const name of await store.list(`${origin}/checkpoints`)) {
    const text = (await store.read(`${origin}/checkpoints/${name}`))?.toString('utf8');
    if (text === undefined) continue;
    try {
      const state = await signedBy(vkeys, text);
      if (state.origin !== origin || state.size > size) continue;
      if (!(await rootAt(tx, state.size)).equals(state.root)) continue;
      const note = readNote(text);
      const parts = { sha256, verify: verifySignature };
      await keepState(tx, state, note);
      for (const it of await signersOf(note, known, parts)) await keepLine(tx, state, note, it);
    } catch (error) {
      if (!(error instanceof NoteProblem)) throw error;
    }
  }
}

/** Time stamps are over the note with the lines of the log alone. */
async function keepState(tx: Db, { origin, size, root }: Checkpoint, note: Note): Promise<void> {
  const own = note.signatures.filter(({ name }) => name === origin);
  await tx.query(sql`
    insert into ledger.checkpoint (origin, size, root, note)
    values (${origin}, ${size}, ${Buffer.from(root)}, ${noteText({ ...note, signatures: own })})
        on conflict (origin, size) do nothing
  `);
}

async function keepLine(
  tx: Db,
  { origin, size }: Checkpoint,
  { signatures }: Note,
  { key, atSeconds }: Signed,
): Promise<void> {
  const [, keyId] = vkeyOf(sha256, key).split('+');
  const line = signatures.find((it) => it.name === key.name && it.keyId === keyId);
  if (!line) return;
  await tx.query(sql`
    insert into ledger.cosignature (origin, size, key_id, line, at)
    values (${origin}, ${size}, decode(${line.keyId}, 'hex'), ${signatureLine(line)},
            to_timestamp(${Number(atSeconds)}))
        on conflict (origin, size, key_id) do nothing
  `);
}

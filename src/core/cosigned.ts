import { type Note, readVkey, type Signed, signersOf, type Verify, vkeyOf } from './note.ts';
import type { Sha256 } from './proof.ts';
import type { Trust } from './trust.ts';

/** The keys with which a log may have signed a tree of this size. */
export const keysFor = (
  trust: Trust,
  { origin, size }: { origin: string; size: number },
): readonly string[] =>
  trust.logs
    .filter((log) => log.origin === origin)
    .flatMap(({ keys }) => keys)
    .filter((it) => it.from_size <= size && (it.to_size === null || size <= it.to_size))
    .map(({ vkey }) => vkey);

/** Which known keys have signed a note, and whether enough of the witnesses have. */
export interface Signers {
  readonly signed: readonly Signed[];
  /** Names of the witnesses that have signed. */
  readonly witnesses: readonly string[];
  /** How many have to have. */
  readonly needed: number;
}

/** Reads the signatures of a note by the keys of its log and the witnesses of a trust. */
export async function signersBy(
  note: Note,
  logKeys: readonly string[],
  trust: Trust,
  crypto: { readonly sha256: Sha256; readonly verify: Verify },
): Promise<Signers> {
  const known = trust.witnesses ?? [];
  const keys = [...logKeys, ...known.map(({ vkey }) => vkey)].map((it) =>
    readVkey(crypto.sha256, it),
  );
  const signed = await signersOf(note, keys, crypto);
  const vkeys = new Set(signed.map(({ key }) => vkeyOf(crypto.sha256, key)));
  return {
    signed,
    witnesses: known.filter(({ vkey }) => vkeys.has(vkey)).map(({ name }) => name),
    needed: trust.quorum === undefined || trust.quorum === 'none' ? 0 : trust.quorum,
  };
}

/** Whether the log itself has signed, with the key that every log has. */
export const isSignedBy = (origin: string, signed: readonly Signed[]): boolean =>
  signed.some(({ key }) => key.name === origin && key.type === 'ed25519');

import { textAt } from '#core/event-rows.ts';
import { jsonOf } from '#core/json.ts';

/** A change of keys, as the record itself tells of it. */
export interface Rotation {
  /** Of the fact. */
  readonly index: number;
  readonly old: string;
  readonly new: string;
}

/** The change of keys that a leaf tells of; null: it tells of something else. */
export function rotationIn(leaf: Buffer, index: number): Rotation | null {
  if (!leaf.includes('"key.rotated"')) return null;
  const body = jsonOf(leaf.toString('utf8'));
  const [old, made] = [textAt(body, 'data', 'old'), textAt(body, 'data', 'new')];
  if (textAt(body, 'type') !== 'key.rotated' || old === null || made === null) return null;
  return { index, old, new: made };
}

/** What is known of the keys of a log: those of now, and those before them. */
export interface KnownKeys {
  /** All that ever signed. */
  readonly vkeys: readonly string[];
  /** Those of which one has to have signed a state of this size: made by then, and not replaced by then. */
  at(size: number): readonly string[];
}

/** The keys of now, and those of earlier times, for which the record that they have signed vouches. */
export function knownKeys(
  origin: string,
  now: readonly string[],
  rotations: readonly Rotation[],
): KnownKeys {
  const own = rotations.filter((it) => it.old.startsWith(`${origin}+`));
  const all = [...new Set([...now, ...own.flatMap((it) => [it.old, it.new])])];
  return {
    vkeys: all,
    at: (size) =>
      all.filter((vkey) => {
        const made = own.find((it) => it.new === vkey)?.index ?? -1;
        const replaced = own.find((it) => it.old === vkey)?.index ?? Number.POSITIVE_INFINITY;
        return made < size && size <= replaced;
      }),
  };
}

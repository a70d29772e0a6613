/** A time that somebody outside states about the record, by their own clock. */
export interface OutsideTime {
  /** Name of the authority. */
  readonly by: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

/**
 * Between which outside times a fact came into the record, whatever our own clock said: the newest and
 * the earliest that each authority can vouch for. Empty where it has stamped nothing on that side.
 */
export interface Bracket {
  readonly after: readonly OutsideTime[];
  readonly before: readonly OutsideTime[];
}

/** A time stamp that an authority gave, with its place in the record. */
export interface Stamp extends OutsideTime {
  /** How many facts the state had that was stamped. */
  readonly size: number;
  /** 0: it is over that state; each further one is over the one before. */
  readonly generation: number;
  /** The index of the fact that names it: what comes after that fact is younger than the stamp. */
  readonly anchor: number;
}

/** The bracket of the fact with this index in the record. */
export function bracketOf(index: number, stamps: readonly Stamp[]): Bracket {
  const names = [...new Set(stamps.map(({ by }) => by))].toSorted();
  const each = (choose: (own: readonly Stamp[]) => Stamp | undefined): readonly OutsideTime[] =>
    names.flatMap((name) => {
      const found = choose(stamps.filter(({ by }) => by === name));
      return found ? [{ by: name, at: found.at }] : [];
    });
  return {
    after: each((own) =>
      own
        .filter(({ anchor }) => anchor < index)
        .toSorted((a, b) => b.anchor - a.anchor)
        .at(0),
    ),
    before: each((own) =>
      own
        .filter(({ size, generation }) => generation === 0 && size > index)
        .toSorted((a, b) => a.size - b.size)
        .at(0),
    ),
  };
}

/** Both sides of a bracket for people: `2026-11-23 06:00:02Z (tsa-a, tsa-b)`; null: nothing on that side. */
export const bracketText = ({ after, before }: Bracket) => ({
  after: nearest(after, Math.floor, (a, b) => (a > b ? -1 : 1)),
  before: nearest(before, Math.ceil, (a, b) => (a < b ? -1 : 1)),
});

/** A bracket in words: `between … and …`; null: there is no outside time on either side. */
export function bracketSaid(bracket: Bracket): string | null {
  const { after, before } = bracketText(bracket);
  if (after && before) return `between ${after} and ${before}`;
  if (after) return `after ${after}`;
  return before && `before ${before}`;
}

/** The first of the outside times in whole seconds, never nearer than it is, with everybody who states it. */
function nearest(
  times: readonly OutsideTime[],
  whole: (seconds: number) => number,
  order: (a: string, b: string) => number,
): string | null {
  const rounded = times.map(({ by, at }) => {
    const second = new Date(whole(Date.parse(at) / 1_000) * 1_000);
    return { by, at: clockText(second.toISOString()) };
  });
  const [first] = rounded.map(({ at }) => at).toSorted(order);
  if (first === undefined) return null;
  const names = rounded.filter(({ at }) => at === first).map(({ by }) => by);
  return `${first} (${names.join(', ')})`;
}

/** An RFC 3339 time in whole seconds, with a blank where people expect one. */
export const clockText = (at: string): string => at.replace(/\.\d+/, '').replace('T', ' ');

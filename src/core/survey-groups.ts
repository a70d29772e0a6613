import { smallestGroup } from './survey-results.ts';

/** One answered form, as far as hiding its author needs. */
export interface Member {
  readonly id: string;
  /** The part that it was last shown with; null: it was not shown yet. */
  readonly part: string | null;
}

export interface Shown {
  /** What may be shown: as whole parts of at least five. */
  readonly members: readonly string[];
  /** How many of those asked for stay hidden. */
  readonly hidden: number;
  /** Groups of members that are a part of their own from now on. */
  readonly newParts: readonly (readonly string[])[];
}

/**
 * Decides what may be shown of a group without giving anybody away, neither by itself nor by the
 * difference to what was shown before, with whatever filters and whenever that was.
 *
 * Everything that was ever shown is made of parts, each of at least five people, which have no
 * member in common. A part is shown as a whole, or split where both sides have five or more; and five or
 * more who were not shown yet make a new one. So figures that are subtracted from each other
 * leave whole parts at best.
 */
export function showable(all: readonly Member[], isAskedFor: (id: string) => boolean): Shown {
  const members: string[] = [];
  const newParts: string[][] = [];
  let hidden = 0;
  for (const [part, inPart] of Map.groupBy(all, (it) => it.part)) {
    const ids = inPart.map(({ id }) => id);
    const asked = ids.filter(isAskedFor);
    const others = ids.length - asked.length;
    const hides = part === null || others === 0 || others >= smallestGroup;
    if (asked.length < smallestGroup || !hides) {
      hidden += asked.length;
      continue;
    }
    members.push(...asked);
    if (part === null || others > 0) newParts.push(asked);
  }
  return { members, hidden, newParts };
}

import { createHash } from 'node:crypto';
import { ConnectorError } from '#core/failure.ts';
import type { PersonHint } from './contract.ts';

/** People are told apart in so many parts; of a part that changed everybody is read again. */
const parts = 256;
const markLength = 8;
const dayMs = 86_400_000;

/**
 * Whose record may have changed, for systems that cannot be asked what changed since when: everybody is listed,
 * and a short mark of each part of them is the cursor. Each part is also due once a day, at a time of its own,
 * since a list shows less than a record does. `facts` is what the list shows of each person, by id.
 *
 * Whoever is no longer in the list is not told: absence says nothing.
 */
export function* changedSince(
  cursor: string | null,
  facts: ReadonlyMap<string, string>,
  now: Date,
): Iterable<PersonHint> {
  const marks = cursor === null ? Array<string>(parts).fill('') : parse(cursor);
  const people: string[][] = Array.from({ length: parts }, () => []);
  for (const id of [...facts.keys()].toSorted()) people[partOf(id)]!.push(id);

  for (const [part, ids] of people.entries()) {
    const day = Math.floor(now.getTime() / dayMs + part / parts);
    const mark = digest([String(day), ...ids.flatMap((id) => [id, facts.get(id)!])]);
    if (marks[part] === mark) continue;
    for (const [i, personId] of ids.entries()) {
      // The part counts as dealt with once the last of it is; cut off before, all of it is told again.
      if (i === ids.length - 1) marks[part] = mark;
      yield { personId, cursor: written(marks) };
    }
  }
}

const partOf = (id: string): number => createHash('sha256').update(id).digest()[0]!;

const digest = (texts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(texts)).digest('base64url').slice(0, markLength);

const written = (marks: readonly string[]): string =>
  marks.map((mark) => mark.padEnd(markLength, '.')).join('');

function parse(cursor: string): string[] {
  if (!/^[\w.-]*$/.test(cursor) || cursor.length !== parts * markLength) {
    const detail =
      'The position of the last poll is not one of this source. Start from the beginning.';
    throw new ConnectorError({ kind: 'rejected', detail });
  }
  return Array.from({ length: parts }, (_, part) =>
    cursor.slice(part * markLength, (part + 1) * markLength),
  );
}

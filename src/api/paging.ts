import { z } from 'zod';
import { Problem } from '#app/problem.ts';
import type { PageQuery } from './contract/page.ts';

/** A place in one list, in a form that callers hand back unread. */
export const cursorTo = (list: string, place: string): string =>
  Buffer.from(JSON.stringify([list, place])).toString('base64url');

/** Where to go on in a list; null: at its beginning. Throws when the list never gave that out. */
export function placeIn(list: string, cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const place = readCursor(list, cursor);
  if (place !== null) return place;
  throw foreignCursor();
}

const foreignCursor = () =>
  new Problem('not readable', 'The cursor is not one that this list gave out.', [
    { at: 'cursor', problem: 'Take `nextCursor` of the page before, or leave it out.' },
  ]);

function readCursor(list: string, cursor: string): string | null {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const parsed = z.tuple([z.literal(list), z.string()]).safeParse(read);
    return parsed.success ? parsed.data[1] : null;
  } catch {
    return null; // no JSON, so none of ours
  }
}

/** The first `limit` of one item more than that, and where to go on. */
export function pageFrom<Row, Item>(
  list: string,
  limit: number,
  rows: readonly Row[],
  placeOf: (row: Row) => string,
  shape: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(shape),
    nextCursor: last && rows.length > limit ? cursorTo(list, placeOf(last)) : null,
  };
}

/** One page of a short list that is known as a whole. */
export function pageWithin<Row, Item>(
  list: string,
  { limit, cursor }: PageQuery,
  rows: readonly Row[],
  shape: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } {
  const start = Number(numberIn(list, cursor) ?? 0);
  return pageFrom(list, limit, rows.slice(start), () => String(start + limit), shape);
}

/** Like {@link placeIn}, for lists whose places are numbers. */
export function numberIn(list: string, cursor: string | undefined): string | null {
  const place = placeIn(list, cursor);
  if (place === null || /^\d{1,15}$/.test(place)) return place;
  throw foreignCursor();
}

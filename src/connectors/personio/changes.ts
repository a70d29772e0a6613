import type { PersonHint } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import { collected, type Person, type Personio } from './api.ts';
import { isPersonId } from './webhook.ts';

/** Changes of the same second may show late, and hearing somebody twice does no harm. */
const overlapMs = 60_000;

/** How far we have come: the latest change dealt with, the day of the last round, and whom a round under way has reached. */
interface Cursor {
  readonly changedAt: string;
  readonly roundOn: string | null;
  readonly reached: string | null;
}

/**
 * Whose record changed, oldest first, which is one request when nothing did, as Personio wants it; then, once a
 * day, everybody: whether a change of an employment counts as one of the person is not said, and a lost event
 * must be found. A round that is cut off goes on where it was.
 */
export async function* changes(
  client: Personio,
  cursor: string | null,
): AsyncGenerator<PersonHint, { listed: number } | undefined> {
  const from = cursor === null ? null : parse(cursor);
  const today = client.now().toISOString().slice(0, 10);
  let changedAt = from?.changedAt ?? '1970-01-01T00:00:00Z';
  const heard = new Set<string>();
  const at = (roundOn: string | null, reached: string | null) =>
    `${changedAt} ${roundOn ?? '-'} ${reached ?? '-'}`;

  if (from) {
    const since = new Date(Date.parse(from.changedAt) - overlapMs).toISOString();
    const changed = await collected(client.persons(since));
    for (const it of changed.toSorted(byChange)) {
      if (isLater(it.updated_at, changedAt)) changedAt = it.updated_at;
      heard.add(it.id);
      yield { personId: it.id, cursor: at(from.roundOn, from.reached) };
    }
  }
  if (from?.roundOn === today) return undefined;
  const everybody = (await collected(client.persons(null))).toSorted((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  // The first round stands for all changes up to its beginning.
  if (!from) changedAt = everybody.toSorted(byChange).at(-1)?.updated_at ?? changedAt;
  let reached = from?.reached ?? null;
  const due = everybody.filter(({ id }) => (reached === null || id > reached) && !heard.has(id));
  for (const [i, it] of due.entries()) {
    const isLast = i === due.length - 1;
    // What is none of its ids is refused where it is read, and no place to go on from.
    if (isPersonId(it.id)) reached = it.id;
    yield {
      personId: it.id,
      cursor: isLast ? at(today, null) : at(from?.roundOn ?? null, reached),
    };
  }
  return { listed: everybody.length };
}

const isLater = (a: string, b: string) => Date.parse(a) > Date.parse(b);
const byChange = (a: Person, b: Person) => Date.parse(a.updated_at) - Date.parse(b.updated_at);

function parse(cursor: string): Cursor {
  const [, changedAt = '', roundOn = '-', reached = '-'] =
    /^(\S+) (\d{4}-\d\d-\d\d|-) (\S+)$/.exec(cursor) ?? [];
  if (Number.isFinite(Date.parse(changedAt))) {
    const orNull = (it: string) => (it === '-' ? null : it);
    return { changedAt, roundOn: orNull(roundOn), reached: orNull(reached) };
  }
  const detail = 'The position of the last poll is not one of Personio. Start from the beginning.';
  throw new ConnectorError({ kind: 'rejected', detail });
}

import type { PersonHint } from '#connector-kit/contract.ts';
import { textIn } from '#connector-kit/employments.ts';
import { ConnectorError } from '#core/failure.ts';
import type { BambooHr } from './api.ts';
import { dateOf, isTermination } from './statuses.ts';

/** Changes of the same second may show late, and hearing somebody twice does no harm. */
const overlapMs = 60_000;

/** How far we have come: the latest change dealt with, and the day on which we last looked ahead. */
interface Cursor {
  readonly changedAt: string;
  readonly lookedAheadOn: string | null;
}

const beginning: Cursor = { changedAt: '1970-01-01T00:00:00Z', lookedAheadOn: null };

/**
 * Whose record changed, oldest first; then, once a day, everybody whose termination, next
 * employment or next job lies ahead. BambooHR's events fire when a change takes effect, not when it is entered, so a departure
 * could otherwise first be heard of on its last day.
 */
export async function* changes(
  client: BambooHr,
  cursor: string | null,
): AsyncGenerator<PersonHint, undefined> {
  const from = cursor === null ? beginning : parse(cursor);
  const today = client.now().toISOString().slice(0, 10);
  const since = new Date(Math.max(0, Date.parse(from.changedAt) - overlapMs)).toISOString();

  const changed = (await client.changedSince(since)).toSorted(
    (a, b) => Date.parse(a.lastChanged) - Date.parse(b.lastChanged) || Number(a.id) - Number(b.id),
  );
  const ids = new Set(changed.map(({ id }) => id));
  const isDue = from.lookedAheadOn !== today;
  const ahead = isDue ? await expectedAfter(today, client) : [];
  const unheard = ahead.filter((id) => !ids.has(id));

  const hints = [...changed, ...unheard.map((id) => ({ id, lastChanged: from.changedAt }))];
  let { changedAt } = from;
  for (const [i, { id, lastChanged }] of hints.entries()) {
    if (isLater(lastChanged, changedAt)) changedAt = lastChanged;
    // Looking ahead counts as done with the last hint; cut off before it, we look again.
    const lookedAheadOn = i === hints.length - 1 ? today : from.lookedAheadOn;
    yield { personId: id, cursor: `${changedAt} ${lookedAheadOn ?? '-'}` };
  }
}

const isLater = (a: string, b: string) => Date.parse(a) > Date.parse(b);

/** Whoever has a termination, a beginning or a new job from yesterday on: today is not the same day everywhere. */
async function expectedAfter(today: string, client: BambooHr): Promise<readonly string[]> {
  const yesterday = new Date(Date.parse(today) - 86_400_000).toISOString().slice(0, 10);
  const statuses = await client.statusRows('all');
  const jobs = (await client.jobRows('all')) ?? [];
  const { arrivals } = client.settings;
  const turning = statuses.filter(
    (row) => (arrivals || isTermination(row)) && dateOf(row) >= yesterday,
  );
  const moving = jobs.filter((row) => (textIn(row, 'date') ?? '') >= yesterday);
  return [...new Set([...turning, ...moving].flatMap((row) => row.employeeId ?? []))];
}

function parse(cursor: string): Cursor {
  const [, changedAt = '', day = ''] = /^(\S+) (\d{4}-\d\d-\d\d|-)$/.exec(cursor) ?? [];
  if (Number.isFinite(Date.parse(changedAt))) {
    return { changedAt, lookedAheadOn: day === '-' ? null : day };
  }
  const detail = 'The position of the last poll is not one of BambooHR. Start from the beginning.';
  throw new ConnectorError({ kind: 'rejected', detail });
}

import { setTimeout as wait } from 'node:timers/promises';
import { ConnectorError } from '#core/failure.ts';
import type { Row } from './accounting.ts';
import type { Ending, Radius } from './api.ts';

/** A session, and what its access server said. */
export interface Ended {
  readonly row: Row;
  readonly ending: Ending;
}

/**
 * Asks for the end of each session: access servers side by side, and at each of them one session after the other.
 * Neither a session that cannot be ended nor an access server that is silent keeps us from the others, so the first
 * failure is thrown once all are through; what is left is asked for by a later pass.
 */
export async function endSessions(radius: Radius, rows: readonly Row[]): Promise<Ended[]> {
  const ended: Ended[] = [];
  const failures: ConnectorError[] = [];
  const atOne = async (sessions: readonly Row[]): Promise<void> => {
    for (const row of sessions) {
      try {
        ended.push({ row, ending: await radius.disconnect(row) });
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        failures.push(error);
        if (error.failure.kind === 'unavailable') return;
      }
    }
  };
  await Promise.all([...Map.groupBy(rows, ({ nas }) => nas).values()].map(atOne));
  if (failures[0]) throw failures[0];
  return ended;
}

/** How long after a session has gone its Stop may arrive, in looks at accounting and milliseconds between them. */
export interface StopsWithin {
  readonly looks: number;
  readonly everyMs: number;
}
export const usualStops: StopsWithin = { looks: 5, everyMs: 1_000 };

/**
 * An access server that has no such session says as much as one that has ended it, if accounting agrees. Where it
 * does not, a Stop was lost, and nothing we could send would bring it back: throws `rejected`.
 */
export async function expectStops(
  { accounting, settings }: Radius,
  name: string,
  ended: readonly Ended[],
  { looks, everyMs }: StopsWithin,
): Promise<void> {
  const unknown = new Set(
    ended.flatMap(({ row, ending }) => (ending === 'no such session' ? [row.key] : [])),
  );
  if (unknown.size === 0) return;
  let left: readonly Row[] = [];
  for (let look = 0; look < looks; look += 1) {
    if (look > 0) await wait(everyMs);
    left = (await accounting.open(name)).filter(({ key }) => unknown.has(key));
    if (left.length === 0) return;
  }
  const detail =
    `Accounting shows as open what the access server no longer has: ${left.map(inWords).join('; ')}. ` +
    `Its Stop was lost. Close it in ${settings.accounting.table}, and try again.`;
  throw new ConnectorError({ kind: 'rejected', detail });
}

/** Such as “session 8000A1 at 10.0.0.2 since 2026-11-30T07:00:00.000Z”. */
export const inWords = ({
  session,
  nas,
  startedAt,
}: Pick<Row, 'session' | 'nas'> & { startedAt: Date | string | null }) => {
  const since = startedAt instanceof Date ? startedAt.toISOString() : startedAt;
  return `session ${session} at ${nas}${since === null ? '' : ` since ${since}`}`;
};

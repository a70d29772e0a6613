import { type Readiness, readinessBetween } from '#store/readiness.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandInWindow, may } from './authorize.ts';
import { Problem } from './problem.ts';

export interface ReadyOnDayOne {
  readonly arrivals: number;
  /** Everything that was to be done before the first day was done by then. */
  readonly ready: number;
  /** The first day is still to come, and something is open. */
  readonly ahead: number;
  readonly notReady: readonly Pick<Readiness, 'caseId' | 'startDay' | 'wanted' | 'lacking'>[];
}

/** How many of those who began between two days found everything ready on their first morning. */
export async function readyOnDayOne(
  app: App,
  caller: Caller,
  it: { from: string; to: string },
): Promise<ReadyOnDayOne> {
  authorize(caller, 'case.read');
  if (it.from > it.to) throw new Problem('not readable', '“from” lies after “to”.');
  demandInWindow(caller, it);
  const secret = may(caller, 'case.read-confidential');
  const found = (await readinessBetween(app.pool, it)).filter(
    ({ confidential, openedBy }) => secret || !confidential || openedBy === caller.user.id,
  );
  const lacking = found.filter((one) => one.wanted === 0 || one.lacking > 0);
  const missed = lacking.filter(({ ahead }) => !ahead);
  return {
    arrivals: found.length,
    ready: found.length - lacking.length,
    ahead: lacking.length - missed.length,
    notReady: missed.map(({ caseId, startDay, wanted, lacking }) => ({
      caseId,
      startDay,
      wanted,
      lacking,
    })),
  };
}

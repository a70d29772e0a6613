import { exceptionCauses } from '#core/overview.ts';
import { type CaseRow, loadCases } from '#store/cases.ts';
import {
  brokenConnections,
  type Coming,
  comingCases,
  type ExceptionGroup,
  exceptionsIn,
  type Figures,
  figuresOf,
  liveDepartures,
  type Scope,
} from '#store/overview.ts';
import { employmentsAt } from '#store/people.ts';
import { inSnapshot } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize, may } from './authorize.ts';

export type { Coming, ExceptionGroup, Figures };

export interface Overview {
  /** Only people of the reader's own. */
  readonly isTeam: boolean;
  readonly exceptions: readonly ExceptionGroup[];
  readonly live: readonly CaseRow[];
  /** How many more are live. */
  readonly liveMore: number;
  readonly coming: readonly Coming[];
  /** Null: of the company, which is not for the reader. */
  readonly figures: Figures | null;
}

const mostLive = 20;
const mostComing = 60;
const comingDays = 7;

/**
 * What needs a person, who is leaving, and who comes. A manager gets the same of people of their own, and
 * nothing of what systems said: they are known as a manager by their address at work.
 */
export async function showOverview(app: App, caller: Caller): Promise<Overview> {
  authorize(caller, 'overview.read');
  const isTeam = !may(caller, 'case.read');
  return inSnapshot(app.pool, async (tx) => {
    const scope: Scope = {
      userId: caller.user.id,
      seesConfidential: may(caller, 'case.read-confidential'),
      managerIds: isTeam
        ? (await employmentsAt(tx, caller.user.email)).map((it) => it.personId)
        : null,
    };
    const found = await exceptionsIn(tx, scope);
    const broken = isTeam ? [] : await brokenConnections(tx, scope);
    const live = await liveDepartures(tx, scope, mostLive);
    return {
      isTeam,
      exceptions: [...found, ...broken]
        .map((it) => (isTeam ? { ...it, detail: null, stepIds: [] } : it))
        .toSorted(byUrgency),
      live: await loadCases(tx, live.ids),
      liveMore: live.count - live.ids.length,
      coming: await comingCases(tx, scope, { days: comingDays, limit: mostComing }),
      figures: isTeam ? null : await figuresOf(tx, scope),
    };
  });
}

/** The oldest clock on top: the earliest end of access, then what waits for longest. */
function byUrgency(a: ExceptionGroup, b: ExceptionGroup): number {
  const ends = (it: ExceptionGroup) => it.accessEndsAt?.getTime() ?? Number.MAX_SAFE_INTEGER;
  return (
    ends(a) - ends(b) ||
    a.since.getTime() - b.since.getTime() ||
    exceptionCauses.indexOf(a.cause) - exceptionCauses.indexOf(b.cause)
  );
}

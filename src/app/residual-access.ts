import { z } from 'zod';
import { offersFrom } from '#engine/offers.ts';
import { listConnections } from '#store/connections.ts';
import {
  type FindingKind,
  type FindingRow,
  listSweeps,
  loadFinding,
  openFindings,
  type SweepRow,
  wantSweeps,
} from '#store/residual-access.ts';
import type { App, Caller } from './app.ts';
import { authorize, mayKnow } from './authorize.ts';
import { order } from './orders.ts';
import { notFound, Problem } from './problem.ts';

export type { FindingRow, SweepRow };

/** Accounts that can be used and should not be; those of confidential departures only for who may know of them. */
export async function listResidualAccess(
  app: App,
  caller: Caller,
  it: { kind: FindingKind | null; connectionId: string | null; limit: number },
): Promise<readonly FindingRow[]> {
  authorize(caller, 'accounts.read');
  return (await openFindings(app.pool, it)).filter((found) => mayKnow(caller, found));
}

/** When each connection was swept, and what there was. */
export async function showSweeps(app: App, caller: Caller): Promise<readonly SweepRow[]> {
  authorize(caller, 'accounts.read');
  return listSweeps(app.pool);
}

/** Asks for a sweep of one connection, or of all whose accounts let somebody in. Workers begin within seconds. */
export async function requestSweep(
  app: App,
  caller: Caller,
  connectionId: string | null,
): Promise<readonly string[]> {
  authorize(caller, 'connection.test');
  const known = offersFrom(app.connectors, await listConnections(app.pool));
  if (connectionId !== null && !known.some(({ id }) => id === connectionId)) {
    throw notFound(`connection ${connectionId}`);
  }
  const swept = known
    .filter(({ id }) => connectionId === null || id === connectionId)
    .filter(({ holdsAccounts, areAccess }) => holdsAccounts && areAccess !== false)
    .map(({ id }) => id);
  if (swept.length === 0) {
    throw new Problem('not possible', 'There are no accounts there that let somebody in.');
  }
  await wantSweeps(app.pool, swept);
  return swept;
}

/** Has residual access ended by the departure of its person. Returns, in words, what happens now. */
export async function mendResidualAccess(app: App, caller: Caller, id: string): Promise<string> {
  authorize(caller, 'step.retry');
  const found = await loadFinding(app.pool, id);
  if (!found || !mayKnow(caller, found)) throw notFound(`finding ${id}`);
  const answer = await order(app, caller, {
    kind: 'mend-access',
    input: { findingId: id, by: caller.user.id },
  });
  return z.object({ detail: z.string() }).parse(answer).detail;
}

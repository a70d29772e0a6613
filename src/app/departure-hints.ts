import type { DepartureFacts } from '#core/departure.ts';
import { settleAlerts } from '#intake/hints.ts';
import { record } from '#ledger/record.ts';
import {
  type DepartureHintRow,
  decideHint,
  listHints as listStored,
  loadHint,
} from '#store/departure-hints.ts';
import { inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { type DeliveryRow, requestCase } from './cases.ts';
import { changedMeanwhile, notFound, Problem } from './problem.ts';

export type { DepartureHintRow };

/** Open ones first, the newest first. */
export async function listHints(
  app: App,
  caller: Caller,
  it: { state: DepartureHintRow['state'] | null; skip: number; limit: number },
): Promise<readonly DepartureHintRow[]> {
  authorize(caller, 'hint.decide');
  return listStored(app.pool, it);
}

/** They do leave: their departure begins, which answers the hint. */
export async function confirmHint(
  app: App,
  caller: Caller,
  id: string,
  departure: Omit<DepartureFacts, 'id'>,
): Promise<DeliveryRow> {
  authorize(caller, 'hint.decide');
  const { personId } = demandOpen(id, await loadHint(app.pool, id));
  return requestCase(app, caller, { personId, departure });
}

/** They do not leave. Whoever says so answers for it; should another account of theirs end, we ask again. */
export async function dismissHint(
  app: App,
  caller: Caller,
  id: string,
  reason: string,
): Promise<void> {
  authorize(caller, 'hint.decide');
  await inTransaction(app.pool, async (tx) => {
    const hint = demandOpen(id, await loadHint(tx, id));
    await record(tx, app.keys, [
      {
        type: 'hint.dismissed',
        actor: caller.actor,
        row: { table: 'departure_hints', id, version: hint.version + 1 },
        target: { ref: hint.ref },
        data: { hint: id },
        personal: { subject: hint.subject, values: { reason } },
      },
    ]);
    const { version } = hint;
    if (!(await decideHint(tx, { id, version, state: 'dismissed', by: caller.user.id }))) {
      throw changedMeanwhile('The hint');
    }
    await settleAlerts(tx, hint);
  });
}

function demandOpen(id: string, hint: DepartureHintRow | null): DepartureHintRow {
  if (!hint) throw notFound(`departure hint ${id}`);
  if (hint.state === 'open') return hint;
  const by = hint.caseId === null ? '' : `, by the departure ${hint.caseId}`;
  throw new Problem('not possible', `This hint is ${hint.state} already${by}.`);
}

import { record } from '#ledger/record.ts';
import {
  type AlertRow,
  acknowledgeAlert,
  listAlerts as listStored,
  loadAlert,
} from '#store/alerts.ts';
import { inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize, may } from './authorize.ts';
import { notFound, Problem } from './problem.ts';

export type { AlertRow };

/** Open alerts first; those of confidential cases only for those who need to know. */
export async function listAlerts(
  app: App,
  caller: Caller,
  limit: number,
): Promise<readonly AlertRow[]> {
  authorize(caller, 'alert.read');
  const found = await listStored(app.pool, limit);
  return found.filter((it) => maySeeAlert(caller, it));
}

/** Somebody sees to it: nobody is told of it again. It stays open until it is over. */
export async function acknowledge(app: App, caller: Caller, id: string): Promise<void> {
  authorize(caller, 'alert.acknowledge');
  await inTransaction(app.pool, async (tx) => {
    const alert = await loadAlert(tx, id);
    if (!alert || !maySeeAlert(caller, alert)) throw notFound(`alert ${id}`);
    if (!(await acknowledgeAlert(tx, { id, by: caller.user.id }))) {
      const because = alert.resolvedAt
        ? 'This alert is over.'
        : 'Somebody sees to this alert already.';
      throw new Problem('not possible', because);
    }
    await record(tx, app.keys, [
      { type: 'alert.acknowledged', actor: caller.actor, data: { alert: id, kind: alert.kind } },
    ]);
  });
}

const maySeeAlert = (caller: Caller, it: AlertRow): boolean =>
  !it.confidential || may(caller, 'case.read-confidential');

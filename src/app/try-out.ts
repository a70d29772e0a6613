import { capabilities, destroys, isCapability } from '#core/capability.ts';
import { record } from '#ledger/record.ts';
import { databaseNow } from '#store/clock.ts';
import { loadConnection } from '#store/connections.ts';
import { inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { order } from './orders.ts';
import { notFound, Problem } from './problem.ts';

/** How long whoever tries something out waits for it. */
const patienceMs = 120_000;

export interface Trial {
  readonly account: string;
  readonly capability: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly change: boolean;
}

/**
 * One action on one account, to see whether a connection is described right. Nothing is changed unless `change` is
 * set; that it was is a fact, stated before.
 */
export async function tryAction(
  app: App,
  caller: Caller,
  id: string,
  { account, capability, params, change }: Trial,
): Promise<unknown> {
  authorize(caller, 'connection.write');
  if (!(await loadConnection(app.pool, id))) throw notFound(`connection ${id}`);
  if (!isCapability(capability)) {
    const names = Object.keys(capabilities).join(', ');
    throw new Problem('not readable', `There is no capability ${capability}. There are: ${names}.`);
  }
  if (change && destroys(capability)) {
    throw new Problem(
      'not possible',
      `${capability} destroys something, so it is never tried out: leave out the change, and look at what would be sent.`,
    );
  }
  if (change) {
    await inTransaction(app.pool, (tx) =>
      record(tx, app.keys, [
        {
          type: 'connection.tried',
          actor: caller.actor,
          data: { connection: id, capability },
        },
      ]),
    );
  }
  const until = new Date((await databaseNow(app.pool)).getTime() + patienceMs);
  const input = { connectionId: id, account, capability, params, change };
  return order(app, caller, {
    kind: 'try',
    input: { ...input, changeUntil: until.toISOString() },
    patienceMs,
  });
}

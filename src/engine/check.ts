import { ConnectorError, type Failure } from '#core/failure.ts';
import { record } from '#ledger/record.ts';
import { resolveAlerts } from '#store/alerts.ts';
import { wakeCasesWithout } from '#store/cases.ts';
import { loadConnection, moveConnection, noteCheck } from '#store/connections.ts';
import { noteAnswer, wakeConnection } from '#store/health.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { settleRights } from './canary-alert.ts';
import type { Opened } from './clients.ts';
import { deadline } from './deadline.ts';
import { type Engine, engineActor } from './engine.ts';

export type Checked =
  | { readonly works: true; readonly actingAs: string; readonly scopes: readonly string[] | null }
  | { readonly works: false; readonly failure: Failure };

/** Takes new credentials in, then one harmless call. A connection that works again goes on. */
export async function checkAsAsked(engine: Engine, connectionId: string): Promise<Checked> {
  const connection = await loadConnection(engine.pool, connectionId);
  if (!connection) throw new Error(`there is no connection ${connectionId}`);
  engine.clients.forget(connectionId);
  await engine.takeInSecrets(connection);
  return checkConnection(engine, connectionId, async (tx, opened) => {
    const version = await moveConnection(tx, { connectionId, state: 'active', because: null });
    if (version !== null) {
      await record(tx, engine.keys, [
        {
          type: 'connection.changed',
          actor: engineActor,
          row: { table: 'connections', id: connectionId, version },
          data: { connection: connectionId, change: 'state', state: 'active' },
        },
      ]);
    }
    await wakeConnection(tx, connectionId);
    if (opened.connector.accounts) await wakeCasesWithout(tx, connectionId);
  });
}

/** One harmless call, and what its answer says of the connection; `andThen` what else follows where it works. */
export async function checkConnection(
  engine: Engine,
  connectionId: string,
  andThen: (tx: Db, opened: Opened) => Promise<void> = async () => {},
): Promise<Checked> {
  try {
    const opened = await engine.clients.open(connectionId);
    try {
      const identity = await deadline(engine, opened.connector.check(opened.client));
      await inTransaction(engine.pool, async (tx) => {
        await noteCheck(tx, { connectionId, ...identity, failure: null });
        await noteAnswer(tx, connectionId);
        for (const over of ['down', 'paused']) {
          await resolveAlerts(tx, `connection:${connectionId}:${over}`);
        }
        await settleRights(tx, engine, opened, identity.scopes);
        await andThen(tx, opened);
      });
      return { works: true, ...identity };
    } catch (error) {
      throw opened.withoutSecrets(error);
    } finally {
      await opened.close();
    }
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const { failure } = error;
    await noteCheck(engine.pool, { connectionId, actingAs: null, scopes: null, failure });
    return { works: false, failure };
  }
}

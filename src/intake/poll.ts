import type { AnyConnector } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import { settingsFrom } from '#core/settings.ts';
import { resolveAlerts } from '#store/alerts.ts';
import { databaseNow } from '#store/clock.ts';
import { listConnections } from '#store/connections.ts';
import { loadSettings } from '#store/settings.ts';
import { endTurn, keepCursor, takeTurn } from '#store/sources.ts';
import { inTransaction } from '#store/sql.ts';
import { askPerson } from './ask.ts';
import { fromRecord } from './deliver.ts';
import type { Intake } from './intake.ts';
import { receive } from './receive.ts';

/** After so many failed turns a person is told. */
const failuresUntilTold = 3;

/**
 * Reads every HR system whose turn it is, so that a lost webhook is found. Feeds the same
 * function as webhooks do. Runs on a timer in each worker; the turn is taken in the database.
 */
export async function pollSources(
  intake: Intake,
  connectors: ReadonlyMap<string, AnyConnector>,
): Promise<void> {
  const { pollMinutes } = settingsFrom(await loadSettings(intake.pool)).sources;
  for (const connection of await listConnections(intake.pool)) {
    const people = connectors.get(connection.connector)?.people;
    if (connection.state !== 'active' || !people?.changes) continue;
    const turn = await takeTurn(intake.pool, {
      connectionId: connection.id,
      everyMs: pollMinutes * 60_000,
    });
    if (turn) await poll(intake, connection.id, turn.cursor);
  }
}

async function poll(intake: Intake, connectionId: string, cursor: string | null): Promise<void> {
  try {
    await readChanges(intake, connectionId, cursor);
    await inTransaction(intake.pool, async (tx) => {
      await endTurn(tx, { connectionId, succeeded: true });
      await resolveAlerts(tx, `source:${connectionId}`);
    });
  } catch (error) {
    const detail =
      error instanceof ConnectorError
        ? error.failure.detail
        : error instanceof Error
          ? error.message
          : String(error);
    intake.log.warn({ connectionId, error: detail }, 'a source could not be read');
    await inTransaction(intake.pool, async (tx) => {
      const { failuresInRow } = await endTurn(tx, { connectionId, succeeded: false });
      if (failuresInRow < failuresUntilTold) return;
      await askPerson(tx, {
        condition: `source:${connectionId}`,
        title: 'An HR system cannot be read',
        body:
          `${connectionId} could not be read ${failuresInRow} times in a row: ${detail} ` +
          'Until it works, a departure whose webhook is lost is not seen.',
        caseId: null,
        confidential: false,
      });
    });
  }
}

async function readChanges(
  intake: Intake,
  connectionId: string,
  cursor: string | null,
): Promise<void> {
  const opened = await intake.open(connectionId);
  try {
    const people = opened.connector.people!;
    for await (const hint of people.changes!(opened.client, cursor)) {
      const readAt = await databaseNow(intake.pool);
      const found = await people.read?.(opened.client, hint.personId);
      await inTransaction(intake.pool, async (tx) => {
        if (found) await receive(tx, intake, fromRecord(connectionId, found, readAt));
        await keepCursor(tx, { connectionId, cursor: hint.cursor });
      });
    }
  } catch (error) {
    throw opened.withoutSecrets(error);
  } finally {
    await opened.close();
  }
}

import type { AnyConnector } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import { settingsFrom } from '#core/settings.ts';
import { resolveAlerts } from '#store/alerts.ts';
import { databaseNow } from '#store/clock.ts';
import { listConnections } from '#store/connections.ts';
import { loadSettings } from '#store/settings.ts';
import { endTurn, failTurn, keepCursor, type SourceRow, takeTurn } from '#store/sources.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { askPerson } from './ask.ts';
import { takeFiles } from './drop.ts';
import { historyDays, isHistory } from './history.ts';
import type { Intake } from './intake.ts';
import { receiveReading } from './reading.ts';
import { passOver, receive } from './receive.ts';

/** After so many failed turns a person is told. */
const failuresUntilTold = 3;

/** A source that could not be read is read again after half a minute, then one, then two, at most as late as usual. */
const firstWait = 15;

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
    if (connection.state !== 'active' || !(people?.changes || people?.files)) continue;
    // Two looks at a folder cost nothing, and what is dropped should not wait for long.
    const everyMs = people.files ? intake.firstRetryMs * firstWait : pollMinutes * 60_000;
    const turn = await takeTurn(intake.pool, { connectionId: connection.id, everyMs });
    if (turn) await poll(intake, turn, everyMs);
  }
}

async function poll(intake: Intake, turn: SourceRow, everyMs: number): Promise<void> {
  const { connectionId } = turn;
  try {
    const passedOver = await readChanges(intake, turn);
    await inTransaction(intake.pool, async (tx) => {
      await endTurn(tx, { connectionId, everyMs });
      if (passedOver > 0) await tellOfHistory(tx, connectionId, passedOver);
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
    const waitMs = intake.firstRetryMs * firstWait * 2 ** turn.failuresInRow;
    const againInMs = Math.min(everyMs, waitMs);
    await inTransaction(intake.pool, async (tx) => {
      const { failuresInRow } = await failTurn(tx, { connectionId, everyMs, againInMs });
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

/** Returns how many departures were passed over as history. */
async function readChanges(intake: Intake, turn: SourceRow): Promise<number> {
  const { connectionId } = turn;
  let passedOver = 0;
  const opened = await intake.open(connectionId);
  try {
    const people = opened.connector.people!;
    if (people.files) return await takeFiles(intake, turn, opened);
    const { cursor, succeededAt } = turn;
    for await (const hint of people.changes!(opened.client, cursor)) {
      const readAt = await databaseNow(intake.pool);
      const { personId } = hint;
      const found = (await people.read?.(opened.client, personId)) ?? null;
      const reading = { source: connectionId, personId, found, readAt };
      await inTransaction(intake.pool, async (tx) => {
        await receiveReading(tx, intake, reading, async (heard) => {
          const isFirst = heard.says === 'departure' && succeededAt === null;
          if (!isFirst || !isHistory(heard.record, readAt)) return receive(tx, intake, heard);
          await passOver(tx, heard);
          passedOver += 1;
          return null;
        });
        await keepCursor(tx, { connectionId, cursor: hint.cursor });
      });
    }
    return passedOver;
  } catch (error) {
    throw opened.withoutSecrets(error);
  } finally {
    await opened.close();
  }
}

async function tellOfHistory(tx: Db, connectionId: string, count: number): Promise<void> {
  await askPerson(tx, {
    condition: `history:${connectionId}`,
    title: 'People who left before Gatehouse came were passed over',
    body:
      `${connectionId} shows ${count} ${count === 1 ? 'person who' : 'people who'} left more than ${historyDays} days ago. ` +
      'No departure was started for them. Where access may still be open, start one by hand (gatehouse depart).',
    caseId: null,
    confidential: false,
  });
}

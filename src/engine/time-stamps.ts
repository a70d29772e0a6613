import { failingAuthorities } from '#ledger/time-stamp-rows.ts';
import { raiseAlert, resolveAlerts } from '#store/alerts.ts';
import type { Engine } from './engine.ts';

export const stampCondition = 'record:time-stamps';

/** An authority may be down for a while; by then the times of departures have wide gaps. */
export const silentForMs = 6 * 3_600_000;

/** Nothing waits for time stamps, so nobody would see that they have stopped to come. */
export async function tellOfTimeStamps(engine: Pick<Engine, 'pool'>): Promise<void> {
  const failing = await failingAuthorities(engine.pool, silentForMs);
  if (failing.length === 0) return resolveAlerts(engine.pool, stampCondition);
  await raiseAlert(engine.pool, {
    condition: stampCondition,
    kind: 'record.unstamped',
    title: `No time stamps from ${failing.map(({ name }) => name).join(', ')}`,
    body: [
      ...failing.map(
        ({ name, since, because }) =>
          `Since ${since.toISOString()} ${name} has given none that holds. The last one ${because}.`,
      ),
      'Everything else goes on. Until one comes, the record is dated by the clock of the database alone.',
    ].join(' '),
    caseId: null,
    stepId: null,
    connectionId: null,
    confidential: false,
  });
}

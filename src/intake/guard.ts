import { departureLimits, type Settings } from '#core/settings.ts';
import { raiseAlert } from '#store/alerts.ts';
import { countRecentDepartures } from '#store/cases.ts';
import { type Db, sql } from '#store/sql.ts';

export interface Tripped {
  readonly guard: 'departures-per-hour' | 'departures-per-day';
  /** Departures in the window, this one included. */
  readonly value: number;
  readonly limit: number;
}

/**
 * Counts departures, whoever starts them. Above the limit a new one is held back and a
 * person is told: a broken feed must not empty the company.
 */
export async function quarantineIfTooMany(tx: Db, settings: Settings): Promise<Tripped | null> {
  // One at a time, or two that arrive together would both be the last one allowed.
  await tx.query(sql`select pg_advisory_xact_lock(hashtext('gatehouse.departures'))`);
  const limits = departureLimits(settings);
  const { lastHour, lastDay } = await countRecentDepartures(tx);
  const tripped: Tripped | null =
    lastHour + 1 > limits.perHour
      ? { guard: 'departures-per-hour', value: lastHour + 1, limit: limits.perHour }
      : lastDay + 1 > limits.perDay
        ? { guard: 'departures-per-day', value: lastDay + 1, limit: limits.perDay }
        : null;
  if (tripped) {
    await raiseAlert(tx, {
      condition: `guard:${tripped.guard}`,
      kind: 'guard.tripped',
      title: 'Unusually many departures: new ones are held back',
      body:
        `More than ${tripped.limit} departures in one ${tripped.guard === 'departures-per-hour' ? 'hour' : 'day'}. ` +
        'Nothing happens to the further ones until somebody releases them (gatehouse case release) ' +
        'or takes them back (gatehouse case cancel).',
      caseId: null,
      stepId: null,
      connectionId: null,
      confidential: false,
    });
  }
  return tripped;
}

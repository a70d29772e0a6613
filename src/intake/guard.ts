import type { PersonFacts } from '#core/person.ts';
import { departureLimits, type Settings } from '#core/settings.ts';
import { raiseAlert } from '#store/alerts.ts';
import {
  countLeavingGroup,
  countPeopleThere,
  countRecentDepartures,
  type Grouping,
  heldByGuards,
} from '#store/guards.ts';
import { type Db, sql } from '#store/sql.ts';

export interface Tripped {
  readonly guard:
    | 'departures-per-hour'
    | 'departures-per-day'
    | 'departures-per-department'
    | 'departures-per-location';
  /** Departures in the window, this one included. */
  readonly value: number;
  readonly limit: number;
  /** For a person: what is above the limit. */
  readonly because: string;
}

/** Who leaves, as far as the guards care. */
type Leaving = Pick<PersonFacts, 'personId' | 'department' | 'location'> & {
  readonly confidential: boolean;
};

/**
 * Counts departures, whoever starts them. Above a limit a new one is held back and a
 * person is told: a broken feed must not empty the company, nor one part of it.
 */
export async function quarantineIfTooMany(
  tx: Db,
  settings: Settings,
  leaving: Leaving,
): Promise<Tripped | null> {
  // One at a time, or two that arrive together would both be the last one allowed.
  await tx.query(sql`select pg_advisory_xact_lock(hashtext('gatehouse.departures'))`);
  const tripped =
    (await tooManyInAll(tx, settings)) ??
    (await tooManyIn(tx, settings, 'department', leaving.department)) ??
    (await tooManyIn(tx, settings, 'location', leaving.location));
  if (tripped) {
    await raiseAlert(tx, {
      // One for all guards: a person is told once of what is one mistake.
      condition: 'guard:departures',
      kind: 'guard.tripped',
      title: 'Unusually many departures: new ones are held back',
      body: `${tripped.because} ${await heldText(tx, leaving)}`,
      caseId: null,
      stepId: null,
      connectionId: null,
      confidential: false,
    });
  }
  return tripped;
}

async function tooManyInAll(tx: Db, settings: Settings): Promise<Tripped | null> {
  const limits = departureLimits(settings);
  const { lastHour, lastDay } = await countRecentDepartures(tx);
  if (lastHour + 1 > limits.perHour) {
    const because = `More than ${limits.perHour} departures in one hour.`;
    return { guard: 'departures-per-hour', value: lastHour + 1, limit: limits.perHour, because };
  }
  if (lastDay + 1 > limits.perDay) {
    const because = `More than ${limits.perDay} departures in one day.`;
    return { guard: 'departures-per-day', value: lastDay + 1, limit: limits.perDay, because };
  }
  return null;
}

async function tooManyIn(
  tx: Db,
  { guardrails, company }: Settings,
  by: Grouping,
  name: string | null,
): Promise<Tripped | null> {
  if (name === null || name.trim() === '') return null;
  const value = (await countLeavingGroup(tx, { by, name })) + 1;
  if (value < guardrails.groupAtLeast) return null;
  const { there, everywhere } = await countPeopleThere(tx, { by, name });
  // Of a company of which most people are unknown, nobody can say what a share of it is.
  if (everywhere * 2 < (company.headcount ?? 0)) return null;
  const limit = Math.floor((there * guardrails.groupPercent) / 100);
  if (value <= limit) return null;
  const place = by === 'department' ? `department ${name}` : name;
  const because = `${value} of ${there} people in ${place} would leave within one day, and ${guardrails.groupPercent} % are allowed.`;
  return { guard: `departures-per-${by}`, value, limit, because };
}

/** Said together with the one that is held back now, which nobody sees yet. */
async function heldText(tx: Db, { personId, confidential }: Leaving): Promise<string> {
  const { count, newest } = await heldByGuards(tx);
  const some = [...(confidential ? [] : [personId]), ...newest].slice(0, 5);
  const held = count === 0 ? '1 departure is held back' : `${count + 1} departures are held back`;
  const whose = some.length === 0 ? '' : `, the newest of ${some.join(', ')} (HR ids)`;
  return (
    `${held}${whose}. Nothing happens to them until somebody releases them (gatehouse case release) ` +
    'or takes them back (gatehouse case cancel).'
  );
}

import { type DateContext, resolveDates, wallClock } from './dates.ts';
import type { DepartureFacts } from './departure.ts';

/**
 * A departure that was held, at the moment somebody releases it: access ends now, unless the day
 * or the moment that was given for it is still to come. `cutNow` waits for no date at all.
 *
 * The confirmation in `context` is the moment of the release.
 */
export function atRelease(
  facts: DepartureFacts,
  context: DateContext,
  { cutNow = false } = {},
): DepartureFacts {
  const released = { ...facts, hold: false };
  const dates = resolveDates(released, context);
  if ('question' in dates) return released;
  const { confirmedAt: now, zone } = context;
  if (!cutNow && isStillToCome(facts, dates, wallClock(now, zone).toPlainDate().toString(), now)) {
    return released;
  }
  // Access ends at the confirmation anyway.
  if (dates.urgentNow && facts.accessEnds === null) return released;
  return {
    ...released,
    accessEnds: wallClock(now, zone).toString({ smallestUnit: 'millisecond' }),
  };
}

/** The end of a last working day that is today is no date that somebody chose. */
const isStillToCome = (
  { accessEnds }: DepartureFacts,
  dates: { readonly accessEnds: { readonly at: Date }; readonly lastWorkingDay: string },
  today: string,
  now: Date,
): boolean => dates.accessEnds.at > now && (accessEnds !== null || dates.lastWorkingDay > today);

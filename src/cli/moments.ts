import { z } from 'zod';
import { endOfDay, startOfDay, toDate } from '#core/dates.ts';
import { wrongUsage } from './io.ts';

/** A moment as it is typed: an exact one, or a day in the reader’s zone, its start or its end. */
export function momentFrom(text: string, zone: string, edge: 'start' | 'end'): Date {
  if (z.iso.date().safeParse(text).success) {
    return toDate(edge === 'start' ? startOfDay(text, zone) : endOfDay(text, zone));
  }
  if (z.iso.datetime({ offset: true }).safeParse(text).success) return new Date(text);
  throw wrongUsage(
    `“${text}” is neither a day such as 2026-12-31 nor a moment such as 2026-12-31T17:00:00Z.`,
  );
}

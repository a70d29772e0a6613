import type { DepartureFacts } from '#core/departure.ts';
import type { ConnectorError } from '#core/failure.ts';
import { type Employment, sinceItBegan } from './employments.ts';
import { readAccessEnd } from './facts.ts';

/** How fields are read that a company has made for itself; null: it is empty. */
interface Reading {
  day(field: string): string | null;
  text(field: string): string | null;
  /** That a field does not hold what is expected. */
  strange(field: string, expected: string): ConnectorError;
}

/** What two fields of the company say of a departure, where it has such; of an earlier employment they say nothing. */
export function ownDates(
  {
    lastWorkingDayField,
    accessEndsField,
  }: {
    readonly lastWorkingDayField?: string | undefined;
    readonly accessEndsField?: string | undefined;
  },
  employment: Pick<Employment<unknown>, 'startsOn'>,
  { day, text, strange }: Reading,
): Pick<DepartureFacts, 'accessEnds' | 'lastWorkingDay'> {
  const lastWorkingDay = lastWorkingDayField === undefined ? null : day(lastWorkingDayField);
  return {
    accessEnds: sinceItBegan(accessEnds(), employment),
    lastWorkingDay: sinceItBegan(lastWorkingDay, employment),
  };

  function accessEnds(): string | null {
    const found = accessEndsField === undefined ? null : text(accessEndsField);
    if (accessEndsField === undefined || found === null) return null;
    const ends = readAccessEnd(found);
    if (ends.kind === 'refused') throw strange(accessEndsField, ends.expected);
    return ends.value;
  }
}

import { type Command, Option } from 'commander';
import type { DepartureChange, DepartureInput } from '#api/contract/departures.ts';
import { departureKinds } from '#core/departure-kind.ts';

export interface DepartureOptions {
  readonly kind?: DepartureInput['kind'];
  readonly urgent?: boolean;
  readonly confidential?: boolean;
  readonly hold?: boolean;
  readonly accessEnds?: string;
  readonly lastWorkingDay?: string;
  readonly employmentEnds?: string;
  readonly payEnds?: string;
  /** Of an arrival. */
  readonly startDay?: string;
  readonly reason?: string;
}

/** What is known of a departure, as options. */
export function withDates(command: Command): Command {
  return command
    .option('--access-ends <time>', 'when access ends there, such as 2026-11-23T17:00')
    .option('--last-working-day <day>', 'such as 2026-11-23')
    .option('--employment-ends <day>', 'last day of the employment')
    .option('--pay-ends <day>', 'last day that is paid')
    .option('--reason <text>', 'for HR and Security only');
}

export const kindOption = () => new Option('--kind <kind>', 'why').choices(departureKinds);

/** A departure from options; the kind is there, since the command demands it. */
export function departureFrom(options: DepartureOptions & { kind: DepartureInput['kind'] }) {
  const { kind, hold } = options;
  return { ...changeFrom(options), kind, ...(hold ? { hold } : {}) } satisfies DepartureInput;
}

/** Only what was given. */
export function changeFrom(options: DepartureOptions): DepartureChange {
  const {
    kind,
    urgent,
    confidential,
    accessEnds,
    lastWorkingDay,
    employmentEnds,
    payEnds,
    startDay,
    reason,
  } = options;
  const given = Object.entries({
    kind,
    urgent,
    confidential,
    accessEnds,
    lastWorkingDay,
    employmentEnds,
    payEnds,
    startDay,
    reason,
  }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

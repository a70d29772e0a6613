import { type DepartureKind, departureKinds } from '#core/departure-kind.ts';

/** Whose answers are wanted, as the address says it. */
export interface ResultsSearch {
  /** Left out: the first survey that there is. */
  readonly survey?: string;
  /** Invited on this day or later, or before; such as 2026-01-31. */
  readonly from?: string;
  readonly to?: string;
  readonly department?: string;
  readonly location?: string;
  readonly kind?: DepartureKind;
}

const isDay = (it: string) => /^\d{4}-\d\d-\d\d$/.test(it) && !Number.isNaN(Date.parse(it));

/** Reads an address as a person may have typed it; what it does not know counts as not said. */
export function resultsSearch(it: Readonly<Record<string, unknown>>): ResultsSearch {
  const text = (name: string) => {
    const value = it[name];
    return typeof value === 'string' ? value.trim().slice(0, 200) : '';
  };
  const kind = departureKinds.find((known) => known === text('kind'));
  return {
    ...(text('survey') ? { survey: text('survey') } : {}),
    ...(isDay(text('from')) ? { from: text('from') } : {}),
    ...(isDay(text('to')) ? { to: text('to') } : {}),
    ...(text('department') ? { department: text('department') } : {}),
    ...(text('location') ? { location: text('location') } : {}),
    ...(kind ? { kind } : {}),
  };
}

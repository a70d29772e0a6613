import type { EmploymentRecord } from '#core/lifecycle.ts';

/** Who left longer ago than this when a source is first read is history, not a departure to carry out. */
export const historyDays = 14;

export function isHistory({ departure }: Pick<EmploymentRecord, 'departure'>, now: Date): boolean {
  if (departure === null || departure.urgent) return false;
  const { accessEnds, lastWorkingDay, employmentEnds, payEnds } = departure;
  const last = [accessEnds, lastWorkingDay, employmentEnds, payEnds]
    .flatMap((it) => it?.slice(0, 10) ?? [])
    .toSorted()
    .at(-1);
  const limit = new Date(now.getTime() - historyDays * 86_400_000).toISOString().slice(0, 10);
  return last !== undefined && last < limit;
}

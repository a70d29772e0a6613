import type { Task } from '#api/contract/tasks.ts';
import { dayText, momentText } from '../../lib/moments.ts';
import { dayThatEndsAt } from '../../lib/zoned.ts';

const dayMs = 86_400_000;

/** How near the date of a task is, and how it looks. */
export type Due = 'over' | 'soon' | 'later' | 'none';

export function dueOf({ deadline }: Pick<Task, 'deadline'>, now: Date): Due {
  if (deadline === null) return 'none';
  const leftMs = Date.parse(deadline) - now.getTime();
  if (leftMs <= 0) return 'over';
  return leftMs <= 2 * dayMs ? 'soon' : 'later';
}

export const toneOf = {
  over: 'attention',
  soon: 'due-soon',
  later: 'quiet',
  none: 'quiet',
} as const;

/** A date as people say it: a whole day as that day, any other moment with its time and place. */
export function dateText(at: string, zone: string, language: string, now: Date): string {
  const day = dayThatEndsAt(at, zone);
  return day === null ? momentText(at, zone, language, now) : dayText(day, language, now);
}

/** What sort of task it is, by its key in the words. */
export function sortOf(it: Pick<Task, 'toAccept' | 'equipment' | 'layer'>): string {
  if (it.toAccept) return 'accept';
  if (it.equipment) return 'equipment';
  return { security: 'access', operations: 'handover', compliance: 'followUp' }[it.layer];
}

/** Where `j` and `k` go from a place in a list; from nowhere to its beginning. */
export const placeAfter = (at: number, by: 1 | -1, count: number): number =>
  at < 0 ? 0 : Math.max(0, Math.min(count - 1, at + by));

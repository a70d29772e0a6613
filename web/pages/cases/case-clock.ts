import type { CaseSummary } from '#api/contract/cases.ts';
import { endStates } from '#core/case.ts';

/** What the clock of somebody's access shows, in milliseconds. */
export type AccessClock =
  | { readonly kind: 'left' | 'over' | 'took'; readonly ms: number }
  | { readonly kind: 'none' };

type Clocked = Pick<
  CaseSummary,
  'kind' | 'direction' | 'state' | 'accessEndsAt' | 'confirmedAt' | 'accessRemovedAt'
>;

/**
 * Down to the end of access, up from there until all of it is removed, and then how long that took. Access
 * that was to end before anybody said so counts from when they did.
 */
export function accessClock(it: Clocked, now: Date): AccessClock {
  if (it.kind !== 'departure' || it.direction === 'back' || it.accessEndsAt === null) {
    return { kind: 'none' };
  }
  const ends = Math.max(Date.parse(it.accessEndsAt), Date.parse(it.confirmedAt));
  if (it.accessRemovedAt) {
    return { kind: 'took', ms: Math.max(0, Date.parse(it.accessRemovedAt) - ends) };
  }
  if (endStates.includes(it.state)) return { kind: 'none' };
  const ms = ends - now.getTime();
  return ms > 0 ? { kind: 'left', ms } : { kind: 'over', ms: -ms };
}

const soonMs = 24 * 3_600_000;

/** How a clock looks: due soon within a day, over in the colour of what needs somebody. */
export function toneOfClock(clock: AccessClock): 'attention' | 'due-soon' | 'quiet' {
  if (clock.kind === 'over') return 'attention';
  return clock.kind === 'left' && clock.ms < soonMs ? 'due-soon' : 'quiet';
}

/** Whether something of a case waits for a person. */
export const needsSomebody = (it: Pick<CaseSummary, 'state' | 'question' | 'progress'>): boolean =>
  !endStates.includes(it.state) &&
  (it.state === 'quarantined' ||
    it.question !== null ||
    it.progress.held + it.progress.unknown > 0);

/** What is not proven, by what it is instead, where there is any; for the words beside "9 proven of 11". */
export function notProven(
  progress: CaseSummary['progress'],
): readonly (readonly [Exclude<keyof CaseSummary['progress'], 'steps' | 'proven'>, number])[] {
  const kinds = [
    'held',
    'unknown',
    'acceptedOnly',
    'confirmedByPerson',
    'skipped',
    'open',
  ] as const;
  return kinds.flatMap((kind) => (progress[kind] > 0 ? [[kind, progress[kind]] as const] : []));
}

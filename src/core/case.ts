import { isArrival, type Occasion } from './arrival.ts';

/** The one state a case shows. Words for people: `caseStateTitles`. */
export const caseStates = [
  'quarantined',
  'draft',
  'waiting-for-approval',
  'scheduled',
  'running',
  'paused',
  'access-removed',
  'complete',
  'cancelled',
  'brought-back',
] as const;
export type CaseState = (typeof caseStates)[number];

export const caseStateTitles: Record<CaseState, string> = {
  quarantined: 'Quarantined',
  draft: 'Draft',
  'waiting-for-approval': 'Waiting for approval',
  scheduled: 'Scheduled',
  running: 'Running',
  paused: 'Paused',
  'access-removed': 'Access removed',
  complete: 'Complete',
  cancelled: 'Cancelled',
  'brought-back': 'Brought back',
};

/** In these states the engine carries out steps; in all others it leaves everything alone. */
export const workingStates: readonly CaseState[] = ['scheduled', 'running', 'access-removed'];

/** Whether a case waits for the word of a person, as its departure asked for: see `hold`. */
export const isHeld = (it: {
  readonly state: CaseState;
  readonly stateBeforePause: CaseState | null;
  readonly direction: 'forward' | 'back';
  readonly departure: Occasion;
}): boolean =>
  it.direction === 'forward' &&
  !isArrival(it.departure) &&
  it.departure.hold === true &&
  (it.stateBeforePause ?? it.state) === 'waiting-for-approval';

/** Nothing more happens to a case in one of these. */
export const endStates: readonly CaseState[] = ['complete', 'cancelled', 'brought-back'];

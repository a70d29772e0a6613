import type { Case } from '#api/contract/cases.ts';
import type { Step } from '#api/contract/steps.ts';
import { type Layer, layers } from '#core/step.ts';
import { timeText } from '../../lib/moments.ts';
import type { Standing } from '../../ui/standing.tsx';
import { needsSomebody, standingOf } from './step-standing.ts';

/** A text of the words of the page, and what fills its gaps. */
export interface Said {
  readonly key: string;
  readonly values?: Readonly<Record<string, string | number>>;
}

/** A step with where it stands. */
export interface StandingStep {
  readonly step: Step;
  readonly standing: Standing;
}

export const standingSteps = (it: Pick<Case, 'state' | 'steps'>): readonly StandingStep[] =>
  it.steps.map((step) => ({ step, standing: standingOf(step, it) }));

/** The word of a standing; `toApprove`: another person has to approve the step first. */
export function saidOf(
  { step, standing }: StandingStep,
  it: Pick<Case, 'steps' | 'zone'>,
  toApprove: boolean,
): Said {
  const { decision, assignment, settledAt, nextLookAt } = step;
  switch (standing) {
    case 'waiting': {
      const [first, ...others] = waitedFor(step, it);
      if (first === undefined) return { key: 'standing.waitsForTurn' };
      const more = others.length;
      return more === 0
        ? { key: 'standing.waitingFor', values: { what: first.title } }
        : { key: 'standing.waitingForMore', values: { what: first.title, count: more } };
    }
    case 'ready':
      return { key: toApprove ? 'standing.toApprove' : 'standing.ready' };
    case 'tries-again':
      return nextLookAt === null
        ? { key: 'standing.triesAgainNow' }
        : { key: 'standing.triesAgain', values: { time: timeText(nextLookAt, it.zone) } };
    case 'running':
      if (toApprove) return { key: 'standing.toApprove' };
      return assignment === null
        ? { key: 'standing.running' }
        : { key: 'standing.asked', values: { who: namesOf(assignment.people) } };
    case 'waits-for-others':
      return assignment && assignment.people.length > 0
        ? { key: 'standing.waitsFor', values: { who: namesOf(assignment.people) } }
        : { key: 'standing.waitsForIt' };
    case 'verified':
      return settledAt === null
        ? { key: 'standing.verified' }
        : { key: 'standing.verifiedAt', values: { time: timeText(settledAt, it.zone) } };
    case 'attested':
      return {
        key: 'standing.attested',
        values: { who: decision?.acceptedByName ?? decision?.byName ?? '?' },
      };
    case 'waived':
      return {
        key: decision?.writtenOff ? 'standing.writtenOff' : 'standing.waived',
        values: { who: decision?.byName ?? '?' },
      };
    default:
      return { key: `standing.${standing}` };
  }
}

const namesOf = (people: readonly { name: string }[]): string =>
  people.map(({ name }) => name).join(', ') || '?';

/** What has to be settled before a step begins. */
export const waitedFor = (step: Step, it: Pick<Case, 'steps'>): readonly Step[] =>
  it.steps.filter((one) => step.startsAfter.includes(one.id) && one.status !== 'settled');

/** What begins only when a step is settled. */
export const blockedBy = (step: Step, it: Pick<Case, 'steps'>): readonly Step[] =>
  it.steps.filter((one) => one.startsAfter.includes(step.id) && one.status !== 'settled');

export interface StepGroup {
  readonly name: 'needs-you' | 'needs-others' | 'way-out' | Layer;
  readonly steps: readonly StandingStep[];
}

/**
 * What needs somebody on top, then the three layers in their order; on the way back that way's own steps, and
 * what was done on the way out last. Groups without steps are left out.
 */
export function groupsOf(it: Pick<Case, 'state' | 'direction' | 'steps'>): readonly StepGroup[] {
  const all = standingSteps(it);
  const isPast = ({ step }: StandingStep) => it.direction === 'back' && step.undoOf === null;
  const current = all.filter((one) => !isPast(one));
  const calm = current.filter(({ standing }) => !needsSomebody.includes(standing));
  const groups: readonly StepGroup[] = [
    {
      name: 'needs-you',
      steps: current.filter(({ standing }) => standing === 'held' || standing === 'unknown'),
    },
    {
      name: 'needs-others',
      steps: current.filter(({ standing }) => standing === 'waits-for-others'),
    },
    ...layers.map((layer) => ({
      name: layer,
      steps: calm.filter(({ step }) => step.layer === layer),
    })),
    { name: 'way-out', steps: all.filter(isPast) },
  ];
  return groups.filter(({ steps }) => steps.length > 0);
}

/** What is not proven, by name and count, in the order in which people have to know of it. */
export function unprovenOf(
  progress: Case['progress'],
): readonly { readonly name: string; readonly count: number }[] {
  const names = [
    'held',
    'unknown',
    'open',
    'acceptedOnly',
    'confirmedByPerson',
    'skipped',
  ] as const;
  return names.map((name) => ({ name, count: progress[name] })).filter(({ count }) => count > 0);
}

export interface Systems {
  readonly all: number;
  readonly closed: number;
  /** Ids of connections in which access is still open. */
  readonly open: readonly string[];
}

/** In how many systems every step of access has a grade, and in which it does not yet. */
export function systemsOf(it: Pick<Case, 'steps'>): Systems {
  const settled = new Map<string, boolean>();
  for (const { connection, layer, kind, undoOf, status } of it.steps) {
    if (connection === null || layer !== 'security' || undoOf !== null || kind === 'lookup')
      continue;
    settled.set(connection, (settled.get(connection) ?? true) && status === 'settled');
  }
  const open = [...settled].filter(([, isSettled]) => !isSettled).map(([id]) => id);
  return { all: settled.size, closed: settled.size - open.length, open };
}

/**
 * What stands beside "access removed" and "complete" when not all of it was read back: the steps of access that
 * were only accepted, confirmed by a person, or skipped.
 */
export function weakOf(it: Pick<Case, 'state' | 'direction' | 'steps'>): readonly StandingStep[] {
  if (it.direction === 'back') return [];
  return standingSteps(it).filter(
    ({ step, standing }) =>
      step.layer === 'security' &&
      (standing === 'acknowledged' || standing === 'attested' || standing === 'waived'),
  );
}

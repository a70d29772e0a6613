import type { Case } from '#api/contract/cases.ts';
import type { Step } from '#api/contract/steps.ts';
import { endStates } from '#core/case.ts';
import type { Tone } from './paint.ts';
import { momentText, shortMoment } from './times.ts';

/** How a step is shown: word, sign and tone, never colour alone. */
export interface Look {
  readonly sign: string;
  readonly word: string;
  readonly tone: Tone;
}

type Reader = { readonly now: Date };

/** The one table of how steps look. Times are those of the place where the person works. */
export function lookOf(step: Step, it: Case, { now }: Reader): Look {
  const at = (moment: string | null) => (moment === null ? '' : shortMoment(moment, it.zone, now));
  if (step.status !== 'settled' && endStates.includes(it.state)) {
    return { sign: '–', word: 'Not done', tone: 'quiet' };
  }
  if (step.status !== 'settled' && it.state === 'paused') {
    return { sign: '‖', word: 'Paused', tone: 'quiet' };
  }
  switch (step.status) {
    case 'waiting':
      return { sign: '⧗', word: waitingFor(step, it), tone: 'quiet' };
    case 'ready':
    case 'running':
      return underway(step, at, now);
    case 'held':
      if (step.outcomeUnknown) return { sign: '?', word: 'We do not know', tone: 'attention' };
      return step.actions.length > 0
        ? { sign: '▲', word: 'Needs you', tone: 'attention' }
        : { sign: '▲', word: 'Waiting for IT', tone: 'attention' };
    case 'settled':
      return settled(step, it.zone, at, now);
  }
}

function waitingFor(step: Step, it: Case): string {
  const open = it.steps.filter(
    (other) => step.startsAfter.includes(other.id) && other.status !== 'settled',
  );
  const [first, ...more] = open;
  const stuck = open.find(({ status }) => status === 'held');
  if (stuck) return `Waiting for ${stuck.title}, which needs a person`;
  if (!first) return 'Waiting for its turn';
  return more.length === 0 ? `Waiting for ${first.title}` : `Waiting for ${open.length} others`;
}

function underway(step: Step, at: (moment: string | null) => string, now: Date): Look {
  if (step.attempts > 0) {
    return { sign: '↻', word: `Tries again at ${at(step.nextLookAt)}`, tone: 'busy' };
  }
  if (step.status === 'ready') {
    const due = step.nextLookAt ?? step.dueAt;
    const later = due !== null && new Date(due) > now;
    return { sign: '◌', word: later ? `Up next, ${at(due)}` : 'Up next', tone: 'quiet' };
  }
  if (step.assignment?.confirmed) {
    return {
      sign: '↻',
      word: `${step.assignment.confirmed.byName} confirmed it, read back next`,
      tone: 'busy',
    };
  }
  if (step.assignment) {
    const [first, ...more] = step.assignment.people;
    const who = first ? `${first.name}${more.length > 0 ? ` +${more.length}` : ''}` : 'somebody';
    const word = step.assignment.toAccept ? `Asked ${who} to accept it` : `Asked ${who}`;
    return { sign: '◐', word, tone: 'busy' };
  }
  return step.because === null
    ? { sign: '◐', word: 'In progress', tone: 'busy' }
    : { sign: '↻', word: 'Sent, result not in yet', tone: 'busy' };
}

function settled(step: Step, zone: string, at: (moment: string | null) => string, now: Date): Look {
  const { decision } = step;
  switch (step.grade) {
    case 'verified':
      return step.appliedAt || step.kind !== 'action'
        ? {
            sign: '✔',
            word: `Verified ${at(step.settledAt)}${lookedAgain(step, at)}`,
            tone: 'good',
          }
        : { sign: '✔', word: 'Nothing to change', tone: 'good' };
    case 'absent':
      return {
        sign: '✔',
        word: step.kind === 'ticket' ? 'No ticket there' : 'No account found',
        tone: 'good',
      };
    case 'acknowledged':
      return { sign: '✓', word: 'Accepted, cannot be read back', tone: 'weak' };
    case 'attested':
      return { sign: '☑', word: confirmedText(decision), tone: 'weak' };
    case 'waived':
    case null: {
      const until = decision?.expiresAt
        ? ` until ${momentText(decision.expiresAt, zone, now)}`
        : '';
      const by = decision?.byName ?? 'a person';
      if (decision?.writtenOff) return { sign: '⊘', word: `Written off by ${by}`, tone: 'quiet' };
      return { sign: '⊘', word: `Skipped by ${by}${until}`, tone: 'quiet' };
    }
  }
}

/** When it was seen to be so last. */
function lookedAgain({ rechecks }: Step, at: (moment: string | null) => string): string {
  const last = rechecks?.lookedAt.at(-1);
  return last === undefined ? '' : `, last looked at ${at(last)}`;
}

function confirmedText(decision: Step['decision']): string {
  const accepted = decision?.acceptedByName ? `, accepted by ${decision.acceptedByName}` : '';
  return `Confirmed by ${decision?.byName ?? 'a person'}${accepted}`;
}

/** How much is proven, and beside it whatever is not. */
export function progressText({ progress: it, state }: Pick<Case, 'progress' | 'state'>): string {
  const unsettled: readonly (readonly [number, string])[] = endStates.includes(state)
    ? [[it.held + it.unknown + it.open, 'not done']]
    : [
        [it.held, it.held === 1 ? 'needs a person' : 'need a person'],
        [it.unknown, 'not known'],
        [it.open, 'still to come'],
      ];
  const others: readonly (readonly [number, string])[] = [
    [it.acceptedOnly, 'accepted, cannot be read back'],
    [it.confirmedByPerson, 'confirmed by a person'],
    [it.skipped, 'skipped'],
    ...unsettled,
  ];
  return [
    `${it.proven} proven of ${it.steps}`,
    ...others.flatMap(([count, words]) => (count > 0 ? [`${count} ${words}`] : [])),
  ].join(' · ');
}

/** The state of a departure, with what could only be accepted, confirmed or skipped beside it. */
export function stateText(it: Case, title: string, now: Date): string {
  if (it.state !== 'access-removed' && it.state !== 'complete') return title;
  const cuts = it.steps.filter((step) => step.layer === 'security' && step.undoOf === null);
  const reserves = cuts.flatMap((step) => {
    const where = step.connection ? `${step.title} in ${step.connection}` : step.title;
    switch (step.grade) {
      case 'acknowledged':
        return [`${where}: accepted, cannot be read back`];
      case 'attested':
      case 'waived': {
        const { word } = lookOf(step, it, { now });
        return [`${where}: ${word[0]?.toLowerCase()}${word.slice(1)}`];
      }
      default:
        return [];
    }
  });
  return [title, ...reserves].join(' · ');
}

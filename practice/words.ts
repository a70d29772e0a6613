import type { Step } from '../src/api/contract/steps.ts';
import type { Tone } from './terminal.ts';

/** How a step looks at one moment: an icon, always beside its word, and what shows it. */
export interface Look {
  readonly icon: string;
  readonly word: string;
  readonly tone: Tone;
  readonly detail?: string | undefined;
}

/** Null: nothing has happened yet that anybody would want to read. */
export function lookOf(step: Step): Look | null {
  if (step.grade !== null) return graded(step);
  if (step.status === 'held') {
    const [icon, word] = step.outcomeUnknown ? ['?', 'We do not know'] : ['▲', 'Needs you'];
    return { icon, word, tone: 'attention', detail: step.because ?? undefined };
  }
  if (step.assignment) {
    const names = step.assignment.people.map((it) => it.name).join(', ');
    return { icon: '○', word: `In progress, ${names} asked`, tone: 'busy' };
  }
  if (step.failure) {
    const because = step.failure.detail.replace(/^.* answered (\d+).*$/, 'it answered $1');
    return { icon: '↻', word: 'Tries again', tone: 'busy', detail: because };
  }
  if (step.appliedAt !== null || step.because?.startsWith('Sent;')) {
    return { icon: '◔', word: 'Sent, result not in yet', tone: 'busy' };
  }
  return null;
}

function graded(step: Step): Look {
  switch (step.grade) {
    case 'verified':
      if (step.kind === 'lookup') {
        return { icon: '✔', word: 'Verified', tone: 'good', detail: step.because ?? undefined };
      }
      return {
        icon: '✔',
        word: step.appliedAt === null ? 'Nothing to change' : 'Verified',
        tone: 'good',
        detail: changeBetween(step.stateBefore, step.stateAfter),
      };
    case 'absent':
      return { icon: '✔', word: 'No account found', tone: 'good' };
    case 'acknowledged':
      return { icon: '✓', word: 'Accepted, cannot be read back', tone: 'good-weak' };
    case 'attested':
      return {
        icon: '☑',
        word: `Confirmed by ${step.decision?.byName ?? 'a person'}`,
        tone: 'good-weak',
        detail: step.decision?.proof ?? undefined,
      };
    default:
      return {
        icon: '⊘',
        word: `Skipped by ${step.decision?.byName ?? 'a person'}`,
        tone: 'person',
        detail: step.decision?.reason,
      };
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** The difference of two states as a system showed them, such as “status: active → suspended”. */
export function changeBetween(before: unknown, after: unknown): string | undefined {
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  const changes = Object.keys(is)
    .filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
    .map((name) => `${name}: ${inWords(was[name])} → ${inWords(is[name])}`);
  return changes.length > 0 ? changes.join(', ') : undefined;
}

/** Described systems keep what was read under `facts`. */
function fieldsOf(state: unknown): Fields {
  const fields = isFields(state) ? state : {};
  return isFields(fields['facts']) ? fields['facts'] : fields;
}

const isFields = (it: unknown): it is Fields =>
  typeof it === 'object' && it !== null && !Array.isArray(it);

function inWords(value: unknown): string {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (value === null || value === undefined) return 'none';
  if (!Array.isArray(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  if (value.length === 0) return 'none';
  const [first] = value;
  return value.length === 1 && typeof first === 'string' ? first : String(value.length);
}

import type { Case } from '../src/api/contract/cases.ts';
import type { Step } from '../src/api/contract/steps.ts';
import { type Look, lookOf } from '../src/cli/step-look.ts';

/** How a step looks, as everywhere on the command line, and what shows that it is so. */
export interface News extends Look {
  readonly detail: string | undefined;
}

/** Null: nothing has happened yet that anybody would want to read. */
export function newsOf(step: Step, it: Case, now: Date): News | null {
  const { status, attempts, assignment, because } = step;
  if (status === 'waiting' || (status === 'ready' && attempts === 0)) return null;
  if (status === 'running' && attempts === 0 && !assignment && because === null) return null;
  const look = lookOf(step, it, { now });
  // Every line begins with a time already.
  const word = look.word.replace(/ (at )?(\d+ \w+ )?\d\d:\d\d$/, '');
  return { ...look, word, detail: detailOf(step) ?? undefined };
}

function detailOf(step: Step): string | null | undefined {
  if (step.status === 'held') return step.because;
  if (step.decision) return step.decision.proof ?? step.decision.reason;
  if (step.status !== 'settled') {
    return step.failure?.detail.replace(/^.* answered (\d+).*$/, 'it answered $1');
  }
  if (step.grade !== 'verified') return null;
  // Its whole text is no news; the practice company shows it by itself.
  if (step.kind === 'ticket' || step.kind === 'record') return null;
  return step.kind === 'lookup' ? step.because : changeBetween(step.stateBefore, step.stateAfter);
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
  // What it is about comes first.
  if (isFields(value)) return inWords(Object.values(value)[0]);
  if (!Array.isArray(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  if (value.length === 0) return 'none';
  const [first] = value;
  return value.length === 1 && typeof first === 'string' ? first : String(value.length);
}

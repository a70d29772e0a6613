import type { ArrivalFacts } from './arrival.ts';
import {
  type Comparison,
  Condition,
  comparisonsIn,
  conditionText,
  type Field,
  type FieldValue,
  shownValue,
  yesNo,
} from './condition-document.ts';
import type { Category } from './connection.ts';
import type { DepartureFacts } from './departure.ts';
import type { PersonFacts } from './person.ts';

export { Condition, conditionText, type Field };

/** What conditions are held against. */
export interface ConditionFacts {
  /** Null: nobody leaves. */
  readonly departure: Pick<DepartureFacts, 'kind' | 'urgent' | 'confidential'> | null;
  /** Left out or null: nobody arrives, and no role changes. */
  readonly arrival?: Pick<ArrivalFacts, 'kind' | 'former'> | null;
  /** The connection it was heard from, or csv, api or form. */
  readonly source: string;
  readonly person: Pick<
    PersonFacts,
    'department' | 'title' | 'location' | 'country' | 'region' | 'employmentType' | 'tags'
  >;
  /** Left out or null where nobody told. */
  readonly isManager?: boolean | null;
  /** Left out or null where no account is in question. */
  readonly account?: AccountFacts | null;
}

export interface AccountFacts {
  /** Id of the connection. */
  readonly connection: string;
  readonly category: Category;
  readonly privileged: boolean;
}

/** Undefined: not known yet, so both answers are possible. */
type Lookup = (field: Field) => FieldValue | undefined;

function valueIn(field: Field, facts: ConditionFacts): FieldValue {
  const { departure, person, account } = facts;
  switch (field) {
    case 'departure.kind':
      return departure?.kind ?? null;
    case 'departure.urgent':
      return departure?.urgent ?? null;
    case 'departure.confidential':
      return departure?.confidential ?? null;
    case 'departure.source':
      return filled(facts.source);
    case 'arrival.kind':
      return facts.arrival?.kind ?? null;
    case 'former.department':
      return filled(facts.arrival?.former?.department ?? null);
    case 'former.title':
      return filled(facts.arrival?.former?.title ?? null);
    case 'former.location':
      return filled(facts.arrival?.former?.location ?? null);
    case 'person.department':
      return filled(person.department);
    case 'person.title':
      return filled(person.title);
    case 'person.location':
      return filled(person.location);
    case 'person.country':
      return filled(person.country);
    case 'person.region':
      return filled(person.region);
    case 'person.employment type':
      return person.employmentType;
    case 'person.is manager':
      return facts.isManager ?? null;
    case 'person.tags':
      return person.tags;
    case 'account.connection':
      return account?.connection ?? null;
    case 'account.category':
      return account?.category ?? null;
    case 'account.privileged':
      return account?.privileged ?? null;
  }
}

const filled = (text: string | null): string | null => (text?.trim() ? text : null);

export interface Verdict {
  readonly holds: boolean;
  /** Fields that were compared and that nobody filled; each such comparison is false. */
  readonly missing: readonly Field[];
}

/**
 * Whether a condition holds. Text is compared without regard to case and outer blanks. A field
 * that nobody filled answers only `is set`; every other comparison with it is false.
 */
export function holds(condition: Condition, facts: ConditionFacts): Verdict {
  const missing = new Set<Field>();
  for (const { field, operator } of comparisonsIn(condition))
    if (operator !== 'is set' && valueIn(field, facts) === null) missing.add(field);
  return {
    holds: judge(condition, (field) => valueIn(field, facts)) === true,
    missing: [...missing],
  };
}

/**
 * Whether a condition could still hold when only part is known: null facts leave the whole case
 * open; a null connection leaves the account open, a given one only whether it is privileged.
 */
export function couldHold(
  condition: Condition,
  facts: ConditionFacts | null,
  connection: { readonly id: string; readonly category: Category } | null,
): boolean {
  const known: Lookup = (field) => {
    if (field === 'account.connection') return connection?.id;
    if (field === 'account.category') return connection?.category;
    if (field === 'account.privileged') return undefined;
    return facts ? valueIn(field, facts) : undefined;
  };
  return judge(condition, known) !== false;
}

/** Whether a condition can hold for some departure of one kind. */
export const couldHoldFor = (condition: Condition, kind: DepartureFacts['kind']): boolean =>
  judge(condition, (field) => (field === 'departure.kind' ? kind : undefined)) !== false;

/** Like {@link holds}, where a field that nobody filled leaves it open (null) and does not decide. */
export function holdsPerhaps(condition: Condition, facts: ConditionFacts): boolean | null {
  return judge(condition, (field) => valueIn(field, facts) ?? undefined);
}

/** Null: depends on what is not known yet. */
function judge(condition: Condition, lookup: Lookup): boolean | null {
  if ('all' in condition) {
    const answers = condition.all.map((it) => judge(it, lookup));
    return answers.includes(false) ? false : answers.includes(null) ? null : true;
  }
  if ('any' in condition) {
    const answers = condition.any.map((it) => judge(it, lookup));
    return answers.includes(true) ? true : answers.includes(null) ? null : false;
  }
  if ('not' in condition) {
    const answer = judge(condition.not, lookup);
    return answer === null ? null : !answer;
  }
  const value = lookup(condition.field);
  return value === undefined ? null : compare(condition, value);
}

function compare(comparison: Comparison, value: FieldValue): boolean {
  const isSet = value !== null && !(Array.isArray(value) && value.length === 0);
  if (comparison.operator === 'is set') return isSet === comparison.value;
  if (value === null) return false;

  switch (comparison.operator) {
    case 'is':
      return same(value, comparison.value);
    case 'is not':
      return !same(value, comparison.value);
    case 'is one of':
      return comparison.value.some((it) => same(value, it));
    case 'is none of':
      return !comparison.value.some((it) => same(value, it));
    case 'includes':
      return Array.isArray(value) && value.some((it) => same(it, comparison.value));
  }
}

const same = (a: FieldValue, b: FieldValue): boolean =>
  typeof a === 'string' && typeof b === 'string' ? plain(a) === plain(b) : a === b;

/** Letters with accents may be one character or two; both are meant alike. */
const plain = (text: string): string => text.normalize('NFC').trim().toLowerCase();

/** Why a condition holds or not, one line for each part, deeper parts indented. */
export function explainCondition(condition: Condition, facts: ConditionFacts): readonly string[] {
  const answer = yesNo(holds(condition, facts).holds);
  const below = (parts: readonly Condition[]) =>
    parts.flatMap((it) => explainCondition(it, facts)).map((it) => `  ${it}`);

  if ('all' in condition) return [`all of these: ${answer}`, ...below(condition.all)];
  if ('any' in condition) return [`at least one of these: ${answer}`, ...below(condition.any)];
  if ('not' in condition) return [`not this: ${answer}`, ...below([condition.not])];

  const value = valueIn(condition.field, facts);
  const because =
    value === null
      ? 'it is not filled in'
      : Array.isArray(value) && value.length === 0
        ? 'the list is empty'
        : `it is ${shownValue(value)}`;
  return [`${conditionText(condition)}: ${answer}, ${because}`];
}

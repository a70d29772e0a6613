import { arrivalKinds } from './arrival-kind.ts';
import { categories } from './connection.ts';
import { departureKinds } from './departure-kind.ts';
import { employmentTypes } from './employment-type.ts';

/* What conditions are made of, without the shapes that read them: the browser builds conditions of these. */

/** What a condition may ask about. `account.` fields exist for steps that act on accounts. */
export const fieldTypes = {
  'departure.kind': { type: 'choice', of: departureKinds },
  'departure.urgent': { type: 'yes-no' },
  'departure.confidential': { type: 'yes-no' },
  'departure.source': { type: 'text' },
  'arrival.kind': { type: 'choice', of: arrivalKinds.filter((it) => it !== 'role change') },
  'former.department': { type: 'text' },
  'former.title': { type: 'text' },
  'former.location': { type: 'text' },
  'person.department': { type: 'text' },
  'person.title': { type: 'text' },
  'person.location': { type: 'text' },
  'person.country': { type: 'text' },
  'person.region': { type: 'text' },
  'person.employment type': { type: 'choice', of: employmentTypes },
  'person.is manager': { type: 'yes-no' },
  'person.tags': { type: 'list' },
  'account.connection': { type: 'text' },
  'account.category': { type: 'choice', of: categories },
  'account.privileged': { type: 'yes-no' },
} as const satisfies Record<string, FieldType>;

export type FieldType =
  | { readonly type: 'text' | 'yes-no' | 'list' }
  | { readonly type: 'choice'; readonly of: readonly string[] };

/** What a field holds; null: nobody filled it. */
export type FieldValue = string | boolean | readonly string[] | null;
export type Field = keyof typeof fieldTypes;
export const fields = Object.keys(fieldTypes).filter((it): it is Field => it in fieldTypes);

export const operatorsOf = {
  choice: ['is', 'is not', 'is one of', 'is none of', 'is set'],
  text: ['is', 'is not', 'is one of', 'is none of', 'is set'],
  'yes-no': ['is', 'is not', 'is set'],
  list: ['includes', 'is set'],
} as const satisfies Record<FieldType['type'], readonly string[]>;

/** One comparison; the value is text, a list of texts, or yes and no. */
export type Comparison = { readonly field: Field } & (
  | { readonly operator: 'is' | 'is not'; readonly value: string | boolean }
  | { readonly operator: 'is one of' | 'is none of'; readonly value: readonly string[] }
  | { readonly operator: 'includes'; readonly value: string }
  | { readonly operator: 'is set'; readonly value: boolean }
);

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | Comparison;

/** The document form that `Condition` reads back as the same condition. */
export function conditionDocument(condition: Condition): unknown {
  if ('all' in condition) return { all: condition.all.map(conditionDocument) };
  if ('any' in condition) return { any: condition.any.map(conditionDocument) };
  if ('not' in condition) return { not: conditionDocument(condition.not) };
  const { field, operator, value } = condition;
  return { field, [operator]: typeof value === 'boolean' ? yesNo(value) : value };
}

export const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

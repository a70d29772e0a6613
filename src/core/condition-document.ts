import { z } from 'zod';
import type { CaseKind } from './arrival.ts';
import {
  type Comparison,
  type Condition as ConditionShape,
  type Field,
  type FieldType,
  type FieldValue,
  fields,
  fieldTypes,
  operatorsOf,
  yesNo,
} from './condition-fields.ts';
import {
  choosing,
  found,
  has,
  keysOf,
  line,
  oneOf,
  problemsIn,
  readOn,
  report,
  words,
  yesOrNo,
} from './document.ts';

export {
  type Comparison,
  conditionDocument,
  type Field,
  type FieldValue,
  fields,
  yesNo,
} from './condition-fields.ts';
export type Condition = ConditionShape;

const deepest = 3;
const knownWords = ['all', 'any', 'not', 'field'];

/** A condition as it stands in a playbook: `all`, `any`, `not`, at most three deep, or a comparison. */
export const Condition: z.ZodType<Condition> = conditionWithin(deepest);

function conditionWithin(depth: number): z.ZodType<Condition> {
  return choosing<Condition>((value) => {
    if (has(value, 'field')) {
      const field = z.object({ field: oneOf(fields) }).safeParse(value);
      return field.success ? comparisonOf(field.data.field) : problemsIn(field.error, value)[0]!;
    }
    const word = ['all', 'any', 'not'].find((it) => has(value, it));
    if (word === undefined) {
      return {
        problem: `This is not a condition: ${found(value)}.`,
        mend: 'Write all, any or not, or a comparison such as { field: person.country, is: DE }.',
      };
    }
    if (depth === 0) {
      return {
        problem: 'Conditions lie more than three deep in each other.',
        mend: 'Split the step in two, or write the condition flatter.',
      };
    }
    const other = keysOf(value).find((it) => it !== word && knownWords.includes(it));
    if (other) {
      return {
        problem: `“${word}” and “${other}” stand side by side.`,
        mend: `Put one below the other, such as all: [ any: […], not: … ].`,
      };
    }
    const inner = z.lazy(() => conditionWithin(depth - 1));
    const several = z.array(inner).min(1).max(50);
    if (word === 'all') return words({ all: several }, 'A condition');
    if (word === 'any') return words({ any: several }, 'A condition');
    return words({ not: inner }, 'A condition');
  });
}

function comparisonOf(field: Field): z.ZodType<Comparison> {
  const fieldType: FieldType = fieldTypes[field];
  const operators: readonly string[] = operatorsOf[fieldType.type];
  const text = fieldType.type === 'choice' ? oneOf(fieldType.of) : line();
  const single: z.ZodType<string | boolean> = fieldType.type === 'yes-no' ? yesOrNo : text;
  const several = z.array(text).min(1).max(200);

  return z.unknown().transform((value, context): Comparison => {
    const used = keysOf(value).filter((it) => it !== 'field');
    const [operator, second] = used;
    if (operator === undefined || second !== undefined) {
      report(context, {
        problem: operator
          ? `“${field}” is compared twice: “${operator}” and “${second}”.`
          : `“${field}” is not compared with anything.`,
        mend: operator
          ? 'Write two conditions below “all” or “any”.'
          : `Add one of: ${operators.join(', ')}.`,
      });
      return z.NEVER;
    }
    if (!operators.includes(operator)) {
      report(
        context,
        {
          problem: `“${field}” cannot be compared by “${operator}”.`,
          mend: `Possible: ${operators.join(', ')}.`,
        },
        [operator],
      );
      return z.NEVER;
    }

    const read = <T>(schema: z.ZodType<T>): T =>
      readOn(context, schema, Reflect.get(Object(value), operator), [operator]);
    switch (operator) {
      case 'is':
      case 'is not':
        return { field, operator, value: read(single) };
      case 'is one of':
      case 'is none of':
        return { field, operator, value: read(several) };
      case 'includes':
        return { field, operator, value: read(text) };
      default:
        return { field, operator: 'is set', value: read(yesOrNo) };
    }
  });
}

/** Every comparison in a condition, however deep. */
export function comparisonsIn(condition: Condition): readonly Comparison[] {
  if ('all' in condition) return condition.all.flatMap(comparisonsIn);
  if ('any' in condition) return condition.any.flatMap(comparisonsIn);
  if ('not' in condition) return comparisonsIn(condition.not);
  return [condition];
}

export const asksForAccount = (condition: Condition): boolean =>
  comparisonsIn(condition).some(({ field }) => field.startsWith('account.'));

/** A condition in one line: “departure.kind is one of involuntary, layoff”. */
export function conditionText(condition: Condition): string {
  if ('all' in condition) return joined(condition.all, 'and');
  if ('any' in condition) return joined(condition.any, 'or');
  if ('not' in condition) return `not (${conditionText(condition.not)})`;
  const { field, operator, value } = condition;
  if (operator === 'is set') return value ? `${field} is filled in` : `${field} is not filled in`;
  return `${field} ${operator} ${shownValue(value)}`;
}

function joined(conditions: readonly Condition[], word: 'and' | 'or'): string {
  return conditions
    .map((it) => ('all' in it || 'any' in it ? `(${conditionText(it)})` : conditionText(it)))
    .join(` ${word} `);
}

export const shownValue = (value: FieldValue): string =>
  typeof value === 'boolean'
    ? yesNo(value)
    : typeof value === 'string'
      ? value
      : (value ?? []).join(', ');

/** The case that the fields of a family exist for; those of persons and accounts exist for all. */
const familyOf: Readonly<Record<string, CaseKind>> = {
  departure: 'departure',
  arrival: 'arrival',
  former: 'role change',
};

/** The fields in a condition that nothing of this kind can ever fill. `departure.source` always is. */
export const fieldsBeside = (condition: Condition, kind: CaseKind): readonly Field[] =>
  comparisonsIn(condition)
    .map(({ field }) => field)
    .filter((field) => {
      const family = familyOf[field.split('.')[0] ?? ''];
      return field !== 'departure.source' && family !== undefined && family !== kind;
    });

import { z } from 'zod';
import { type Json, Pointer, Scalar, valueAt } from './pointer.ts';

/** What was read about an account, by the names the description gives. */
export type Facts = Readonly<Record<string, Json>>;

export const FactName = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]*$/, 'A name is letters and digits, and starts with a small letter.');

export const Fact = z.union(
  [
    Pointer,
    z.strictObject({
      at: Pointer,
      /** For a list: what to keep of each element. */
      each: Pointer.optional(),
      /** Where the answer may leave it out; it is null then. */
      optional: z.boolean().optional(),
    }),
  ],
  {
    error:
      'Write a JSON pointer such as /status, or { at: /status } with `each` (a pointer inside ' +
      'each element of a list) and `optional: true` (the answer may leave it out).',
  },
);
export type Fact = z.infer<typeof Fact>;

const operators = ['equals', 'notEquals', 'isOneOf', 'isEmpty', 'isAbsent'] as const;

export const Condition = z
  .strictObject({
    fact: FactName.optional(),
    equals: Scalar.optional(),
    notEquals: Scalar.optional(),
    isOneOf: z.array(Scalar).min(1).optional(),
    /** Null, "", [] and {} are empty; the number 0 and false are not. */
    isEmpty: z.boolean().optional(),
    /** Whether the system says that there is no such account. */
    isAbsent: z.boolean().optional(),
  })
  .superRefine((it, ctx) => {
    const refuse = (message: string) => ctx.addIssue({ code: 'custom', path: [], message });
    if (operators.filter((operator) => it[operator] !== undefined).length !== 1) {
      refuse(`A condition has exactly one of ${operators.join(', ')}.`);
    } else if ((it.isAbsent !== undefined) === (it.fact !== undefined)) {
      refuse('A condition names a `fact`, except `isAbsent`, which is about the account itself.');
    }
  });
export type Condition = z.infer<typeof Condition>;

export const Conditions = z
  .strictObject({
    all: z.array(Condition).min(1).optional(),
    any: z.array(Condition).min(1).optional(),
  })
  .refine((it) => (it.all === undefined) !== (it.any === undefined), {
    error: 'Write either `all` (every condition must hold) or `any` (one is enough).',
  });
export type Conditions = z.infer<typeof Conditions>;

export const listed = (it: Conditions): readonly Condition[] => it.all ?? it.any ?? [];

/** What is known of an account after reading it. */
export interface Reading {
  /** The system says that there is no such account; there are no facts then. */
  readonly absent: boolean;
  readonly facts: Facts;
}

export function holds(conditions: Conditions, reading: Reading): boolean {
  const one = (condition: Condition) => holdsOne(condition, reading);
  return conditions.all ? conditions.all.every(one) : listed(conditions).some(one);
}

function holdsOne(condition: Condition, { absent, facts }: Reading): boolean {
  if (condition.isAbsent !== undefined) return absent === condition.isAbsent;
  const value = condition.fact === undefined ? undefined : facts[condition.fact];
  // Nothing that was not read may make a goal hold, "is not" least of all.
  if (absent || value === undefined) return false;
  if (condition.equals !== undefined) return value === condition.equals;
  if (condition.notEquals !== undefined) return value !== condition.notEquals;
  if (condition.isOneOf) return condition.isOneOf.some((it) => it === value);
  return isEmpty(value) === condition.isEmpty;
}

const isEmpty = (value: Json): boolean =>
  value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);

/** Reads the facts out of an answer, or names the first one that is not where it should be. */
export function factsIn(
  answer: Json,
  wanted: Readonly<Record<string, Fact>>,
): { readonly facts: Facts } | { readonly missing: string } {
  const facts: Record<string, Json> = {};
  for (const [name, fact] of Object.entries(wanted)) {
    const { at, each, optional } = typeof fact === 'string' ? { at: fact } : { ...fact };
    const found = valueAt(answer, at);
    if (found === undefined && !optional) return { missing: at };
    const value = found ?? null;
    if (each === undefined || (value === null && optional)) {
      facts[name] = value;
      continue;
    }
    if (!Array.isArray(value)) return { missing: `${at} (a list)` };
    const kept = value.map((it) => valueAt(it, each));
    const gap = kept.indexOf(undefined);
    if (gap >= 0) return { missing: `${at}/${gap}${each}` };
    facts[name] = kept.filter((it) => it !== undefined);
  }
  return { facts };
}

/** For the people who approve and audit. */
export function inWords({ absent, facts }: Reading): string {
  if (absent) return 'there is no such account';
  return Object.entries(facts)
    .map(([name, value]) => `${name} is ${worded(value)}`)
    .join(', ');
}

function worded(value: Json): string {
  if (!Array.isArray(value)) return JSON.stringify(value).slice(0, 100);
  if (value.length === 0) return 'empty';
  return value.length === 1 ? 'a list of 1' : `a list of ${value.length}`;
}

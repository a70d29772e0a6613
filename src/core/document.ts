import { z } from 'zod';
import { nearest } from './nearest.ts';

/*
 * Pieces for documents that people write by hand: zod shapes whose problems say what was found
 * and how to mend it, all of them at once and each at the place where it is.
 */

export interface DocumentProblem {
  /** Keys and positions (from 0) that lead to it. */
  readonly path: readonly (string | number)[];
  readonly problem: string;
  readonly mend: string;
}

export interface Mending {
  readonly problem: string;
  readonly mend: string;
}

/** Reports something about the value at hand, or about what lies at `path` below it. */
export function report(
  context: z.RefinementCtx,
  { problem, mend }: Mending,
  path: readonly (string | number)[] = [],
): void {
  context.addIssue({ code: 'custom', path: [...path], message: problem, params: { mend } });
}

/** Picks the shape that fits, so that the problems found speak of what was meant. */
export function choosing<T>(choose: (value: unknown) => z.ZodType<T> | Mending): z.ZodType<T> {
  return z.unknown().transform((value, context) => {
    const chosen = choose(value);
    if ('problem' in chosen) {
      report(context, chosen);
      return z.NEVER;
    }
    return readOn(context, chosen, value);
  });
}

/** Reads a part with its own shape; what is wrong there is reported below `path`. */
export function readOn<T>(
  context: z.RefinementCtx,
  schema: z.ZodType<T>,
  value: unknown,
  path: readonly (string | number)[] = [],
): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const it of problemsIn(result.error, value, path.at(-1)))
    report(context, it, [...path, ...it.path]);
  return z.NEVER;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const has = (value: unknown, key: string): boolean =>
  isMap(value) && Object.hasOwn(value, key);

export const keysOf = (value: unknown): readonly string[] =>
  isMap(value) ? Object.keys(value) : [];

/** A map of known keys. Each unknown one is reported with the known one that comes nearest. */
export function words<Shape extends z.core.$ZodLooseShape>(shape: Shape, what: string) {
  const known = Object.keys(shape);
  const inner = z.object(shape);
  return z.unknown().transform((value, context): z.output<typeof inner> => {
    if (!isMap(value)) {
      const problem = `${what} must be a list of “word: value” lines; found ${found(value)}.`;
      report(context, { problem, mend: `Known words here: ${known.join(', ')}.` });
      return z.NEVER;
    }
    for (const key of Object.keys(value)) {
      if (!known.includes(key)) report(context, unknownWord(key, known, what), [key]);
    }
    return readOn(context, inner, value);
  });
}

/** “lable” where “layer” was meant. */
export function unknownWord(key: string, known: readonly string[], where: string): Mending {
  const meant = nearest(key, known);
  return {
    problem: `${where} has no “${short(key)}”.`,
    mend: `${meant ? `Did you mean “${meant}”? ` : ''}Known words here: ${known.join(', ')}.`,
  };
}

/** Breaks databases and mail headers, or lets text on a screen read otherwise than it is. */
const unprintable = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u;

function writtenText(maxLength: number, lineBreaks: boolean) {
  return z
    .string()
    .transform((text) => text.trim())
    .superRefine((text, context) => {
      if (text === '') report(context, { problem: 'It is empty.', mend: 'Fill it in.' });
      else if (text.length > maxLength) {
        const problem = `It has ${text.length} characters, at most ${maxLength} are allowed.`;
        report(context, { problem, mend: 'Shorten it.' });
      } else if (unprintable.test(text) || (!lineBreaks && /[\t\n]/.test(text))) {
        report(context, {
          problem: 'It contains characters that cannot be printed, or line breaks.',
          mend: lineBreaks ? 'Leave them out.' : 'Write it on one line.',
        });
      }
    });
}

/** One line. */
export const line = (maxLength = 200) => writtenText(maxLength, false);

/** Text that may have several lines. */
export const paragraphs = (maxLength = 5_000) => writtenText(maxLength, true);

/** One of a closed list, written in any case. */
export function oneOf<const Word extends string>(known: readonly Word[]): z.ZodType<Word> {
  return z.string().transform((text, context): Word => {
    const wanted = text.trim().toLowerCase();
    const word = known.find((it) => it.toLowerCase() === wanted);
    if (word !== undefined) return word;
    const meant = nearest(text, known);
    report(context, {
      problem: `“${short(text)}” is not known here.`,
      mend: `${meant ? `Did you mean “${meant}”? ` : ''}Possible: ${known.join(', ')}.`,
    });
    return z.NEVER;
  });
}

/** yes or no; true and false mean the same. */
export const yesOrNo: z.ZodType<boolean> = z.unknown().transform((value, context) => {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (word === 'yes') return true;
  if (word === 'no') return false;
  report(context, {
    problem: `Expected is yes or no; found ${found(value)}.`,
    mend: 'Write “yes” or “no”.',
  });
  return z.NEVER;
});

/** What may be left out; then it is null. Left empty it is not left out. */
export const optional = <T>(schema: z.ZodType<T>) =>
  schema.optional().transform((value) => value ?? null);

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Everything that zod found, in words for somebody who has never heard of zod. */
export const problemsIn = (
  error: z.ZodError,
  root: unknown,
  rootName?: string | number,
): readonly DocumentProblem[] => error.issues.map((issue) => inPlainWords(issue, root, rootName));

function inPlainWords(
  issue: z.core.$ZodIssue,
  root: unknown,
  rootName: string | number | undefined,
): DocumentProblem {
  const path = issue.path.map((it) => (typeof it === 'symbol' ? String(it) : it));
  const last = path.at(-1) ?? rootName;
  const name = typeof last === 'string' ? `“${last}”` : 'This';
  const value = path.reduce<unknown>(
    (at, key) =>
      has(at, `${key}`) || Array.isArray(at) ? Reflect.get(Object(at), key) : undefined,
    root,
  );

  if (issue.code === 'custom') {
    const mend = issue.params?.['mend'];
    return { path, problem: issue.message, mend: typeof mend === 'string' ? mend : 'Mend it.' };
  }
  if (issue.code === 'invalid_type') {
    if (value === undefined) return { path, problem: `${name} is missing.`, mend: `Add ${name}.` };
    const expected = typeNames[issue.expected] ?? issue.expected;
    const problem = `${name} must be ${expected}; found ${found(value)}.`;
    if (value === null)
      return { path, problem, mend: 'Fill it in, or leave the whole line out if you may.' };
    const quoted = issue.expected === 'string' && typeof value !== 'object';
    return { path, problem, mend: quoted ? 'Put it in quotes.' : `Write ${expected}.` };
  }
  if (issue.code === 'too_small')
    return { path, problem: `${name} is empty.`, mend: 'Fill it in.' };
  if (issue.code === 'too_big')
    return { path, problem: `${name} is too long: at most ${issue.maximum}.`, mend: 'Shorten it.' };
  if (issue.code === 'invalid_format' && issue.format === 'email') {
    const problem = `${name} is no e-mail address: ${found(value)}.`;
    return { path, problem, mend: 'Write it like it@company.example.' };
  }
  return { path, problem: `${name} cannot be read: ${issue.message}.`, mend: 'Correct it.' };
}

const typeNames: Record<string, string> = {
  string: 'text',
  array: 'a list',
  object: 'a list of “word: value” lines',
  record: 'a list of “word: value” lines',
  boolean: 'yes or no',
  number: 'a number',
};

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

export function found(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return `“${short(value)}”`;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a list of “word: value” lines';
  return `${value}`;
}

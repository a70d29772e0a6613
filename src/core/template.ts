import { type ArrivalDates, isArrival, type Occasion } from './arrival.ts';
import type { CaseDates } from './dates.ts';
import type { Mending } from './document.ts';
import { nearest } from './nearest.ts';
import type { PersonFacts } from './person.ts';

/**
 * What may stand in braces in titles, instructions and messages. A closed list: the reason of a
 * departure, pay and private data are not in it, so no template can give them away.
 */
export const placeholders = [
  'person.name',
  'person.email',
  'person.title',
  'person.department',
  'person.location',
  'departure.kind',
  'access ends',
  'last working day',
  'employment ends',
  'pay ends',
  'start day',
  'former.department',
  'former.title',
] as const;
export type Placeholder = (typeof placeholders)[number];

export type Values = Readonly<Partial<Record<Placeholder, string | null>>>;

const inBraces = /\{([^{}]*)\}/g;

/** Null when every placeholder is known. */
export function problemInTemplate(text: string): Mending | null {
  for (const [, name = ''] of text.matchAll(inBraces)) {
    if (isPlaceholder(name.trim())) continue;
    const meant = nearest(name, placeholders);
    return {
      problem: `“{${name}}” is not a placeholder.`,
      mend: `${meant ? `Did you mean “{${meant}}”? ` : ''}Possible: ${placeholders
        .map((it) => `{${it}}`)
        .join(', ')}.`,
    };
  }
  return null;
}

const isPlaceholder = (name: string): name is Placeholder => placeholders.some((it) => it === name);

/** The dates of what a case is about. */
export type OccasionDates = CaseDates | ArrivalDates;

export function placeholderValues(
  person: PersonFacts,
  occasion: Occasion,
  dates: OccasionDates,
  zone: string,
): Values {
  const former = isArrival(occasion) ? occasion.former : null;
  const leaving = 'accessEnds' in dates ? dates : null;
  return {
    'person.name': person.name,
    'person.email': person.email,
    'person.title': person.title,
    'person.department': person.department,
    'person.location': person.location,
    'departure.kind': isArrival(occasion) ? null : occasion.kind,
    'access ends': leaving && `${leaving.accessEnds.local.replace('T', ' ')} (${zone})`,
    'last working day': leaving?.lastWorkingDay ?? null,
    'employment ends': leaving?.employmentEnds ?? null,
    'pay ends': leaving?.payEnds ?? null,
    'start day': 'startDay' in dates ? dates.startDay : null,
    'former.department': former?.department ?? null,
    'former.title': former?.title ?? null,
  };
}

/**
 * Fills in a template; `unknown` lists what nobody filled. Values are never read as templates, and
 * each stays on one line, so that none can write lines of its own into a letter.
 */
export function fillIn(
  template: string,
  values: Values,
): { text: string; unknown: readonly Placeholder[] } {
  const unknown: Placeholder[] = [];
  const text = template.replace(inBraces, (whole, inner: string) => {
    const name = inner.trim();
    if (!isPlaceholder(name)) return whole;
    const value = onOneLine(values[name] ?? '');
    if (value) return value;
    unknown.push(name);
    return '(not known)';
  });
  return { text, unknown };
}

/**
 * Facts from outside may contain line breaks, which have no place in a title or a subject, and marks
 * that turn the direction of writing, so that a text reads otherwise than it is.
 */
export const onOneLine = (text: string): string =>
  text
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();

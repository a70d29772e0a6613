import { z } from 'zod';

// How sources write the facts of a person and a departure, for every source that hands us text.

/** Either the value, or what a person should have written instead. */
export type Reading<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'refused'; readonly expected: string };

type Reader<T> = (text: string) => Reading<T>;

const value = <T>(it: T): Reading<T> => ({ kind: 'value', value: it });
const refused = (expected: string): Reading<never> => ({ kind: 'refused', expected });

const maximumTextLength = 2_000;
const maximumIdLength = 200; // ids are keys of the database

// Tabs and line breaks are fine in a reason; PostgreSQL refuses NUL, and no source means the rest.
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const controlCharacter = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** Free text without surrounding blanks. */
export const readText: Reader<string> = (text) => {
  const tidy = text.trim();
  if (controlCharacter.test(tidy) || !tidy.isWellFormed()) {
    return refused('text without control characters');
  }
  return tidy.length > maximumTextLength
    ? refused(`text of at most ${maximumTextLength} characters`)
    : value(tidy);
};

/** An id of the source: short, and on one line. */
export const readId: Reader<string> = (text) => {
  const tidy = text.trim();
  const isId = tidy !== '' && tidy.length <= maximumIdLength && !/[\r\n\t]/.test(tidy);
  return isId && readText(tidy).kind === 'value'
    ? value(tidy)
    : refused(`an id of 1 to ${maximumIdLength} characters on one line`);
};

/** An address that can name an account: one @ with something on both sides, no blanks. */
export const readEmail: Reader<string> = (text) => {
  const tidy = text.trim();
  return /^[^\s@,;<>"]+@[^\s@,;<>"]+$/.test(tidy) &&
    tidy.length <= 320 &&
    !controlCharacter.test(tidy)
    ? value(tidy)
    : refused('one e-mail address, such as priya@meadow.example');
};

/** A day of the calendar, such as 2026-12-31. */
export const readDay: Reader<string> = (text) =>
  z.iso.date().safeParse(text.trim()).success
    ? value(text.trim())
    : refused('a day that exists, such as 2026-12-31');

/** A date and time of the person's zone, to the minute or second, such as 2026-12-31T17:00. */
export const readLocalTime: Reader<string> = (text) => {
  const parsed = z.iso.datetime({ local: true }).safeParse(text.trim());
  return parsed.success && !/z$/i.test(parsed.data)
    ? value(parsed.data)
    : refused('a local date and time without zone, such as 2026-12-31T17:00');
};

/** When access ends: a local date and time, or a day for its last minute. */
export const readAccessEnd: Reader<string> = (text) => {
  const day = readDay(text);
  return day.kind === 'value' ? value(`${day.value}T23:59`) : readLocalTime(text.replace(' ', 'T'));
};

/** An IANA name that this machine's time zone data knows. `known` replaces that data. */
export function readZone(text: string, known?: ReadonlySet<string>): Reading<string> {
  const name = text.trim();
  const isKnown = known ? known.has(name) : /^[A-Za-z]/.test(name) && zoneOf(name) !== null;
  return isKnown
    ? value(known ? name : zoneOf(name)!)
    : refused('a known IANA time zone, such as Europe/Berlin');
}

/** Names once understood: asking Intl costs more than reading a whole row. */
const zones = new Map<string, string>();

/** `europe/berlin` → `Europe/Berlin`; an alias stays what the source wrote. */
function zoneOf(name: string): string | null {
  const understood = zones.get(name);
  if (understood !== undefined) return understood;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    const zone = timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name;
    zones.set(name, zone);
    return zone;
  } catch {
    return null;
  }
}

/** One word of a closed list, whatever its case. */
export const readWord =
  <Word extends string>(words: readonly Word[]): Reader<Word> =>
  (text) => {
    const found = words.find((word) => word === text.trim().toLowerCase());
    return found === undefined ? refused(`one of: ${words.join(', ')}`) : value(found);
  };

const truths: Readonly<Record<string, boolean>> = {
  ...{ yes: true, true: true, 1: true },
  ...{ no: false, false: false, 0: false },
};

/** Yes or no, in the words that spreadsheets and people use. */
export const readTruth: Reader<boolean> = (text) => {
  const found = truths[text.trim().toLowerCase()];
  return found === undefined ? refused('yes, no, true, false, 1 or 0') : value(found);
};

/** ISO 3166-1 alpha-2. */
export const readCountry: Reader<string> = (text) =>
  /^[a-z]{2}$/i.test(text.trim())
    ? value(text.trim().toUpperCase())
    : refused('a country code of two letters, such as DE');

/** Whether a day lies within so many years of another; both are ISO dates. */
export function isWithinYears(day: string, of: string, back: number, ahead: number): boolean {
  const [year = '', rest = ''] = [of.slice(0, 4), of.slice(4)];
  const shifted = (years: number) => `${String(Number(year) + years).padStart(4, '0')}${rest}`;
  return day >= shifted(-back) && day <= shifted(ahead);
}

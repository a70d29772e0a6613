import { z } from 'zod';

/** A law, or a policy of the company, that asks to keep what is known of people who left. */
export const RetentionRule = z.strictObject({
  /** What people call it, such as "HIPAA documentation". */
  title: z.string().trim().min(1).max(200),
  /** Counted from the day on which the employment ended. */
  months: z.int().min(1).max(1_200),
  /** For people who worked in these countries, ISO 3166-1 alpha-2; none: for everybody. */
  countries: z.array(z.string().regex(/^[A-Z]{2}$/, 'two capital letters')).default([]),
});
export type RetentionRule = z.infer<typeof RetentionRule>;

/** Somebody of whom something is kept. */
export interface Kept {
  readonly country: string | null;
  /** Day on which the last employment ended; null: nobody knows of an end. */
  readonly endedOn: string | null;
}

/** The rules that ask to keep a person's data on a day, each with the first day on which it does not; null: no end. */
export function keepingRules(
  rules: readonly RetentionRule[],
  { country, endedOn }: Kept,
  today: string,
): readonly { readonly title: string; readonly until: string | null }[] {
  return rules
    .filter(
      ({ countries }) => countries.length === 0 || country === null || countries.includes(country),
    )
    .map(({ title, months }) => ({ title, until: endedOn && monthsAfter(endedOn, months) }))
    .filter(({ until }) => until === null || until > today);
}

/** The same day so many months later, or the last of that month. */
function monthsAfter(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last)))
    .toISOString()
    .slice(0, 10);
}

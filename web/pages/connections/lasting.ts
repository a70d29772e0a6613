/** How long a secret is good for. */
export type Lasting = 'unknown' | 'long' | 'soon' | 'over';

const warnDays = 30;

/** `day`: on which it runs out, such as 2026-12-31; undefined: nobody has said. */
export function lastingOf(day: string | undefined, now: Date): Lasting {
  if (day === undefined) return 'unknown';
  const today = Date.parse(now.toISOString().slice(0, 10));
  const daysLeft = (Date.parse(day) - today) / 86_400_000;
  if (daysLeft < 0) return 'over';
  return daysLeft <= warnDays ? 'soon' : 'long';
}

export const toneOf = {
  unknown: 'quiet',
  long: 'quiet',
  soon: 'due-soon',
  over: 'attention',
} as const satisfies Record<Lasting, string>;

/** The day of the secret that runs out first; undefined: nobody has said of any. */
export const firstToRunOut = (days: Readonly<Record<string, string>>): string | undefined =>
  Object.values(days).toSorted()[0];

/** What is sent of days that were entered beside secrets: those of secrets that are entered as well. */
export function expiresOf(
  days: Readonly<Record<string, string>>,
  entered: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(days).filter(([name, day]) => day !== '' && entered.includes(name)),
  );
}

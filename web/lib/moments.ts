/** The place in a zone's name, such as "Berlin" of Europe/Berlin. */
export const placeOf = (zone: string): string =>
  (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');

/** Making one of these takes longer than all it is used for, and clocks ask every second. */
const formats = new Map<string, Intl.DateTimeFormat>();
const distances = new Map<string, Intl.RelativeTimeFormat>();
function formatOf(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = [language, ...Object.entries(options).flat()].join(' ');
  const made = formats.get(key) ?? new Intl.DateTimeFormat(language, options);
  formats.set(key, made);
  return made;
}

/** A moment where somebody works, with the place: "23 Nov 17:00 Berlin". The year stands where it is another one. */
export function momentText(at: string, zone: string, language: string, now: Date): string {
  const moment = new Date(at);
  const yearOf = (date: Date) => formatOf('en', { year: 'numeric', timeZone: zone }).format(date);
  const day = formatOf(dayLocale(language), {
    day: 'numeric',
    month: 'short',
    ...(yearOf(moment) === yearOf(now) ? {} : { year: 'numeric' }),
    timeZone: zone,
  });
  return `${day.format(moment)} ${timeText(at, zone)} ${placeOf(zone)}`;
}

/** A time of day where somebody works: "17:00". */
export const timeText = (at: string, zone: string): string =>
  formatOf('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: zone }).format(new Date(at));

/** A calendar day, such as 2026-11-30: "30 Nov", with the year where it is another one. */
export function dayText(day: string, language: string, now: Date): string {
  return formatOf(dayLocale(language), {
    day: 'numeric',
    month: 'short',
    ...(day.startsWith(`${now.getUTCFullYear()}-`) ? {} : { year: 'numeric' }),
    timeZone: 'UTC',
  }).format(new Date(`${day}T00:00:00Z`));
}

/** A calendar day of these weeks with its day of the week: "Mon 30 Nov". */
export const weekdayText = (day: string, language: string): string =>
  formatOf(dayLocale(language), {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  }).format(new Date(`${day}T00:00:00Z`));

/** How long ago or how far off something is, in the largest fitting unit: "3 min. ago", "in 2 days". */
export function distanceText(at: string, language: string, now: Date): string {
  const seconds = (new Date(at).getTime() - now.getTime()) / 1_000;
  const format =
    distances.get(language) ??
    new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  distances.set(language, format);
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(Math.trunc(seconds), 'second');
}

const units = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** A length of time as a clock shows it: "00:18:24"; a day and longer as "2 d 03:10:00". */
export function clockText(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1_000);
  const days = Math.floor(seconds / 86_400);
  const parts = [Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const clock = parts.map((it) => String(it).padStart(2, '0')).join(':');
  return days === 0 ? clock : `${days} d ${clock}`;
}

/** The last day that a field for days takes: browsers would let years of six digits in. */
export const lastDay = '9999-12-31';

/** English as it is written outside of America: the day before the month. */
const dayLocale = (language: string) => (language === 'en' ? 'en-GB' : language);

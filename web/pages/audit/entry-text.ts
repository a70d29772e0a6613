/** A moment to the second in a zone, without the place, which stands in the head: "23 Nov 09:12:04". */
export function secondsText(at: string, zone: string, language: string, now: Date): string {
  const date = new Date(at);
  const part = (options: Intl.DateTimeFormatOptions, of = date) =>
    new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
      ...options,
      timeZone: zone,
    }).format(of);
  const year = { year: 'numeric' } as const;
  const isThisYear = part(year) === part(year, now);
  const day = part({ day: 'numeric', month: 'short', ...(isThisYear ? {} : year) });
  return `${day} ${date.toLocaleTimeString('en-GB', { timeZone: zone })}`;
}

/** A number with its groups: "10,431". */
export const numberText = (it: number, language: string): string =>
  new Intl.NumberFormat(language).format(it);

/** A size people can imagine: "3.4 MB". */
export function sizeText(bytes: number, language: string): string {
  const [unit, size] =
    bytes >= 1_000_000
      ? (['megabyte', 1_000_000] as const)
      : bytes >= 1_000
        ? (['kilobyte', 1_000] as const)
        : (['byte', 1] as const);
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    maximumFractionDigits: bytes / size < 10 ? 1 : 0,
  }).format(bytes / size);
}

/** The short name of a key, as people compare it first: its id. */
export const shortKey = (vkey: string): string => vkey.split('+')[1] ?? vkey;

const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const pairs = letters.flatMap((first) => letters.map((second) => `${first}${second}`));

/** Codes in use; UK, DD and their like stand for another one. */
const codes = pairs.filter(
  (code) => code < 'ZZ' && names.of(code) && new Intl.Locale(`und-${code}`).region === code,
);

/** English names of countries, as HR systems spell most of them. */
const codesByName = new Map(codes.map((code) => [names.of(code)!.toLowerCase(), code]));

/** ISO 3166-1 alpha-2 of a name or a code; null when nobody knows it. */
export function countryCode(text: string): string | null {
  const code = text.trim().toUpperCase();
  return codes.includes(code) ? code : (codesByName.get(text.trim().toLowerCase()) ?? null);
}

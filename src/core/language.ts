/** The languages that letters of ours are written in. */
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

/** What a playbook says to people: in one language for all, or in several. */
export type Wording = string | { readonly [In in Language]?: string };

/** The words in a language; where there are none, the English ones, or else those there are. */
export function inLanguage(wording: Wording, language: Language): string {
  if (typeof wording === 'string') return wording;
  return wording[language] ?? wording.en ?? wording.de ?? '';
}

/** Every text of a wording, whatever its language. */
export const textsOf = (wording: Wording): readonly string[] =>
  typeof wording === 'string' ? [wording] : languages.flatMap((it) => wording[it] ?? []);

/** By country (ISO 3166-1 alpha-2); null where people speak several languages, of which it may be none. */
const languageThere: Readonly<Record<string, Language | null>> = {
  DE: 'de',
  AT: 'de',
  LI: 'de',
  CH: null,
  LU: null,
  BE: null,
};

/**
 * The language of somebody who is written to at home: that of the country, where it is clear.
 * Where it is not, or nobody told the country, that of the company.
 */
export function languageOf(country: string | null, ofCompany: Language): Language {
  if (country === null) return ofCompany;
  const there = languageThere[country.trim().toUpperCase()];
  return there === undefined ? 'en' : (there ?? ofCompany);
}

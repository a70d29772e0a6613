import { createInstance, type TFunction } from 'i18next';
import { createContext, createElement, type ReactNode, use, useEffect, useState } from 'react';
import { type Language, languages } from '#core/language.ts';
import de from '../words/de/common.json' with { type: 'json' };
import en from '../words/en/common.json' with { type: 'json' };
import { heldIn } from './held-in.ts';

type Words = { readonly [Key in string]: string | Words };

const storedLanguage = 'language';

/** The words that all pages share are there from the first moment, in the language the viewer chose or else that of the browser. */
const words = createInstance({
  lng: chosenLanguage(),
  fallbackLng: 'en',
  defaultNS: 'common',
  ns: ['common'],
  resources: { en: { common: en }, de: { common: de } },
  interpolation: { escape: heldIn }, // React makes no markup of anything
  returnNull: false,
  initAsync: false,
});
void words.init();
document.documentElement.lang = words.language;
words.on('languageChanged', (language) => {
  document.documentElement.lang = language;
});

/** Brings the words of a page along with its code. */
export function addWords(page: string, of: Readonly<Record<Language, Words>>): void {
  for (const language of languages) words.addResourceBundle(language, page, of[language]);
}

export const currentLanguage = (): Language =>
  languages.find((it) => it === words.language) ?? 'en';

const Spoken = createContext(currentLanguage());

/** Around all pages: when another language is chosen, everything in it says its words in that one. */
export function Speaking({ children }: { children: ReactNode }) {
  const [language, become] = useState(currentLanguage);
  useEffect(() => {
    const hear = () => become(currentLanguage());
    words.on('languageChanged', hear);
    return () => words.off('languageChanged', hear);
  }, []);
  return createElement(Spoken, { value: language }, children);
}

/** One for each page and language; thousands of cells ask. */
const translators = new Map<string, TFunction>();

/** The words of a page, and as `common:…` those of all pages. */
export function useWords(page = 'common'): TFunction {
  const language = use(Spoken);
  const key = `${language} ${page}`;
  const known = translators.get(key) ?? words.getFixedT(language, [...new Set([page, 'common'])]);
  translators.set(key, known);
  return known;
}

/** Speaks another language from now on, in this browser. */
export async function speak(language: Language): Promise<void> {
  localStorage.setItem(storedLanguage, language);
  await words.changeLanguage(language);
}

function chosenLanguage(): Language {
  const wished = [localStorage.getItem(storedLanguage), ...navigator.languages];
  const known = wished.flatMap((it) => languages.find((known) => it?.startsWith(known)) ?? []);
  return known[0] ?? 'en';
}

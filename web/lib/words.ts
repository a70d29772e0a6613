import { createInstance, type TFunction } from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { type Language, languages } from '#core/language.ts';
import de from '../words/de/common.json' with { type: 'json' };
import en from '../words/en/common.json' with { type: 'json' };
import { heldIn } from './held-in.ts';

type Words = { readonly [Key in string]: string | Words };

const words = createInstance();

/** Starts the words that all pages share, in the language the viewer chose or else that of the browser. */
export async function startWords(): Promise<void> {
  await words.use(initReactI18next).init({
    lng: chosenLanguage(),
    fallbackLng: 'en',
    defaultNS: 'common',
    ns: ['common'],
    resources: { en: { common: en }, de: { common: de } },
    interpolation: { escape: heldIn }, // React makes no markup of anything
    returnNull: false,
  });
  document.documentElement.lang = words.language;
  words.on('languageChanged', (language) => {
    document.documentElement.lang = language;
  });
}

/** Brings the words of a page along with its code. */
export function addWords(page: string, of: Readonly<Record<Language, Words>>): void {
  for (const language of languages) words.addResourceBundle(language, page, of[language]);
}

/** The words of a page, and as `common:…` those of all pages. */
export function useWords(page = 'common'): TFunction {
  return useTranslation(page === 'common' ? 'common' : [page, 'common']).t;
}

export const currentLanguage = (): Language =>
  languages.find((it) => it === words.language) ?? 'en';

const storedLanguage = 'language';

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

import type { Language } from '#core/language.ts';
import { type Survey, textIn } from '#core/survey.ts';
import { onOneLine } from '#core/template.ts';

interface Invitation {
  readonly language: Language;
  readonly survey: Survey;
  /** Of the person who leaves. */
  readonly name: string;
  readonly company: string;
  /** How long the link is good. */
  readonly days: number;
  readonly link: string;
}

/** The letter with the link, in the language of whoever reads it. */
export function invitationLetter(it: Invitation): { subject: string; text: string } {
  const subject = `${it.company}: ${textIn(it.survey.title, it.language)}`;
  return { subject: onOneLine(subject), text: texts[it.language](it) };
}

const texts: Readonly<Record<Language, (it: Invitation) => string>> = {
  en: ({ name, company, days, link }) => `${name},

before you go on: how was it at ${company}? Your answers help those who stay.
It takes about five minutes.

${link}

The link is for you alone; please do not pass it on. It is good for ${days} days. You may
save, and come back with the same link. You need not take part, and nobody minds if you do not.

Only HR reads the answers, and sees them for groups of five or more people, without names.
`,
  de: ({ name, company, days, link }) => `Guten Tag ${name},

bevor Sie weiterziehen: Wie war es bei ${company}? Ihre Antworten helfen denen, die bleiben.
Es dauert etwa fünf Minuten.

${link}

Der Link ist nur für Sie; bitte geben Sie ihn nicht weiter. Er gilt ${days} Tage. Sie können
zwischendurch speichern und mit demselben Link wiederkommen. Die Teilnahme ist freiwillig;
niemand nimmt es Ihnen übel, wenn Sie nicht teilnehmen.

Nur die Personalabteilung liest die Antworten, und zwar für Gruppen ab fünf Personen und ohne
Namen.
`,
};

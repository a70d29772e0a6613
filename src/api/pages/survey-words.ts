import type { Language } from '#core/language.ts';
import type { PublicWords } from '../public-pages.ts';
import type { Plain } from './page.ts';

/** What the page says around the questions. */
export interface Words extends PublicWords {
  readonly languageName: string;
  /** Before the names of the other languages. */
  readonly otherLanguage: string;
  readonly greeting: (name: string) => string;
  readonly whoReads: (company: string) => string;
  readonly until: (day: string) => string;
  readonly needed: string;
  readonly saved: string;
  readonly problemsTitle: string;
  readonly missing: string;
  readonly tooLong: string;
  readonly noAnswer: string;
  readonly yes: string;
  readonly no: string;
  readonly save: string;
  readonly send: string;
  readonly declineTitle: string;
  readonly declineText: string;
  readonly decline: string;
  /** Title and text of the pages that show no form. */
  readonly thanks: Plain;
  readonly declinedNow: Plain;
  readonly answered: Plain;
  readonly declined: Plain;
  readonly expired: Plain;
  readonly unknown: Plain;
}

export const words: Readonly<Record<Language, Words>> = {
  en: {
    languageName: 'English',
    otherLanguage: 'This page in another language (what you have entered is saved):',
    greeting: (name) => `Hello ${name},`,
    whoReads: (company) =>
      `Only HR at ${company} reads the answers, and sees them for groups of five or more people, ` +
      'without names. Please name nobody in free text, yourself included.',
    until: (day) => `You may answer until ${day}. You may save and come back with the same link.`,
    needed: 'needed',
    saved: 'Saved. You may close this page and come back with the same link. Nothing is sent yet.',
    problemsTitle: 'Not sent yet. What you have entered is saved. Please look at:',
    missing: 'This answer is needed.',
    tooLong: 'This answer is too long: at most 5,000 characters.',
    noAnswer: 'no answer',
    yes: 'yes',
    no: 'no',
    save: 'Save and go on later',
    send: 'Send',
    declineTitle: 'I would rather not take part',
    declineText:
      'Nobody minds. What you have saved is deleted, and this link ends. That cannot be undone.',
    decline: 'Do not take part',
    thanks: { title: 'Thank you', text: 'Your answers have arrived. We wish you all the best.' },
    declinedNow: {
      title: 'Thank you for telling us',
      text: 'You are not taking part, and nothing was kept. We wish you all the best.',
    },
    answered: {
      title: 'Already answered, thank you',
      text: 'Your answers have arrived, as you sent them the first time. Nothing more is needed.',
    },
    declined: {
      title: 'You chose not to take part',
      text: 'This link has ended, and nothing was kept. We wish you all the best.',
    },
    expired: {
      title: 'This link has ended',
      text: 'Its time is over, so nothing can be answered here any more. If you would still like to tell us something, write to HR.',
    },
    unknown: {
      title: 'There is nothing behind this link',
      text: 'Perhaps a part of it is missing. Open it from the mail again, or copy the whole line. If that does not help, write to HR.',
    },
    tooMany: (minutes) => ({
      title: 'Too many requests',
      text: `This page was opened too often from your connection. What you have saved is kept. Wait ${minutes} min, then go back in your browser and try again.`,
    }),
    failed: (requestId) => ({
      title: 'Something went wrong here',
      text: `What you have saved is kept. Go back in your browser and try again in a while. If it goes on, write to HR and name ${requestId}.`,
    }),
  },
  de: {
    languageName: 'Deutsch',
    otherLanguage: 'Diese Seite in einer anderen Sprache (Ihre Eingaben werden gespeichert):',
    greeting: (name) => `Guten Tag ${name},`,
    whoReads: (company) =>
      `Nur die Personalabteilung von ${company} liest die Antworten, und zwar für Gruppen ab fünf ` +
      'Personen und ohne Namen. Bitte nennen Sie im freien Text niemanden, auch sich selbst nicht.',
    until: (day) =>
      `Sie können bis zum ${day} antworten, zwischendurch speichern und mit demselben Link wiederkommen.`,
    needed: 'nötig',
    saved:
      'Gespeichert. Sie können die Seite schließen und mit demselben Link wiederkommen. Abgeschickt ist noch nichts.',
    problemsTitle: 'Noch nicht abgeschickt. Ihre Eingaben sind gespeichert. Bitte prüfen Sie:',
    missing: 'Diese Antwort ist nötig.',
    tooLong: 'Diese Antwort ist zu lang: höchstens 5.000 Zeichen.',
    noAnswer: 'keine Angabe',
    yes: 'ja',
    no: 'nein',
    save: 'Speichern und später weitermachen',
    send: 'Abschicken',
    declineTitle: 'Ich möchte lieber nicht teilnehmen',
    declineText:
      'Das nimmt Ihnen niemand übel. Gespeichertes wird gelöscht und der Link beendet; das lässt sich nicht rückgängig machen.',
    decline: 'Nicht teilnehmen',
    thanks: {
      title: 'Vielen Dank',
      text: 'Ihre Antworten sind angekommen. Wir wünschen Ihnen alles Gute.',
    },
    declinedNow: {
      title: 'Danke für die Rückmeldung',
      text: 'Sie nehmen nicht teil, und nichts wurde aufbewahrt. Wir wünschen Ihnen alles Gute.',
    },
    answered: {
      title: 'Schon beantwortet, vielen Dank',
      text: 'Ihre Antworten sind angekommen, so wie Sie sie zuerst abgeschickt haben. Mehr ist nicht zu tun.',
    },
    declined: {
      title: 'Sie wollten nicht teilnehmen',
      text: 'Dieser Link ist beendet, und nichts wurde aufbewahrt. Wir wünschen Ihnen alles Gute.',
    },
    expired: {
      title: 'Dieser Link ist beendet',
      text: 'Seine Zeit ist um, deshalb lässt sich hier nichts mehr beantworten. Wenn Sie uns noch etwas sagen möchten, schreiben Sie der Personalabteilung.',
    },
    unknown: {
      title: 'Hinter diesem Link ist nichts',
      text: 'Vielleicht fehlt ein Teil davon. Öffnen Sie ihn noch einmal aus der Mail, oder kopieren Sie die ganze Zeile. Hilft das nicht, schreiben Sie der Personalabteilung.',
    },
    tooMany: (minutes) => ({
      title: 'Zu viele Aufrufe',
      text: `Diese Seite wurde von Ihrem Anschluss aus zu oft aufgerufen. Gespeichertes bleibt erhalten. Warten Sie ${minutes} min, gehen Sie dann im Browser zurück und versuchen Sie es noch einmal.`,
    }),
    failed: (requestId) => ({
      title: 'Hier ist etwas schiefgegangen',
      text: `Gespeichertes bleibt erhalten. Gehen Sie im Browser zurück und versuchen Sie es in einer Weile noch einmal. Geht es weiter so, schreiben Sie der Personalabteilung und nennen Sie ${requestId}.`,
    }),
  },
};

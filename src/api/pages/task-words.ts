import type { Closed, FormProblem, Recorded } from '#app/task-form.ts';
import type { Language } from '#core/language.ts';
import type { PublicWords } from '../public-pages.ts';
import type { Plain } from './page.ts';

/** What the page says around a task. */
export interface Words extends PublicWords {
  readonly languageName: string;
  /** Empty: no name is known, only an address. */
  readonly greeting: (firstName: string) => string;
  readonly due: (day: string) => string;
  readonly saysDone: (name: string) => string;
  readonly proof: string;
  readonly attached: (files: string) => string;
  readonly file: (files: string) => string;
  readonly note: string;
  readonly whatIsMissing: string;
  readonly needed: string;
  readonly optional: string;
  readonly neededToSendBack: string;
  readonly youAnswer: string;
  readonly done: string;
  readonly accept: string;
  readonly sendBack: string;
  readonly notForYou: string;
  readonly problemsTitle: string;
  readonly problems: Readonly<Record<FormProblem['problem'], string>>;
  /** Where a link opens nothing. */
  readonly closed: Readonly<Record<Closed, Plain>>;
  readonly recorded: Readonly<Record<Recorded, Plain>>;
}

export const words: Readonly<Record<Language, Words>> = {
  en: {
    languageName: 'English',
    greeting: (name) => (name === '' ? 'Hello,' : `Hello ${name},`),
    due: (day) => `Due: ${day}`,
    saysDone: (name) => `${name} says it is done:`,
    proof: 'What shows it:',
    attached: (files) => `Attached, to be seen with a key of Gatehouse: ${files}`,
    file: (files) =>
      `This task asks for a file (${files}), which cannot be sent here. Attach it with a key of ` +
      'Gatehouse, and confirm the task there. If you have no key, give the file to IT, who do that for you.',
    note: 'What you did',
    whatIsMissing: 'What is missing',
    needed: 'needed',
    optional: 'if there is something to say',
    neededToSendBack: 'needed to send it back',
    youAnswer:
      'You answer for this by name: your name, the time and what you write go into the record.',
    done: 'It is done',
    accept: 'Accept it',
    sendBack: 'Send it back',
    notForYou:
      'This link is for you alone. If somebody else should do it, or it cannot be done, tell HR or IT.',
    problemsTitle: 'Not recorded yet. Please look at:',
    problems: {
      missing: 'This is needed.',
      'too long': 'This is too long: at most 2,000 characters.',
      'another thing':
        'The number on the thing itself is not in it. Read it there; if it is another one, ask IT.',
      refused:
        'The task changed while you were writing. What it is now stands below; what you wrote is kept.',
    },
    closed: {
      unknown: {
        title: 'There is nothing behind this link',
        text: 'Perhaps a part of it is missing. Open it from the mail again, or copy the whole line. If that does not help, ask IT.',
      },
      expired: {
        title: 'This link has ended',
        text: 'Its time is over. As long as the task is yours you are reminded of it every day; open the link of the newest mail.',
      },
      done: { title: 'Already done, thank you', text: 'Nothing more is needed from you.' },
      'not yet': {
        title: 'Just a moment',
        text: 'The task is being put to everybody who is asked. Open the link again in a minute.',
      },
      'not yours': {
        title: 'This task is no longer yours',
        text: 'Somebody else is asked now. You need not do anything more.',
      },
      'not needed': {
        title: 'This task is no longer needed',
        text: 'What it was for has ended or was taken back. You need not do anything more.',
      },
      'not here': {
        title: 'This task cannot be answered here',
        text: 'It needs a key of Gatehouse. If you have none, ask HR by telephone.',
      },
    },
    recorded: {
      done: { title: 'Thank you', text: 'It is recorded. Nothing more is needed from you.' },
      accepted: { title: 'Accepted, thank you', text: 'It is recorded. The task is settled.' },
      'sent back': {
        title: 'Sent back',
        text: 'Whoever did it is asked again, with what you wrote.',
      },
    },
    tooMany: (minutes) => ({
      title: 'Too many requests',
      text: `Pages like this one were opened too often from your connection. Wait ${minutes} min, then go back in your browser and try again.`,
    }),
    failed: (requestId) => ({
      title: 'Something went wrong here',
      text: `Nothing was recorded. Go back in your browser and try again in a while. If it goes on, write to IT and name ${requestId}.`,
    }),
  },
  de: {
    languageName: 'Deutsch',
    greeting: (name) => (name === '' ? 'Guten Tag,' : `Guten Tag ${name},`),
    due: (day) => `Fällig: ${day}`,
    saysDone: (name) => `${name} hat es erledigt:`,
    proof: 'Nachweis:',
    attached: (files) => `Angehängt, zu sehen mit einem Schlüssel von Gatehouse: ${files}`,
    file: (files) =>
      `Diese Aufgabe verlangt eine Datei (${files}), die sich hier nicht abschicken lässt. Hängen Sie sie mit ` +
      'einem Schlüssel von Gatehouse an, und bestätigen Sie die Aufgabe dort. Wenn Sie keinen haben, geben Sie ' +
      'die Datei der IT, die das für Sie tut.',
    note: 'Was Sie getan haben',
    whatIsMissing: 'Was fehlt',
    needed: 'nötig',
    optional: 'wenn es etwas zu sagen gibt',
    neededToSendBack: 'nötig, um es zurückzugeben',
    youAnswer:
      'Sie stehen mit Ihrem Namen dafür ein: Name, Uhrzeit und was Sie schreiben kommen in die Aufzeichnung.',
    done: 'Es ist erledigt',
    accept: 'Annehmen',
    sendBack: 'Zurückgeben',
    notForYou:
      'Dieser Link ist nur für Sie. Soll es jemand anders tun, oder geht es nicht, sagen Sie es der ' +
      'Personalabteilung oder der IT.',
    problemsTitle: 'Noch nicht festgehalten. Bitte prüfen Sie:',
    problems: {
      missing: 'Diese Angabe ist nötig.',
      'too long': 'Das ist zu lang: höchstens 2.000 Zeichen.',
      'another thing':
        'Die Nummer, die auf dem Gerät selbst steht, fehlt darin. Lesen Sie sie dort ab; ist es eine andere, fragen Sie die IT.',
      refused:
        'Die Aufgabe hat sich geändert, während Sie schrieben. Unten steht sie, wie sie jetzt ist; Ihre Eingaben sind noch da.',
    },
    closed: {
      unknown: {
        title: 'Hinter diesem Link ist nichts',
        text: 'Vielleicht fehlt ein Teil davon. Öffnen Sie ihn noch einmal aus der Mail, oder kopieren Sie die ganze Zeile. Hilft das nicht, fragen Sie die IT.',
      },
      expired: {
        title: 'Dieser Link ist beendet',
        text: 'Seine Zeit ist um. Solange die Aufgabe bei Ihnen liegt, werden Sie täglich erinnert; öffnen Sie den Link der neuesten Mail.',
      },
      done: { title: 'Schon erledigt, vielen Dank', text: 'Mehr ist für Sie nicht zu tun.' },
      'not yet': {
        title: 'Einen Augenblick',
        text: 'Die Aufgabe geht gerade an alle, die gefragt sind. Öffnen Sie den Link in einer Minute noch einmal.',
      },
      'not yours': {
        title: 'Diese Aufgabe liegt nicht mehr bei Ihnen',
        text: 'Jetzt ist jemand anders gefragt. Sie müssen nichts mehr tun.',
      },
      'not needed': {
        title: 'Diese Aufgabe ist nicht mehr nötig',
        text: 'Der Anlass dafür ist vorbei oder wurde zurückgenommen. Sie müssen nichts mehr tun.',
      },
      'not here': {
        title: 'Diese Aufgabe lässt sich hier nicht beantworten',
        text: 'Dafür braucht es einen Schlüssel von Gatehouse. Wenn Sie keinen haben, fragen Sie die Personalabteilung am Telefon.',
      },
    },
    recorded: {
      done: { title: 'Vielen Dank', text: 'Es ist festgehalten. Mehr ist für Sie nicht zu tun.' },
      accepted: {
        title: 'Angenommen, vielen Dank',
        text: 'Es ist festgehalten. Die Aufgabe ist abgeschlossen.',
      },
      'sent back': {
        title: 'Zurückgegeben',
        text: 'Wer es getan hat, wird noch einmal gefragt, mit dem, was Sie geschrieben haben.',
      },
    },
    tooMany: (minutes) => ({
      title: 'Zu viele Aufrufe',
      text: `Solche Seiten wurden von Ihrem Anschluss aus zu oft aufgerufen. Warten Sie ${minutes} min, gehen Sie dann im Browser zurück und versuchen Sie es noch einmal.`,
    }),
    failed: (requestId) => ({
      title: 'Hier ist etwas schiefgegangen',
      text: `Festgehalten wurde nichts. Gehen Sie im Browser zurück und versuchen Sie es in einer Weile noch einmal. Geht es weiter so, schreiben Sie der IT und nennen Sie ${requestId}.`,
    }),
  },
};

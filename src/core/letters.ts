import type { Language } from './language.ts';
import { type TaskNews, taskLinkDays } from './task.ts';
import { fileName, isFileProof } from './task-proof.ts';
import { onOneLine } from './template.ts';

/** What a letter about a task says first. */
export type TaskNote = 'new' | 'reminder' | 'moved' | TaskNews;

/** What is told about a task without asking anything of the reader. */
export type TaskWord = 'handed-on' | 'recalled' | 'overdue';

export interface TaskFacts {
  /** Of the reader. */
  readonly name: string;
  readonly title: string;
  readonly stepId: string;
  readonly publicUrl: string;
  /** A confidential departure: the letter tells neither what it is nor whom it is about. */
  readonly quiet: boolean;
  /** A day, or a day and a time; null: none. */
  readonly due: string | null;
}

export interface TaskAsk extends TaskFacts {
  /** Where the reader answers without a key; null: nowhere, since the letter is quiet. */
  readonly link: string | null;
  readonly instructions: string;
  readonly proof: readonly string[];
  /** Who handed it over, sent it back or gave no more time, and why. */
  readonly because?: { readonly name: string; readonly reason: string } | undefined;
  /** It is done, and the reader has to accept it. */
  readonly done?:
    | { readonly name: string; readonly reason: string; readonly proof: string | null }
    | undefined;
}

export interface TaskTold extends TaskFacts {
  /** Who has it now, or should have done it. */
  readonly others: readonly string[];
}

/** Subject and text of a letter, in plain text. */
export interface Wrote {
  readonly subject: string;
  readonly text: string;
}

interface Texts {
  readonly notes: Readonly<Record<TaskNote, string>>;
  readonly words: Readonly<Record<TaskWord, string>>;
  readonly quiet: { readonly asked: string; readonly ended: string; readonly notice: string };
  readonly quietTask: string;
  readonly quietEnded: string;
  readonly quietHow: string;
  readonly due: (day: string) => string;
  readonly writeDown: (labels: string) => string;
  readonly attach: (labels: string) => string;
  readonly handedOver: (by: string, reason: string) => string;
  readonly sentBack: (by: string, reason: string) => string;
  readonly timeRefused: (by: string, reason: string) => string;
  readonly done: (by: string, reason: string) => string;
  readonly proof: (proof: string) => string;
  readonly answerHere: { readonly done: string; readonly accept: string; readonly file: string };
  readonly aboutLink: string;
  readonly whenDone: string;
  readonly whenGood: string;
  readonly whenNot: string;
  readonly told: Readonly<Record<TaskWord, (others: string, what: string) => string>>;
}

const texts: Readonly<Record<Language, Texts>> = {
  en: {
    notes: {
      new: '',
      reminder: 'Reminder: ',
      moved: 'New date: ',
      'handed-over': 'Handed over to you: ',
      'sent-back': 'Sent back to you: ',
      'to-accept': 'Please accept: ',
      'time-refused': 'No more time: ',
    },
    words: {
      'handed-on': 'No longer yours: ',
      recalled: 'No longer needed: ',
      overdue: 'Overdue: ',
    },
    quiet: {
      asked: 'a task for you',
      ended: 'a task has ended',
      notice: 'A message for you',
    },
    quietTask: 'A confidential task waits for you. This letter does not say what it is.',
    quietEnded: 'A confidential task is no longer yours to do.',
    quietHow:
      'See it with: gatehouse tasks --mine\nIf you cannot sign in there, ask HR by telephone.',
    due: (day) => `Due: ${day}`,
    writeDown: (labels) => `Please write down: ${labels}`,
    attach: (labels) => `Please attach: ${labels}`,
    handedOver: (by, reason) => `${by} handed this over to you: ${reason}`,
    sentBack: (by, reason) => `${by} sent this back to you: ${reason}`,
    timeRefused: (by, reason) => `You asked for more time. ${by} could not give it: ${reason}`,
    done: (by, reason) => `${by} says it is done: ${reason}`,
    proof: (proof) => `What shows it: ${proof}`,
    answerHere: {
      done: 'When it is done, say so here:',
      accept: 'Accept it or send it back here:',
      file: 'See it here; the file is attached with a key of Gatehouse:',
    },
    aboutLink: `The link is for you alone; please do not pass it on. It is good for ${taskLinkDays} days.`,
    whenDone: 'With a key, when it is done:',
    whenGood: 'With a key, if it is as it should be:',
    whenNot: 'If it is not:',
    told: {
      'handed-on': (others, what) =>
        `${others} does this now. You need not do anything more:\n${what}`,
      recalled: (_, what) =>
        `This is no longer needed, because what it was for was taken back:\n${what}`,
      overdue: (others, what) =>
        `This is past its date. It was asked of ${others}, who are reminded every day. ` +
        `Please see to it that it is done:\n${what}`,
    },
  },
  de: {
    notes: {
      new: '',
      reminder: 'Erinnerung: ',
      moved: 'Neuer Termin: ',
      'handed-over': 'Ihnen übergeben: ',
      'sent-back': 'Zurück an Sie: ',
      'to-accept': 'Bitte annehmen: ',
      'time-refused': 'Es bleibt beim Termin: ',
    },
    words: {
      'handed-on': 'Nicht mehr bei Ihnen: ',
      recalled: 'Nicht mehr nötig: ',
      overdue: 'Überfällig: ',
    },
    quiet: {
      asked: 'eine Aufgabe für Sie',
      ended: 'eine Aufgabe hat sich erledigt',
      notice: 'Eine Mitteilung für Sie',
    },
    quietTask: 'Eine vertrauliche Aufgabe wartet auf Sie. Dieser Brief sagt nicht, welche.',
    quietEnded: 'Eine vertrauliche Aufgabe liegt nicht mehr bei Ihnen.',
    quietHow:
      'Sie sehen sie mit: gatehouse tasks --mine\n' +
      'Wenn Sie sich dort nicht anmelden können, fragen Sie die Personalabteilung am Telefon.',
    due: (day) => `Fällig: ${day}`,
    writeDown: (labels) => `Bitte festhalten: ${labels}`,
    attach: (labels) => `Bitte anhängen: ${labels}`,
    handedOver: (by, reason) => `${by} hat Ihnen das übergeben: ${reason}`,
    sentBack: (by, reason) => `${by} hat das an Sie zurückgegeben: ${reason}`,
    timeRefused: (by, reason) =>
      `Sie haben um mehr Zeit gebeten. ${by} konnte sie nicht geben: ${reason}`,
    done: (by, reason) => `${by} hat es erledigt: ${reason}`,
    proof: (proof) => `Nachweis: ${proof}`,
    answerHere: {
      done: 'Wenn es erledigt ist, sagen Sie es hier:',
      accept: 'Nehmen Sie es hier an, oder geben Sie es zurück:',
      file: 'Sie sehen es hier; die Datei wird mit einem Schlüssel von Gatehouse angehängt:',
    },
    aboutLink: `Der Link ist nur für Sie; bitte geben Sie ihn nicht weiter. Er gilt ${taskLinkDays} Tage.`,
    whenDone: 'Mit Schlüssel, wenn es erledigt ist:',
    whenGood: 'Mit Schlüssel, wenn es so stimmt:',
    whenNot: 'Wenn nicht:',
    told: {
      'handed-on': (others, what) =>
        `Das erledigt jetzt ${others}. Sie müssen nichts mehr tun:\n${what}`,
      recalled: (_, what) =>
        `Das ist nicht mehr nötig, denn der Anlass dafür wurde zurückgenommen:\n${what}`,
      overdue: (others, what) =>
        `Das ist über den Termin. Gefragt ist ${others}, mit täglicher Erinnerung. ` +
        `Bitte sorgen Sie dafür, dass es erledigt wird:\n${what}`,
    },
  },
};

/** Asks somebody to do something, or to accept that it was done. */
export function taskLetter(language: Language, note: TaskNote, it: TaskAsk): Wrote {
  const t = texts[language];
  if (it.quiet) return quietLetter(t, it, t.quiet.asked, [t.quietTask, '', t.quietHow]);
  const { because, done } = it;
  const again = done && note === 'reminder' ? t.notes['to-accept'] : '';
  const labels = it.proof.filter((label) => !isFileProof(label)).map(onOneLine);
  const files = it.proof.filter(isFileProof).map(fileName).map(onOneLine);
  const lines: string[] = [];
  if (because && note === 'handed-over')
    lines.push(t.handedOver(onOneLine(because.name), because.reason), '');
  if (because && note === 'sent-back')
    lines.push(t.sentBack(onOneLine(because.name), because.reason), '');
  if (because && note === 'time-refused')
    lines.push(t.timeRefused(onOneLine(because.name), because.reason), '');
  if (done) {
    lines.push(onOneLine(it.title), '', t.done(onOneLine(done.name), done.reason));
    if (done.proof) lines.push(t.proof(done.proof));
  } else lines.push(it.instructions);
  lines.push('');
  if (it.due) lines.push(t.due(it.due));
  if (!done && labels.length > 0) lines.push(t.writeDown(labels.join(', ')));
  if (!done && files.length > 0) lines.push(t.attach(files.join(', ')));
  if (it.link) {
    const how = done ? 'accept' : files.length > 0 ? 'file' : 'done';
    lines.push('', t.answerHere[how], it.link, t.aboutLink);
  }
  lines.push('', ...(done ? acceptLines(t, it.stepId) : attestLines(t, it.stepId, labels, files)));
  return letter(it, `${t.notes[note]}${again}${it.title}`, lines);
}

/** Tells somebody about a task that is not theirs, or no longer. */
export function taskWord(language: Language, word: TaskWord, it: TaskTold): Wrote {
  const t = texts[language];
  if (it.quiet) {
    return word === 'overdue'
      ? quietLetter(t, it, t.quiet.asked, [t.quietTask, '', t.quietHow])
      : quietLetter(t, it, t.quiet.ended, [t.quietEnded]);
  }
  const what = onOneLine(it.title);
  const lines = [t.told[word](it.others.map(onOneLine).join(', '), what)];
  if (it.due && word === 'overdue') lines.push(t.due(it.due));
  return letter(it, `${t.words[word]}${what}`, lines);
}

/** The subject of a notice about a confidential departure: subjects are read on lock screens. */
export const quietSubject = (language: Language): string => texts[language].quiet.notice;

const acceptLines = (t: Texts, id: string): string[] => [
  `${t.whenGood} gatehouse step accept ${id}`,
  `${t.whenNot} gatehouse step send-back ${id} --reason "…"`,
];

function attestLines(
  t: Texts,
  id: string,
  labels: readonly string[],
  files: readonly string[],
): string[] {
  const quoted = (label: string) => label.replaceAll(/["$`\\]/g, '');
  const free = labels.length === 1 || (labels.length === 0 && files.length === 0);
  const proofs = free ? ['--proof "…"'] : labels.map((it) => `--proof "${quoted(it)}=…"`);
  const options = ['--reason "…"', ...proofs, ...files.map(() => '--file …')];
  return [`${t.whenDone} gatehouse step attest ${id} ${options.join(' ')}`];
}

const quietLetter = (t: Texts, it: TaskFacts, subject: string, lines: readonly string[]): Wrote =>
  letter(it, subject, it.due && lines.length > 1 ? [...lines, '', t.due(it.due)] : lines);

const letter = (it: TaskFacts, subject: string, lines: readonly string[]): Wrote => ({
  subject: onOneLine(`Gatehouse: ${subject}`),
  text: `${[`${onOneLine(it.name)},`, '', ...lines, '', it.publicUrl].join('\n')}\n`,
});

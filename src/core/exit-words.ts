import type { Capability } from './capability.ts';
import { capabilities } from './capability.ts';
import { dayThatEndsAt, deadlineText, localText } from './dates.ts';
import type { ExitCase } from './exit-document.ts';
import type { Language } from './language.ts';
import type { Grade } from './step.ts';

/* What the exit documents have in common: days, moments, grades and names in both languages. */

const months: Record<Language, readonly string[]> = {
  en: 'January February March April May June July August September October November December'.split(
    ' ',
  ),
  de: 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember'.split(
    ' ',
  ),
};

/** An ISO day with the name of its month, which nobody can read the wrong way round. */
export function dayInWords(day: string, language: Language): string {
  const [year = '', month = '', date = ''] = day.split('-');
  const name = months[language][Number(month) - 1] ?? month;
  return `${Number(date)}${language === 'de' ? '.' : ''} ${name} ${year}`;
}

/** A moment where the person works, with the zone. */
export function momentInWords(
  at: Date,
  { zone }: Pick<ExitCase, 'zone'>,
  language: Language,
): string {
  const [day = '', time = ''] = localText(at, zone).split('T');
  return `${dayInWords(day, language)}, ${time}${language === 'de' ? ' Uhr' : ''} (${zone})`;
}

/** The end of a day is shown as that, any other moment with its time. */
export function endInWords(at: Date, it: Pick<ExitCase, 'zone'>, language: Language): string {
  const text = deadlineText(at, it.zone);
  if (text.includes(' ')) return momentInWords(at, it, language);
  const day = dayInWords(text, language);
  return language === 'de' ? `mit dem Ende des ${day}` : `at the end of ${day}`;
}

/** The day of a moment, or a dash. */
export const dayOf = (at: Date | null, { zone }: ExitCase, language: Language): string =>
  at === null ? '–' : dayInWords(localText(at, zone).slice(0, 10), language);

/** The last day on which something holds that ends at a moment. */
export const lastDayOf = (iso: string, { zone }: ExitCase, language: Language): string =>
  dayInWords(dayThatEndsAt(new Date(iso), zone), language);

/** The four dates; those nobody has told yet are said to be unknown. */
export function datesOf(it: ExitCase, language: Language): [string, string][] {
  const said = words[language];
  const day = (value: string | null) =>
    value === null ? said.unknown : dayInWords(value, language);
  const end = it.accessEndsAt && endInWords(it.accessEndsAt, it, language);
  return [
    [said.lastWorkingDay, day(it.lastWorkingDay)],
    [said.accessEnds, end ?? said.unknown],
    [it.isContractor ? said.contractEnds : said.employmentEnds, day(it.employmentEnds)],
    [it.isContractor ? said.paymentEnds : said.payEnds, day(it.payEnds)],
  ];
}

/** Who it is about. */
export const personOf = (it: ExitCase, language: Language): [string, string][] => [
  [words[language].name, it.person.name],
  [words[language].personId, it.person.personId],
];

export const referenceOf = (it: ExitCase, language: Language): string =>
  words[language].reference(it.caseId);

/** The name that people here know a system by. */
export const systemOf = (id: string | null, { systems }: ExitCase): string =>
  id === null ? '–' : (systems.get(id) ?? id);

/** What a capability does, without the words of any playbook. */
export const deedOf = (capability: Capability, language: Language): string =>
  language === 'de' ? capabilitiesInGerman[capability] : capabilities[capability].title;

const capabilitiesInGerman: Record<Capability, string> = {
  'account.create': 'Konto anlegen',
  'account.suspend': 'Anmeldung sperren',
  'account.delete': 'Konto löschen',
  'password.reset': 'Passwort ersetzen',
  'sessions.revoke': 'Überall abmelden',
  'mfa.remove': 'Zweite Faktoren entfernen',
  'tokens.revoke': 'Zugangsschlüssel beenden',
  'roles.remove': 'Administratorrollen entziehen',
  'groups.join': 'In Gruppen aufnehmen',
  'groups.leave': 'Aus Gruppen entfernen',
  'data.preserve': 'Daten sichern',
  'data.transfer': 'Daten übergeben',
  'mailbox.hand-over': 'Postfach übergeben',
  'ownership.transfer': 'Übergeben, was dem Konto gehört',
  'reports.move': 'Unterstellte anderen Vorgesetzten zuordnen',
  'device.lock': 'Gerät sperren',
  'device.wipe': 'Gerät löschen',
  'assets.recover': 'Arbeitsmittel zurückholen',
  'licences.remove': 'Lizenzen zurücknehmen',
  'payroll.end': 'Gehalt beenden',
  'benefits.end': 'Zusatzleistungen beenden',
};

/** What each grade means, in short. */
export const gradeNames: Record<Language, Record<Grade, string>> = {
  en: {
    verified: 'verified',
    absent: 'no such account',
    acknowledged: 'accepted, cannot be read back',
    attested: 'done by hand',
    waived: 'not done',
  },
  de: {
    verified: 'nachgewiesen',
    absent: 'kein solches Konto',
    acknowledged: 'angenommen, nicht nachlesbar',
    attested: 'von Hand erledigt',
    waived: 'nicht erledigt',
  },
};

/** What each grade rests on. */
export const gradeMeanings: Record<Language, Record<Grade, string>> = {
  en: {
    verified: 'The system was read again afterwards and showed that it is so.',
    absent: 'It was looked for, and there is none.',
    acknowledged: 'The system took the request. It offers no way to read back what became of it.',
    attested: 'A named person did it by hand and answers for it.',
    waived: 'A named person decided to leave it, and answers for that until the day named.',
  },
  de: {
    verified: 'Das System wurde danach erneut gelesen und zeigte, dass es so ist.',
    absent: 'Es wurde danach gesucht, und es gibt keines.',
    acknowledged:
      'Das System hat den Auftrag angenommen. Was daraus wurde, lässt sich dort nicht nachlesen.',
    attested: 'Eine genannte Person hat es von Hand erledigt und steht dafür ein.',
    waived:
      'Eine genannte Person hat entschieden, es zu lassen, und steht bis zum genannten Tag dafür ein.',
  },
};

export const words = {
  en: {
    unknown: 'not known yet',
    name: 'Name',
    personId: 'HR number',
    lastWorkingDay: 'Last working day',
    accessEnds: 'Access to our systems ends',
    employmentEnds: 'Employment ends',
    contractEnds: 'Contract ends',
    payEnds: 'Pay ends',
    paymentEnds: 'Payment ends',
    confirmed: 'Departure confirmed',
    signature: 'Place, date, signature',
    nobody: 'nobody named',
    reference: (caseId: string) => `Departure ${caseId}`,
  },
  de: {
    unknown: 'noch nicht bekannt',
    name: 'Name',
    personId: 'Personalnummer',
    lastWorkingDay: 'Letzter Arbeitstag',
    accessEnds: 'Zugang zu unseren Systemen endet',
    employmentEnds: 'Arbeitsverhältnis endet',
    contractEnds: 'Vertrag endet',
    payEnds: 'Gehalt endet',
    paymentEnds: 'Vergütung endet',
    confirmed: 'Austritt bestätigt',
    signature: 'Ort, Datum, Unterschrift',
    nobody: 'niemand genannt',
    reference: (caseId: string) => `Austritt ${caseId}`,
  },
};

/** What somebody wrote down as proof, whose lines are “label=value”, on one line. */
export const proofInWords = (proof: string): string =>
  proof
    .split('\n')
    .map((line) => line.replace(/^([^=]+)=/, '$1: '))
    .join('; ');

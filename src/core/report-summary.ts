import { dayInWords } from './exit-words.ts';
import type { Language } from './language.ts';
import type { Line, ReportBlock } from './report.ts';
import { dataOf, type Story, valueText } from './report-story.ts';
import { actorOf, momentUtc, reportWords } from './report-words.ts';

/** What the report is about, in its title. */
export function titleOf(story: Story, language: Language): string {
  const said = texts[language];
  const kind = said.kinds[story.summary.kind ?? ''] ?? said.kinds['']!;
  return `${kind}: ${valueText(story.opened, 'subject.name') ?? story.opened.event.personRef ?? ''}`;
}

/** Who and what, how much is proven, and what this paper is not. */
export function overviewBlocks(story: Story, language: Language): ReportBlock[] {
  const said = texts[language];
  return [
    { is: 'notice', text: said.notice },
    { is: 'facts', rows: subjectRows(story, language) },
    { is: 'heading', text: said.result },
    { is: 'figures', figures: figuresOf(story, language) },
    { is: 'text', text: sentenceOf(story, language) },
  ];
}

function subjectRows(story: Story, language: Language): [string, Line][] {
  const said = texts[language];
  const { opened, seal, summary } = story;
  const told = (name: string, title: string): [string, Line][] => {
    const value = valueText(opened, name);
    return value === null ? [] : [[title, value]];
  };
  const planned = story.told.findLast((it) => typeof dataOf(it, 'playbook') === 'string');
  const playbook = planned
    ? said.playbookText(
        String(dataOf(planned, 'playbook')),
        String(dataOf(planned, 'playbook_version')),
      )
    : reportWords[language].nothing;
  const code = (text: string): Line => ({ text, as: 'code' });
  return [
    ...(story.personal
      ? [
          ...told('subject.name', said.person),
          ...told('subject.email', said.email),
          ...told('subject.person_id', said.personId),
        ]
      : ([[said.person, reportWords[language].withheld]] as [string, Line][])),
    [said.pseudonym, code(opened.event.personRef ?? '')],
    [said.case, code(summary.case)],
    [
      said.openedBy,
      `${momentUtc(opened.event.at, language)}, ${said.by} ${actorOf(opened, story, language)}`,
    ],
    ...dateRows(story, language),
    [said.playbook, playbook],
    ...(planned && typeof dataOf(planned, 'plan') === 'string'
      ? ([[said.plan, code(String(dataOf(planned, 'plan')))]] as [string, Line][])
      : []),
    [said.sealed, `${momentUtc(seal.event.at, language)}, ${said.facts(summary.facts)}`],
  ];
}

/** The dates of the case as they were told last. */
function dateRows(story: Story, language: Language): [string, Line][] {
  const said = texts[language];
  const dates = Object(
    story.told.findLast(({ values }) => values.has('case.dates'))?.values.get('case.dates'),
  );
  const day = (name: string, title: string): [string, Line][] => {
    const value: unknown = Reflect.get(dates, name);
    return typeof value === 'string' ? [[title, dayInWords(value, language)]] : [];
  };
  const ends: unknown = Reflect.get(dates, 'access_ends');
  const local: unknown = Reflect.get(dates, 'access_ends_local');
  const where = typeof local === 'string' ? `; ${said.there} ${local.replace('T', ' ')}` : '';
  return [
    ...day('start_day', said.startDay),
    ...(typeof ends === 'string'
      ? ([[said.accessEnds, `${momentUtc(new Date(ends), language)}${where}`]] as [string, Line][])
      : []),
    ...day('last_working_day', said.lastWorkingDay),
    ...day('employment_ends', said.employmentEnds),
    ...day('pay_ends', said.payEnds),
  ];
}

function figuresOf({ summary }: Story, language: Language) {
  const said = texts[language];
  const { verified, absent, acknowledged, attested, waived } = summary.grades;
  return [
    { figure: `${verified + absent}`, label: said.proven, tone: 'good' as const },
    { figure: `${acknowledged}`, label: said.accepted, tone: 'weak' as const },
    { figure: `${attested}`, label: said.byHand, tone: 'weak' as const },
    { figure: `${waived}`, label: said.skipped, tone: 'aside' as const },
  ];
}

function sentenceOf({ summary }: Story, language: Language): string {
  const { verified, absent } = summary.grades;
  return texts[language].sentence(verified + absent, summary.steps.length);
}

const texts = {
  en: {
    kinds: {
      departure: 'Departure',
      arrival: 'Arrival',
      'role change': 'Change of role',
      '': 'Case',
    } as Record<string, string>,
    notice:
      'This report is for reading. It is not the evidence. The evidence is the facts in this pack, each signed as a ' +
      'part of one record; “gatehouse verify”, or the scripts beside this file, check them without trusting this ' +
      'page or the server that made it.',
    person: 'Person',
    email: 'Address',
    personId: 'HR number',
    pseudonym: 'Pseudonym in the record',
    case: 'Case',
    openedBy: 'Opened',
    by: 'by',
    startDay: 'First day',
    accessEnds: 'Access ends',
    there: 'on the clock there',
    lastWorkingDay: 'Last working day',
    employmentEnds: 'Employment ends',
    payEnds: 'Pay ends',
    playbook: 'Playbook',
    playbookText: (name: string, version: string) => `${name}, version ${version}`,
    plan: 'Digest of the plan',
    sealed: 'Sealed',
    facts: (count: number) => `${count} facts`,
    result: 'Result',
    proven: 'proven: read back',
    accepted: 'accepted, cannot be read back',
    byHand: 'done by hand',
    skipped: 'not done',
    sentence: (proven: number, all: number) =>
      `${proven} proven of ${all} steps. Proven is only what a system showed when it was read again, or where it was ` +
      'looked for and there was no account. All else is named under exceptions or stands as the work of people.',
  },
  de: {
    kinds: {
      departure: 'Austritt',
      arrival: 'Eintritt',
      'role change': 'Wechsel der Stelle',
      '': 'Vorgang',
    } as Record<string, string>,
    notice:
      'Dieser Bericht ist zum Lesen. Er ist nicht der Nachweis. Der Nachweis sind die Einträge in diesem Paket, jeder ' +
      'als Teil eines Protokolls signiert; „gatehouse verify“ oder die Skripte neben dieser Datei prüfen sie, ohne ' +
      'dieser Seite oder dem Server zu vertrauen, der sie gemacht hat.',
    person: 'Person',
    email: 'Adresse',
    personId: 'Personalnummer',
    pseudonym: 'Pseudonym im Protokoll',
    case: 'Vorgang',
    openedBy: 'Eröffnet',
    by: 'von',
    startDay: 'Erster Tag',
    accessEnds: 'Zugang endet',
    there: 'nach der Uhr dort',
    lastWorkingDay: 'Letzter Arbeitstag',
    employmentEnds: 'Arbeitsverhältnis endet',
    payEnds: 'Gehalt endet',
    playbook: 'Playbook',
    playbookText: (name: string, version: string) => `${name}, Fassung ${version}`,
    plan: 'Prüfsumme des Plans',
    sealed: 'Versiegelt',
    facts: (count: number) => `${count} Einträge`,
    result: 'Ergebnis',
    proven: 'nachgewiesen: nachgelesen',
    accepted: 'angenommen, nicht nachlesbar',
    byHand: 'von Hand erledigt',
    skipped: 'nicht erledigt',
    sentence: (proven: number, all: number) =>
      `${proven} von ${all} Schritten nachgewiesen. Nachgewiesen ist nur, was ein System beim erneuten Lesen zeigte oder ` +
      'wo gesucht wurde und kein Konto war. Alles andere steht unter den Ausnahmen oder als Arbeit von Menschen.',
  },
};

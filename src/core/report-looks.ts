import type { Language } from './language.ts';
import type { Line, ReportBlock, Row } from './report.ts';
import { dataOf, type Story, type Told, valueText } from './report-story.ts';
import { factTitle, reportWords, shortMoment, stepLines, systemName } from './report-words.ts';

const holds: readonly string[] = ['step.rechecked', 'case.rechecked'];

/** Whether a fact tells of a later look at what was ended. */
export const isLook = (it: Told): boolean =>
  holds.includes(it.event.type) ||
  it.event.type === 'step.unchecked' ||
  it.event.type === 'case.unchecked' ||
  (it.event.type === 'step.reopened' && dataOf(it, 'reason') === 'access-returned') ||
  (it.event.type === 'case.reopened' && dataOf(it, 'reason') === 'account-appeared');

/** When what was ended was looked at again, and what was found: access comes back. */
export function lookBlocks(story: Story, language: Language): ReportBlock[] {
  const said = texts[language];
  const looks = Map.groupBy(story.told.filter(isLook), placeOf);
  const heading: ReportBlock = { is: 'heading', text: said.title };
  if (looks.size === 0) return [heading, { is: 'text', text: said.none }];
  return [
    heading,
    { is: 'text', text: said.intro },
    {
      is: 'table',
      caption: said.caption,
      columns: [
        { head: said.what, share: 0.34 },
        { head: said.seen, share: 0.66 },
      ],
      rows: [...looks.values()].map((those) => rowOf(those, story, language)),
    },
  ];
}

/** Looks at one step stand together, and so do those for the person in one connection. */
const placeOf = (it: Told): string => stepIdOf(it) ?? `${dataOf(it, 'connection') ?? ''}`;

const stepIdOf = ({ event }: Told): string | null => {
  const id: unknown = Reflect.get(
    Object(Reflect.get(Object(JSON.parse(event.leaf)), 'step')),
    'id',
  );
  return typeof id === 'string' ? id : null;
};

function rowOf(those: readonly Told[], story: Story, language: Language): Row {
  const [first] = those;
  const step = story.steps.find(({ id }) => id === stepIdOf(first!));
  const connection = dataOf(first!, 'connection');
  const place: Line[] = step
    ? [
        ...stepLines(step, story, language),
        ...(step.system === null ? [] : [systemName(step.system, story)]),
      ]
    : [
        { text: texts[language].accounts, as: 'strong' },
        ...(typeof connection === 'string' ? [systemName(connection, story)] : []),
      ];
  return { cells: [place, those.flatMap((it) => seenLines(it, story, language))] };
}

function seenLines(it: Told, story: Story, language: Language): Line[] {
  const { type, at } = it.event;
  const isWell = holds.includes(type);
  const why =
    valueText(it, 'reason') ?? (isWell || story.personal ? null : reportWords[language].withheld);
  return [
    { badge: factTitle(type, language), tone: isWell ? 'good' : 'attention' },
    shortMoment(at),
    ...(isWell || why === null ? [] : [{ text: why, as: 'quiet' as const }]),
  ];
}

const texts = {
  en: {
    title: 'Looked at again',
    none: 'Not yet. What was ended is looked at again after 15 minutes, an hour, a day, a week and 30 days.',
    intro:
      'Access comes back: by a synchronisation, a group rule, a restored backup. So what was ended is read again ' +
      'after 15 minutes, an hour, a day, a week and 30 days, and looked for is whether there is another account. What ' +
      'has come back is opened, and ended again.',
    caption: 'When it was looked at again, and what was found',
    what: 'What',
    seen: 'When, and what was seen',
    accounts: 'Other accounts',
  },
  de: {
    title: 'Noch einmal angesehen',
    none: 'Noch nicht. Was beendet wurde, wird nach 15 Minuten, einer Stunde, einem Tag, einer Woche und 30 Tagen noch einmal angesehen.',
    intro:
      'Zugänge kommen zurück: durch einen Abgleich, eine Gruppenregel, eine eingespielte Sicherung. Deshalb wird, was ' +
      'beendet wurde, nach 15 Minuten, einer Stunde, einem Tag, einer Woche und 30 Tagen noch einmal gelesen, und gesucht ' +
      'wird, ob es ein weiteres Konto gibt. Was zurückgekommen ist, wird geöffnet und wieder beendet.',
    caption: 'Wann es noch einmal angesehen wurde und was gefunden wurde',
    what: 'Was',
    seen: 'Wann, und was zu sehen war',
    accounts: 'Weitere Konten',
  },
};

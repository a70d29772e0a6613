import type { Block, ExitCase, ExitDocument, ExitStep } from './exit-document.ts';
import {
  datesOf,
  dayOf,
  lastDayOf,
  personOf,
  proofInWords,
  referenceOf,
  words,
} from './exit-words.ts';
import type { Language } from './language.ts';

/** Something of the company that the person had. */
export interface Thing {
  readonly name: string;
  /** Serial number or asset tag; null: it has none, or nobody wrote it down. */
  readonly number: string | null;
  readonly step: ExitStep;
}

/** Where a thing is known by a number, its proof asks for that. */
const asksForNumber = /serial number|asset tag|badge number/i;

/** What registers list, what no step deals with, and what people collect by hand. */
export function thingsOf({ steps }: ExitCase): readonly Thing[] {
  return steps.flatMap((step): Thing[] => {
    const { account, kind, capability, decision, task } = step;
    const isListed =
      capability === 'assets.recover' || (kind === 'gap' && step.layer !== 'security');
    if (isListed && account) {
      const { name, number } = takenApart(account.login);
      return [{ name, number: step.assignment?.mustName ?? number, step }];
    }
    if (kind !== 'task' || !task?.proof.some((it) => asksForNumber.test(it))) return [];
    return [
      { name: step.title, number: decision?.proof ? proofInWords(decision.proof) : null, step },
    ];
  });
}

/** Registers give “MacBook Pro 14, serial C02X1234”. */
function takenApart(login: string): { name: string; number: string | null } {
  const [, name, number] = /^(.+), (?:serial|tag|asset tag) (.+)$/.exec(login) ?? [];
  return name && number ? { name, number } : { name: login, number: null };
}

/** Whether it has neither come back nor been given up. */
export const isOut = ({ step }: Thing): boolean =>
  step.status !== 'settled' || (step.grade === 'waived' && !step.decision?.writtenOff);

/** The receipt of what came back and what did not, for both sides to sign. */
export function equipmentReceipt(it: ExitCase, language: Language): ExitDocument {
  const said = texts[language];
  const things = thingsOf(it);
  const open = things.filter(isOut).length;
  const blocks: Block[] = [
    {
      is: 'facts',
      rows: [...personOf(it, language), ...datesOf(it, language).slice(0, 1)],
    },
    ...(things.length === 0
      ? [{ is: 'text', text: said.none } as const]
      : [
          {
            is: 'table',
            caption: said.caption,
            head: said.head,
            rows: things.map((thing) => rowOf(thing, it, language)),
          } as const,
          open > 0
            ? ({ is: 'warning', text: said.open(open) } as const)
            : ({ is: 'text', text: said.settled } as const),
        ]),
    { is: 'table', caption: said.byHand, head: said.byHandHead, rows: emptyRows },
    { is: 'text', text: said.sign },
    { is: 'signatures', people: said.signers, below: words[language].signature },
  ];
  const reference = referenceOf(it, language);
  return { kind: 'equipment', language, title: said.title, company: it.company, blocks, reference };
}

/** To be written into by hand. */
const emptyRows = Array.from({ length: 3 }, () => ['', '', '', '']);

function rowOf({ name, number, step }: Thing, it: ExitCase, language: Language): readonly string[] {
  const said = texts[language];
  const { decision, grade, settledAt } = step;
  const day = dayOf(settledAt, it, language);
  const row = (state: string, on: string, note = '') => [name, number ?? '–', state, on, note];
  const byWhom = decision ? `${decision.byName}: ${decision.reason}` : '';
  if (step.status !== 'settled') return row(said.missing, '–');
  if (decision?.writtenOff) return row(said.writtenOff, day, byWhom);
  if (grade === 'waived') {
    const until = decision?.expiresAt ? lastDayOf(decision.expiresAt, it, language) : '–';
    return row(said.keeps(until), '–', byWhom);
  }
  if (grade === 'absent') return row(said.absent, day);
  return row(said.returned, day, grade === 'verified' ? said.inRegister : byWhom);
}

const texts = {
  en: {
    title: 'Receipt for company property',
    caption: 'What the company had handed out',
    head: ['Thing', 'Serial number or tag', 'State', 'Day', 'Remark'],
    none: 'No register of the company lists anything under this name.',
    open: (count: number) =>
      count === 1 ? 'One thing has not come back yet.' : `${count} things have not come back yet.`,
    settled: 'Nothing is open.',
    byHand: 'Further things, entered by hand',
    byHandHead: ['Thing', 'Serial number or tag', 'Returned (yes or no)', 'Day'],
    sign: 'Both sign for what is listed above as returned.',
    signers: ['Handed over by', 'Received for the company by'],
    returned: 'returned',
    missing: 'not returned yet',
    writtenOff: 'written off',
    keeps: (until: string) => `stays with the person until ${until}`,
    absent: 'not listed any more',
    inRegister: 'read in the register',
  },
  de: {
    title: 'Empfangsbestätigung für Firmeneigentum',
    caption: 'Was das Unternehmen ausgegeben hatte',
    head: ['Gegenstand', 'Serien- oder Inventarnummer', 'Stand', 'Tag', 'Bemerkung'],
    none: 'Kein Verzeichnis des Unternehmens führt etwas unter diesem Namen.',
    open: (count: number) =>
      count === 1
        ? 'Ein Gegenstand ist noch nicht zurück.'
        : `${count} Gegenstände sind noch nicht zurück.`,
    settled: 'Nichts ist offen.',
    byHand: 'Weitere Gegenstände, von Hand eingetragen',
    byHandHead: [
      'Gegenstand',
      'Serien- oder Inventarnummer',
      'Zurückgegeben (ja oder nein)',
      'Tag',
    ],
    sign: 'Beide unterschreiben für das, was oben als zurückgegeben steht.',
    signers: ['Übergeben von', 'Für das Unternehmen angenommen von'],
    returned: 'zurückgegeben',
    missing: 'noch nicht zurückgegeben',
    writtenOff: 'abgeschrieben',
    keeps: (until: string) => `bleibt bei der Person bis ${until}`,
    absent: 'nicht mehr verzeichnet',
    inRegister: 'im Verzeichnis gelesen',
  },
};

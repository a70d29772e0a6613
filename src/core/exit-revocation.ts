import type { Block, ExitCase, ExitDocument, ExitStep } from './exit-document.ts';
import {
  datesOf,
  dayOf,
  deedOf,
  gradeMeanings,
  gradeNames,
  lastDayOf,
  momentInWords,
  personOf,
  proofInWords,
  referenceOf,
  systemOf,
  words,
} from './exit-words.ts';
import type { Language } from './language.ts';
import { grades } from './step.ts';

/** What was done about access, system by system, and where the record proves it. */
export function revocationCertificate(it: ExitCase, language: Language): ExitDocument {
  const said = texts[language];
  const access = it.steps.filter(isAccess);
  const blocks: Block[] = [
    ...standing(it, language),
    {
      is: 'facts',
      rows: [
        ...personOf(it, language),
        ...datesOf(it, language).slice(0, 3),
        [
          said.accessRemoved,
          it.accessRemovedAt ? momentInWords(it.accessRemovedAt, it, language) : said.notYet,
        ],
      ],
    },
    { is: 'heading', text: said.accounts },
    ...accountsBlock(access, it, language),
    ...openBlock(it, language),
    { is: 'heading', text: said.exceptions },
    ...exceptionsBlock(it, language),
    { is: 'heading', text: said.proof },
    ...proofBlock(it, language),
    { is: 'heading', text: said.meanings },
    {
      is: 'facts',
      rows: grades.map((grade) => [gradeNames[language][grade], gradeMeanings[language][grade]]),
    },
  ];
  return {
    kind: 'revocation',
    language,
    title: said.title,
    company: it.company,
    blocks,
    reference: referenceOf(it, language),
  };
}

/** Of things, of pay and of benefits other papers speak. */
const isAccess = ({ account, capability, kind, layer }: ExitStep): boolean =>
  account !== null &&
  (kind === 'gap' ? layer === 'security' : kind === 'action') &&
  capability !== 'assets.recover' &&
  capability !== 'payroll.end' &&
  capability !== 'benefits.end';

/** Whether all of it is done; said first, so that nobody takes half of it for the whole. */
function standing(it: ExitCase, language: Language): Block[] {
  const said = texts[language];
  if (it.isComplete) return [{ is: 'text', text: said.complete(it.company) }];
  const open = openSteps(it).length;
  return [
    { is: 'warning', text: said.incomplete(open, it.accessRemovedAt !== null) },
    ...(it.question === null ? [] : [{ is: 'warning', text: said.question(it.question) } as const]),
  ];
}

const openSteps = ({ steps }: ExitCase) => steps.filter((it) => it.status !== 'settled');

function accountsBlock(access: readonly ExitStep[], it: ExitCase, language: Language): Block[] {
  const said = texts[language];
  if (access.length === 0) return [{ is: 'text', text: said.noAccounts }];
  const rows = access.map((step) => [
    systemOf(step.connectionId, it),
    step.account!.login,
    whatOf(step, language),
    step.settledAt ? momentInWords(step.settledAt, it, language) : '–',
    step.grade === null ? said.open : gradeNames[language][step.grade],
  ]);
  // One system under the other, and one account in it.
  const sorted = rows.toSorted((a, b) => compare(a[0]!, b[0]!) || compare(a[1]!, b[1]!));
  return [{ is: 'table', caption: said.accountsCaption, head: said.accountsHead, rows: sorted }];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Of what no playbook has words for, ours; of tasks those of the playbook. */
const whatOf = ({ capability, kind, layer, title }: ExitStep, language: Language): string => {
  if (kind === 'gap') return layer === 'security' ? texts[language].gap : texts[language].otherGap;
  return capability === null ? title : deedOf(capability, language);
};

/** The same for every step, also of those that are no access: nothing open stays unsaid. */
const whereOf = ({ connectionId, account }: ExitStep, it: ExitCase): string =>
  connectionId === null
    ? '–'
    : [systemOf(connectionId, it), account?.login].filter(Boolean).join(': ');

function openBlock(it: ExitCase, language: Language): Block[] {
  const said = texts[language];
  const open = openSteps(it);
  if (open.length === 0) return [];
  return [
    { is: 'heading', text: said.openTitle },
    {
      is: 'table',
      caption: said.openCaption,
      head: said.openHead,
      rows: open.map((step) => [
        whatOf(step, language),
        whereOf(step, it),
        step.status === 'held' ? said.held : said.comes,
      ]),
    },
  ];
}

/** What rests on the word of a person: every step that was not done, and access ended by hand. */
function exceptionsBlock(it: ExitCase, language: Language): Block[] {
  const said = texts[language];
  const found = it.steps.filter(
    (step) => step.grade === 'waived' || (step.grade === 'attested' && isAccess(step)),
  );
  if (found.length === 0) return [{ is: 'text', text: said.noExceptions }];
  const rows = found.map((step) => {
    const { decision, grade } = step;
    const writtenOff = decision?.writtenOff === true;
    const until = decision?.expiresAt ? lastDayOf(decision.expiresAt, it, language) : '–';
    return [
      whatOf(step, language),
      whereOf(step, it),
      writtenOff ? said.writtenOff : gradeNames[language][grade!],
      `${decision?.byName ?? words[language].nobody}, ${dayOf(step.settledAt, it, language)}`,
      [decision?.reason, decision?.proof && proofInWords(decision.proof)]
        .filter(Boolean)
        .join(' · '),
      writtenOff ? said.forGood : until,
    ];
  });
  return [{ is: 'table', caption: said.exceptionsCaption, head: said.exceptionsHead, rows }];
}

function proofBlock(it: ExitCase, language: Language): Block[] {
  const said = texts[language];
  if (it.record === null) return [{ is: 'warning', text: said.recordBehind }];
  const { facts, leafHash, at } = it.record;
  return [
    {
      is: 'facts',
      rows: [
        [it.isComplete ? said.factsInAll : said.factsSoFar, `${facts}`],
        [it.isComplete ? said.sealedAt : said.lastFactAt, momentInWords(at, it, language)],
        [said.hash, leafHash],
      ],
    },
    { is: 'text', text: said.verify(it.caseId) },
  ];
}

const texts = {
  en: {
    title: 'Certificate of revoked access',
    complete: (company: string) =>
      `Everything that was planned about the access of this person to systems of ${company} is settled. How ` +
      'each thing is known stands beside it.',
    incomplete: (open: number, accessRemoved: boolean) =>
      `Not complete: this departure has not ended${open === 0 ? '' : `, and ${counted(open)} open`}. ` +
      (accessRemoved
        ? 'What is open is no access: every step about access is settled, as shown below.'
        : 'This page shows where it stands; it does not certify that all access has ended.'),
    question: (text: string) => `It waits for an answer: ${text}`,
    accessRemoved: 'All access ended',
    notYet: 'not yet',
    accounts: 'Systems and accounts',
    accountsCaption: 'What was done, and how it is known',
    accountsHead: ['System', 'Account', 'What', 'When', 'How it is known'],
    noAccounts: 'No account of this person is in the plan.',
    open: 'open',
    gap: 'End access that the playbook does not cover',
    otherGap: 'Deal with what the playbook does not cover',
    openTitle: 'What is open',
    openCaption: 'Steps of the plan that are not settled',
    openHead: ['Step', 'System and account', 'State'],
    held: 'waits for a person',
    comes: 'still to come, or under way',
    exceptions: 'Exceptions',
    exceptionsCaption: 'What rests on the word of a named person',
    exceptionsHead: [
      'Step',
      'System and account',
      'What happened',
      'Who answers, since when',
      'Reason and proof',
      'Until',
    ],
    noExceptions: 'None: nothing was left undone, and no access was ended by hand.',
    writtenOff: 'written off',
    forGood: 'for good',
    proof: 'The record',
    factsInAll: 'Facts up to the seal',
    factsSoFar: 'Facts so far',
    sealedAt: 'Sealed',
    lastFactAt: 'Last fact',
    hash: 'Hash of the last leaf (SHA-256)',
    verify: (caseId: string) =>
      'Each fact is a leaf of a signed record that cannot be changed unseen. Whoever has an export of it ' +
      `(gatehouse audit export --case ${caseId} --format jsonl) can recompute each hash and the chain without ` +
      'trusting this page, and finds the hash above in it.',
    recordBehind:
      'The record has not taken in the last facts yet. Make this certificate again in a minute; without the ' +
      'hash it proves nothing.',
    meanings: 'How it is known',
  },
  de: {
    title: 'Bescheinigung über beendete Zugänge',
    complete: (company: string) =>
      `Alles, was zu den Zugängen dieser Person bei ${company} geplant war, ist erledigt. Woher man es ` +
      'jeweils weiß, steht daneben.',
    incomplete: (open: number, accessRemoved: boolean) =>
      `Nicht vollständig: Dieser Austritt ist nicht abgeschlossen${open === 0 ? '' : `, ${countedInGerman(open)} offen`}. ` +
      (accessRemoved
        ? 'Offen ist kein Zugang: Jeder Schritt zu Zugängen ist erledigt, wie unten gezeigt.'
        : 'Diese Seite zeigt den Stand; sie bescheinigt nicht, dass alle Zugänge beendet sind.'),
    question: (text: string) => `Es wartet auf eine Antwort: ${text}`,
    accessRemoved: 'Alle Zugänge beendet',
    notYet: 'noch nicht',
    accounts: 'Systeme und Konten',
    accountsCaption: 'Was getan wurde, und woher man es weiß',
    accountsHead: ['System', 'Konto', 'Was', 'Wann', 'Woher man es weiß'],
    noAccounts: 'Im Plan steht kein Konto dieser Person.',
    open: 'offen',
    gap: 'Zugang beenden, den das Playbook nicht vorsieht',
    otherGap: 'Klären, was das Playbook nicht vorsieht',
    openTitle: 'Was offen ist',
    openCaption: 'Schritte des Plans, die nicht erledigt sind',
    openHead: ['Schritt', 'System und Konto', 'Stand'],
    held: 'wartet auf einen Menschen',
    comes: 'steht noch bevor oder läuft',
    exceptions: 'Ausnahmen',
    exceptionsCaption: 'Was auf dem Wort einer genannten Person beruht',
    exceptionsHead: [
      'Schritt',
      'System und Konto',
      'Was geschah',
      'Wer einsteht, seit wann',
      'Grund und Beleg',
      'Bis',
    ],
    noExceptions: 'Keine: Nichts wurde unterlassen, und kein Zugang wurde von Hand beendet.',
    writtenOff: 'abgeschrieben',
    forGood: 'endgültig',
    proof: 'Das Protokoll',
    factsInAll: 'Einträge bis zum Siegel',
    factsSoFar: 'Einträge bisher',
    sealedAt: 'Versiegelt',
    lastFactAt: 'Letzter Eintrag',
    hash: 'Prüfsumme des letzten Eintrags (SHA-256)',
    verify: (caseId: string) =>
      'Jeder Eintrag gehört zu einem signierten Protokoll, das nicht unbemerkt geändert werden kann. Wer ' +
      `einen Auszug hat (gatehouse audit export --case ${caseId} --format jsonl), kann jede Prüfsumme und ` +
      'die Kette nachrechnen, ohne dieser Seite zu glauben, und findet die obige Prüfsumme darin.',
    recordBehind:
      'Das Protokoll hat die letzten Einträge noch nicht aufgenommen. Erstellen Sie diese Bescheinigung in ' +
      'einer Minute neu; ohne die Prüfsumme beweist sie nichts.',
    meanings: 'Woher man es weiß',
  },
};

const counted = (open: number) => (open === 1 ? 'one step is' : `${open} steps are`);
const countedInGerman = (open: number) =>
  open === 1 ? 'ein Schritt ist' : `${open} Schritte sind`;

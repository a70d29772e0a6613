import type { CaseKind } from './arrival.ts';
import type { Capability } from './capability.ts';
import type { Language } from './language.ts';
import type { Line, ReportBlock, Row } from './report.ts';
import { endsAccess, type StepStory, type Story } from './report-story.ts';

/** How the text of a control was read. None of them on its owner's own page: whoever relies on one opens that. */
type Standing = 'copy' | 'commentary' | 'knowledge';

/** One control that reviewers ask about, and what the record of a case holds for it. */
export interface Control {
  readonly framework: 'SOC 2' | 'ISO 27001:2022' | 'HIPAA' | 'NIST' | 'PCI DSS 4.0';
  readonly id: string;
  readonly asks: Readonly<Record<Language, string>>;
  readonly holds: Readonly<Record<Language, string>>;
  readonly standing: Standing;
  readonly source: string;
  readonly for: readonly CaseKind[];
  /** Which steps of a case speak to it. */
  readonly shownBy: (step: StepStory, story: Story) => boolean;
}

const leaving: readonly CaseKind[] = ['departure', 'role change'];
const all: readonly CaseKind[] = ['departure', 'arrival', 'role change'];
const does =
  (...capabilities: readonly Capability[]) =>
  ({ capability }: StepStory): boolean =>
    capability !== null && capabilities.includes(capability);
const ofSystem = ({ system }: StepStory) => system !== null;
const ofPeople = ({ system, capability }: StepStory) => system === null && capability === null;
const every = () => true;

/** The map of controls: what each asks in short, and what in the record of a case answers it. */
export const controls: readonly Control[] = [
  {
    framework: 'SOC 2',
    id: 'CC6.1',
    asks: { en: 'Logical access security', de: 'Sicherheit logischer Zugänge' },
    holds: {
      en: 'Every account that was found, system by system, with what became of it.',
      de: 'Jedes gefundene Konto, System für System, mit dem, was daraus wurde.',
    },
    standing: 'commentary',
    source: 'certifyops.com, CC6.1 evidence',
    for: all,
    shownBy: ofSystem,
  },
  {
    framework: 'SOC 2',
    id: 'CC6.2',
    asks: {
      en: 'Credentials are removed when access is no longer authorised',
      de: 'Zugangsdaten werden entfernt, wenn der Zugang nicht mehr erlaubt ist',
    },
    holds: {
      en: 'When we were told, when access was to end, when each access ended, and how that is known.',
      de: 'Wann wir es erfuhren, wann der Zugang enden sollte, wann jeder endete und woher man das weiß.',
    },
    standing: 'commentary',
    source: 'screenata.com, CC6.2 guide',
    for: leaving,
    shownBy: endsAccess,
  },
  {
    framework: 'SOC 2',
    id: 'CC6.3',
    asks: {
      en: 'Access is changed and removed by role',
      de: 'Zugänge werden nach Rollen geändert und entfernt',
    },
    holds: {
      en: 'The playbook and its version, the plan by digest, who approved, and that it was another person.',
      de: 'Das Playbook und seine Fassung, der Plan mit Prüfsumme, wer genehmigte, und dass es jemand anderes war.',
    },
    standing: 'commentary',
    source: 'ac5labs.com, CC6.3',
    for: all,
    shownBy: ofSystem,
  },
  {
    framework: 'SOC 2',
    id: 'CC6.4, CC6.5',
    asks: {
      en: 'Physical access; disposal of assets',
      de: 'Physischer Zugang; Verbleib von Geräten',
    },
    holds: {
      en: 'Badges blocked, devices wiped or locked, equipment returned.',
      de: 'Gesperrte Ausweise, gelöschte oder gesperrte Geräte, zurückgegebene Arbeitsmittel.',
    },
    standing: 'knowledge',
    source: 'none opened',
    for: leaving,
    shownBy: does('assets.recover', 'device.lock', 'device.wipe'),
  },
  {
    framework: 'SOC 2',
    id: 'CC7.x, CC8.1',
    asks: { en: 'Monitoring; change management', de: 'Überwachung; Änderungswesen' },
    holds: {
      en: 'What failed and who settled it; the version of the playbook in force.',
      de: 'Was fehlschlug und wer es klärte; die geltende Fassung des Playbooks.',
    },
    standing: 'knowledge',
    source: 'none opened',
    for: all,
    shownBy: every,
  },
  {
    framework: 'ISO 27001:2022',
    id: 'A.5.11',
    asks: { en: 'Return of assets, with receipt', de: 'Rückgabe von Werten, mit Quittung' },
    holds: {
      en: 'What was handed back, by the register or by whom it was received; what was written off, and by whom.',
      de: 'Was zurückkam, laut Verzeichnis oder laut Empfänger; was von wem abgeschrieben wurde.',
    },
    standing: 'commentary',
    source: 'isms.online, 5.11',
    for: leaving,
    shownBy: does('assets.recover'),
  },
  {
    framework: 'ISO 27001:2022',
    id: 'A.5.15–A.5.18',
    asks: {
      en: 'Life cycle of access; removed or adjusted on leaving',
      de: 'Lebenslauf von Zugängen; beim Austritt entfernt oder angepasst',
    },
    holds: {
      en: 'Each access with its state before and after, its time, and who approved.',
      de: 'Jeder Zugang mit Zustand vorher und nachher, Zeit und Genehmigung.',
    },
    standing: 'knowledge',
    source: 'none opened',
    for: all,
    shownBy: ofSystem,
  },
  {
    framework: 'ISO 27001:2022',
    id: 'A.6.5',
    asks: {
      en: 'Duties after employment are communicated',
      de: 'Pflichten nach der Beschäftigung sind mitgeteilt',
    },
    holds: {
      en: 'Tasks and notices of the case, with who confirmed them and with what proof.',
      de: 'Aufgaben und Mitteilungen des Vorgangs, mit dem, der sie bestätigte, und Beleg.',
    },
    standing: 'commentary',
    source: 'hightable.io, annex A 6.5 checklist',
    for: ['departure'],
    shownBy: ofPeople,
  },
  {
    framework: 'ISO 27001:2022',
    id: 'A.8.2, A.8.10, A.8.15',
    asks: {
      en: 'Privileged access, deletion, logging',
      de: 'Privilegierte Zugänge, Löschung, Protokollierung',
    },
    holds: {
      en: 'The order of steps, what was deleted by whose approval, and a record whose integrity anybody can check.',
      de: 'Die Reihenfolge der Schritte, was mit wessen Genehmigung gelöscht wurde, und ein Protokoll, dessen Unversehrtheit jeder prüfen kann.',
    },
    standing: 'knowledge',
    source: 'none opened',
    for: all,
    shownBy: every,
  },
  {
    framework: 'HIPAA',
    id: '164.308(a)(3)(ii)(C)',
    asks: {
      en: 'Termination procedures: devices, deactivation, time frames',
      de: 'Verfahren bei Austritt: Geräte, Sperrung, Fristen',
    },
    holds: {
      en: 'Each deactivation with its time and grade; the return of what opens doors and systems.',
      de: 'Jede Sperrung mit Zeit und Grad; die Rückgabe dessen, was Türen und Systeme öffnet.',
    },
    standing: 'copy',
    source: 'compliancewiki.org, audit protocol',
    for: leaving,
    shownBy: (step) => endsAccess(step) || does('assets.recover')(step),
  },
  {
    framework: 'NIST',
    id: '800-53 PS-4',
    asks: {
      en: 'Termination: access disabled within a set time, authenticators revoked, exit interview, property',
      de: 'Austritt: Zugang in festgelegter Zeit gesperrt, Merkmale entzogen, Gespräch, Eigentum',
    },
    holds: {
      en: 'The time to the last access held to the limit; what was revoked; the survey; what was returned.',
      de: 'Die Zeit bis zum letzten Zugang an der Grenze gemessen; was entzogen wurde; die Befragung; was zurückkam.',
    },
    standing: 'copy',
    source: 'cloudaware, NIST r5 PS-4 and FedRAMP high PS-4',
    for: ['departure'],
    shownBy: every,
  },
  {
    framework: 'NIST',
    id: '800-53 AC-2(3), AC-2(13)',
    asks: {
      en: 'Accounts of nobody, and of high-risk individuals, are disabled in time',
      de: 'Konten ohne Person und solche mit hohem Risiko werden rechtzeitig gesperrt',
    },
    holds: {
      en: 'Every account looked up live, each ended or shown as a gap.',
      de: 'Jedes Konto frisch gesucht, jedes beendet oder als Lücke gezeigt.',
    },
    standing: 'copy',
    source: '800-53 online viewers',
    for: leaving,
    shownBy: endsAccess,
  },
  {
    framework: 'NIST',
    id: '800-171 3.9.2 (CMMC)',
    asks: {
      en: 'Controlled information is protected during terminations',
      de: 'Geschützte Information bleibt bei Austritten geschützt',
    },
    holds: {
      en: 'As above; what was preserved, handed over, wiped or erased.',
      de: 'Wie oben; was gesichert, übergeben, gelöscht wurde.',
    },
    standing: 'commentary',
    source: 'paragone.us, PS.2.128',
    for: leaving,
    shownBy: (step) =>
      endsAccess(step) ||
      does('data.preserve', 'data.transfer', 'device.wipe', 'account.delete')(step),
  },
  {
    framework: 'PCI DSS 4.0',
    id: '8.2.5, 8.2.6',
    asks: {
      en: 'Access of terminated users is revoked immediately, physical factors returned',
      de: 'Zugang Ausgeschiedener wird sofort entzogen, physische Merkmale kommen zurück',
    },
    holds: {
      en: 'The minutes to each revocation, read back from each system; badges and tokens returned.',
      de: 'Die Minuten bis zu jeder Sperrung, aus jedem System nachgelesen; zurückgegebene Ausweise und Schlüssel.',
    },
    standing: 'commentary',
    source: 'withpci.com, 8.2.5',
    for: leaving,
    shownBy: (step) => endsAccess(step) || does('assets.recover')(step),
  },
];

/** Which controls the record of this case supports, and with how many of its steps. */
export function controlsBlocks(story: Story, language: Language): ReportBlock[] {
  const said = texts[language];
  const kind = story.summary.kind;
  const rows = controls
    .filter((it) => it.for.some((one) => one === kind))
    .map((it): Row => {
      const count = story.steps.filter((step) => it.shownBy(step, story)).length;
      const found: Line = count === 0 ? { text: said.nothing, as: 'quiet' } : said.steps(count);
      return {
        cells: [
          [
            { text: it.framework, as: 'quiet' },
            { text: it.id, as: 'strong' },
          ],
          [it.asks[language]],
          [it.holds[language], found],
          [said.standing[it.standing], { text: it.source, as: 'quiet' }],
        ],
      };
    });
  if (rows.length === 0) return [];
  return [
    { is: 'heading', text: said.title },
    { is: 'text', text: said.intro },
    {
      is: 'table',
      caption: said.caption,
      columns: [
        { head: said.control, share: 0.19 },
        { head: said.asks, share: 0.25 },
        { head: said.holds, share: 0.35 },
        { head: said.source, share: 0.21 },
      ],
      rows,
    },
  ];
}

const texts = {
  en: {
    title: 'Controls that this record supports',
    intro:
      'One record answers the same question for several frameworks. Whether a control is met is for the auditor to say: ' +
      'this is no legal advice, and the official text is to be opened before anybody relies on a row.',
    caption: 'Controls, what they ask in short, and what this case holds for them',
    control: 'Control',
    asks: 'Asks, in short',
    holds: 'This record holds',
    source: 'Text as read',
    nothing: 'Nothing of it in this case.',
    steps: (count: number) =>
      count === 1 ? 'In this case: 1 step.' : `In this case: ${count} steps.`,
    standing: {
      copy: 'on a copy of the official text',
      commentary: 'in commentary only',
      knowledge: 'professional knowledge',
    } as Record<Standing, string>,
  },
  de: {
    title: 'Kontrollen, die dieses Protokoll stützt',
    intro:
      'Ein Protokoll beantwortet dieselbe Frage für mehrere Rahmenwerke. Ob eine Kontrolle erfüllt ist, sagt der Prüfer: ' +
      'Dies ist keine Rechtsberatung, und vor jedem Verlass auf eine Zeile ist der amtliche Text zu öffnen.',
    caption: 'Kontrollen, was sie in Kürze verlangen und was dieser Vorgang dafür enthält',
    control: 'Kontrolle',
    asks: 'Verlangt, in Kürze',
    holds: 'Dieses Protokoll enthält',
    source: 'Text gelesen',
    nothing: 'Nichts davon in diesem Vorgang.',
    steps: (count: number) =>
      count === 1 ? 'In diesem Vorgang: 1 Schritt.' : `In diesem Vorgang: ${count} Schritte.`,
    standing: {
      copy: 'in einer Abschrift des amtlichen Textes',
      commentary: 'nur in Kommentaren',
      knowledge: 'Fachwissen',
    } as Record<Standing, string>,
  },
};

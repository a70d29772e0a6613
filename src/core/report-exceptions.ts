import { dayInWords, gradeNames, proofInWords } from './exit-words.ts';
import type { Language } from './language.ts';
import type { Line, ReportBlock, Row, Tone } from './report.ts';
import { dataOf, type StepStory, type Story, type Told, valueText } from './report-story.ts';
import {
  actorOf,
  factTitle,
  gradeTones,
  nameOf,
  reportWords,
  shortMoment,
  stateText,
  stepLines,
  systemName,
} from './report-words.ts';

/** What on the way was not as it should be, from the gravest on; of steps also how they ended. */
const wayward: readonly string[] = [
  'step.reopened',
  'step.unknown',
  'step.mismatch',
  'step.held',
  'step.sent-back',
  'case.quarantined',
  'case.held',
  'case.reopened',
  'case.rescinded',
  'approval.denied',
  'approval.expired',
  'approval.voided',
];

/** What an auditor asks for first: what was not done, what rests on somebody's word, what went another way. */
export function exceptionBlocks(story: Story, language: Language): ReportBlock[] {
  const said = texts[language];
  const rows = [
    ...endRows(story, language, 'waived'),
    ...wayward.flatMap((type) => wayRows(story, language, type)),
    ...endRows(story, language, 'attested'),
    ...endRows(story, language, 'acknowledged'),
  ];
  return [
    { is: 'heading', text: said.title },
    ...(rows.length === 0
      ? [{ is: 'text' as const, text: said.none }]
      : [
          { is: 'text' as const, text: said.intro },
          {
            is: 'table' as const,
            caption: said.caption,
            columns: [
              { head: said.what, share: 0.26 },
              { head: said.step, share: 0.24 },
              { head: said.who, share: 0.2 },
              { head: said.why, share: 0.3 },
            ],
            rows,
          },
        ]),
  ];
}

/** Steps that ended without proof. What people are asked to do anyway is no exception, only what a system has. */
function endRows(
  story: Story,
  language: Language,
  grade: 'waived' | 'attested' | 'acknowledged',
): Row[] {
  return story.steps
    .filter((it) => it.grade === grade && (grade === 'waived' || it.system !== null))
    .map((step) => {
      const { settled } = step;
      const who = settled ? actorOf(settled, story, language) : '';
      const expires = settled && dataOf(settled, 'expires');
      const until =
        typeof expires === 'string'
          ? [
              {
                text: texts[language].until(dayInWords(expires.slice(0, 10), language)),
                as: 'quiet' as const,
              },
            ]
          : [];
      return {
        cells: [
          [{ badge: gradeNames[language][grade], tone: gradeTones[grade] }, shortMoment(step.at)],
          placeOf(step, story, language),
          [who, ...until],
          whyOf(settled, story, language),
        ],
      };
    });
}

function wayRows(story: Story, language: Language, type: string): Row[] {
  return story.told
    .filter(({ event }) => event.type === type)
    .map((it) => {
      const step = stepOf(it, story);
      const tone: Tone = step && isProven(step) ? 'quiet' : 'attention';
      return {
        cells: [
          [{ badge: factTitle(type, language), tone }, shortMoment(it.event.at)],
          step ? placeOf(step, story, language) : [texts[language].wholeCase],
          [actorOf(it, story, language)],
          [...whyOf(it, story, language), ...endOf(step, language)],
        ],
      };
    });
}

const isProven = ({ grade }: StepStory) => grade === 'verified' || grade === 'absent';

function stepOf({ event }: Told, { steps }: Story): StepStory | null {
  const leaf: unknown = JSON.parse(event.leaf);
  const id: unknown = Reflect.get(Object(Reflect.get(Object(leaf), 'step')), 'id');
  const asked: unknown = Reflect.get(Object(Reflect.get(Object(leaf), 'data')), 'step');
  return steps.find((it) => it.id === id || it.id === asked) ?? null;
}

function placeOf(step: StepStory, story: Story, language: Language): Line[] {
  const system: Line[] = step.system === null ? [] : [systemName(step.system, story)];
  return [...stepLines(step, story, language), ...system];
}

/** The reason that was given, what was written down as proof, and who else answers. */
function whyOf(it: Told | null, story: Story, language: Language): Line[] {
  const said = texts[language];
  if (!it) return [];
  const reason = valueText(it, 'reason') ?? openReason(it);
  const proof = valueText(it, 'proof');
  const approver = dataOf(it, 'approver') ?? dataOf(it, 'confirmed_by');
  const files = [...it.values.keys()].filter((name) => name.startsWith('evidence.')).length;
  const shown = it.values.get('step.after');
  const none = shown === undefined ? said.noReason : said.shown(stateText(shown, story, language));
  return [
    reason ?? (story.personal ? none : reportWords[language].withheld),
    ...(proof === null ? [] : [said.proof(proofInWords(proof))]),
    ...(files === 0 ? [] : [said.files(files)]),
    ...(typeof approver === 'string' ? [said.answers(nameOf(approver, story, language))] : []),
  ];
}

const openReason = (it: Told): string | null => {
  const reason = dataOf(it, 'reason') ?? dataOf(it, 'cause');
  return typeof reason === 'string' ? reason : null;
};

function endOf(step: StepStory | null, language: Language): Line[] {
  if (!step?.grade) return [];
  const text = texts[language].endedAs(gradeNames[language][step.grade], shortMoment(step.at));
  return [{ text, as: 'quiet' }];
}

const texts = {
  en: {
    title: 'Exceptions',
    none: 'None. Nothing was left undone, no system was settled on somebody’s word or on an answer alone, and nothing had to be tried, decided or opened again.',
    intro:
      'First what was not done, then what went another way than planned and how it ended, then what systems could not show.',
    caption: 'What was not proven, or went another way',
    what: 'What and when',
    step: 'Step and system',
    who: 'Who answers',
    why: 'Why, and how it ended',
    until: (day: string) => `until ${day}`,
    wholeCase: 'the whole case',
    noReason: 'no reason was given',
    shown: (state: string) => `It showed: ${state}`,
    proof: (text: string) => `Proof: ${text}`,
    files: (count: number) => `Files as proof: ${count}, in blobs/`,
    answers: (name: string) => `Answers for it: ${name}`,
    endedAs: (grade: string, at: string) => `In the end: ${grade}, ${at}`,
  },
  de: {
    title: 'Ausnahmen',
    none: 'Keine. Nichts blieb ungetan, kein System wurde allein auf jemandes Wort oder eine Antwort hin abgeschlossen, und nichts musste erneut versucht, entschieden oder geöffnet werden.',
    intro:
      'Zuerst, was nicht getan wurde, dann, was anders verlief als geplant und wie es ausging, dann, was Systeme nicht zeigen konnten.',
    caption: 'Was nicht nachgewiesen ist oder anders verlief',
    what: 'Was und wann',
    step: 'Schritt und System',
    who: 'Wer einsteht',
    why: 'Warum, und wie es ausging',
    until: (day: string) => `bis ${day}`,
    wholeCase: 'der ganze Vorgang',
    noReason: 'ohne Angabe eines Grundes',
    shown: (state: string) => `Es zeigte: ${state}`,
    proof: (text: string) => `Beleg: ${text}`,
    files: (count: number) => `Dateien als Beleg: ${count}, in blobs/`,
    answers: (name: string) => `Dafür steht ein: ${name}`,
    endedAs: (grade: string, at: string) => `Am Ende: ${grade}, ${at}`,
  },
};

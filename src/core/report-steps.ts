import { gradeNames, proofInWords } from './exit-words.ts';
import type { Language } from './language.ts';
import type { Line, ReportBlock, Row } from './report.ts';
import {
  type ApprovalStory,
  dataOf,
  type StepStory,
  type Story,
  valueText,
} from './report-story.ts';
import {
  actorOf,
  factTitle,
  gradeTones,
  reportWords,
  shortMoment,
  stateText,
  stepLines,
  stepName,
  systemName,
} from './report-words.ts';

/** System by system what was open, what was done and what was read back; then what people did. */
export function stepBlocks(story: Story, language: Language): ReportBlock[] {
  const said = texts[language];
  const ofSystems = story.steps.filter(
    ({ system, capability }) => system !== null || capability !== null,
  );
  const others = story.steps.filter((it) => !ofSystems.includes(it));
  const bySystem = [...Map.groupBy(ofSystems, ({ system }) => system ?? '')].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return [
    { is: 'heading', text: said.systems },
    ...(ofSystems.length === 0
      ? [{ is: 'text' as const, text: said.noSystems }]
      : [
          {
            is: 'table' as const,
            caption: said.systemsCaption,
            columns: [
              { head: said.step, share: 0.19 },
              { head: said.before, share: 0.18 },
              { head: said.done, share: 0.23 },
              { head: said.after, share: 0.19 },
              { head: said.grade, share: 0.21 },
            ],
            rows: bySystem.flatMap(([id, steps]): Row[] => [
              { group: id === '' ? said.nowhere : groupName(id, story) },
              ...steps.map((step) => systemRow(step, story, language)),
            ]),
          },
        ]),
    { is: 'heading', text: said.others },
    ...(others.length === 0
      ? [{ is: 'text' as const, text: said.noOthers }]
      : [
          {
            is: 'table' as const,
            caption: said.othersCaption,
            columns: [
              { head: said.step, share: 0.3 },
              { head: said.by, share: 0.18 },
              { head: said.said, share: 0.3 },
              { head: said.grade, share: 0.22 },
            ],
            rows: others.map((step) => personRow(step, story, language)),
          },
        ]),
  ];
}

function groupName(id: string, story: Story): string {
  const name = systemName(id, story);
  return name === id ? name : `${name} (${id})`;
}

function gradeLines(step: StepStory, language: Language): Line[] {
  const badge: Line =
    step.grade === null
      ? { badge: texts[language].open, tone: 'attention' }
      : { badge: gradeNames[language][step.grade], tone: gradeTones[step.grade] };
  const between: Line[] =
    step.between === null ? [] : [{ text: texts[language].between(step.between), as: 'quiet' }];
  const seen: Line[] =
    step.grade === null || step.seenAt === null
      ? []
      : [{ text: texts[language].seen(shortMoment(step.seenAt)), as: 'quiet' }];
  return [badge, shortMoment(step.at), ...seen, ...between];
}

function systemRow(step: StepStory, story: Story, language: Language): Row {
  const { before, after, settled } = step;
  return {
    cells: [
      stepLines(step, story, language),
      [stateText(before, story, language)],
      doneLines(step, story, language),
      [settled?.event.grade === 'waived' ? '–' : stateText(after, story, language)],
      gradeLines(step, language),
    ],
  };
}

const isGrant = ({ event }: ApprovalStory['decisions'][number]): boolean =>
  event.type === 'approval.granted';

/** What was done about it, and everybody who had approved. */
function doneLines(step: StepStory, story: Story, language: Language): Line[] {
  const said = texts[language];
  const { calls, summary, grade, settled, approvals } = step;
  const deed = () => {
    if (grade === 'absent') return said.lookedFor;
    if (grade === 'attested') return valueText(settled, 'reason') ?? said.byHand;
    if (grade === 'waived') return said.skipped;
    if (calls === 0) return step.capability === null ? said.onlyRead : said.nothingToDo;
    return summary ?? said.called(calls);
  };
  const by: Line[] =
    grade === 'attested' && settled ? [said.vouched(actorOf(settled, story, language))] : [];
  const granted = story.approvals.filter(({ id }) => approvals.includes(id));
  return [
    deed(),
    ...by,
    ...(calls > 1 ? [{ text: said.calls(calls), as: 'quiet' as const }] : []),
    ...granted.flatMap(({ decisions }) =>
      decisions.filter(isGrant).map((it) => said.approved(actorOf(it, story, language))),
    ),
  ];
}

function personRow(step: StepStory, story: Story, language: Language): Row {
  const { settled } = step;
  const proof = valueText(settled, 'proof');
  const reason = valueText(settled, 'reason');
  return {
    cells: [
      [{ text: stepName(step, language), as: 'strong' }],
      [settled ? actorOf(settled, story, language) : '–'],
      [
        reason ?? (story.personal ? '–' : reportWords[language].withheld),
        ...(proof === null ? [] : [{ text: proofInWords(proof), as: 'quiet' as const }]),
      ],
      gradeLines(step, language),
    ],
  };
}

/** What had to be approved by another person, and was. */
export function approvalBlocks(story: Story, language: Language): ReportBlock[] {
  const said = texts[language];
  const heading: ReportBlock = { is: 'heading', text: said.approvals };
  if (story.approvals.length === 0) return [heading, { is: 'text', text: said.noApprovals }];
  return [
    heading,
    { is: 'text', text: said.approvalsText },
    {
      is: 'table',
      caption: said.approvalsCaption,
      columns: [
        { head: said.asked, share: 0.34 },
        { head: said.decision, share: 0.33 },
        { head: said.used, share: 0.33 },
      ],
      rows: story.approvals.map((it) => approvalRow(it, story, language)),
    },
  ];
}

function approvalRow(it: ApprovalStory, story: Story, language: Language): Row {
  const said = texts[language];
  const { requested, decisions, used } = it;
  const step = story.steps.find(({ id }) => requested && dataOf(requested, 'step') === id);
  const moment = (told: ApprovalStory['used']): Line[] =>
    told ? [shortMoment(told.event.at)] : [];
  const decided = decisions.at(-1);
  const plan: unknown = decided && Reflect.get(Object(JSON.parse(decided.event.leaf)), 'plan');
  return {
    cells: [
      [
        ...(step ? stepLines(step, story, language) : []),
        ...(step?.system ? [systemName(step.system, story)] : []),
        valueText(requested, 'step.summary') ?? '',
        ...moment(requested),
      ],
      decisions.length === 0
        ? [said.undecided]
        : decisions.flatMap((one): Line[] => [
            {
              badge: factTitle(one.event.type, language),
              tone: isGrant(one) ? 'good' : 'attention',
            },
            actorOf(one, story, language),
            ...moment(one),
          ]),
      [
        ...(used ? moment(used) : [said.unused]),
        ...(typeof plan === 'string' ? [{ text: plan, as: 'code' as const }] : []),
      ],
    ],
  };
}

const texts = {
  en: {
    systems: 'Systems',
    systemsCaption: 'What was there, what was done, and what was read back',
    noSystems: 'No step of this case was about a system.',
    nowhere: 'No system offers it',
    step: 'Step',
    before: 'Before',
    done: 'Done',
    after: 'Read back',
    grade: 'Grade and time',
    open: 'open',
    seen: (at: string) => `last looked at ${at}`,
    between: (text: string) => `attested by others: ${text}`,
    lookedFor: 'Looked for; there is no such account.',
    byHand: 'Done by hand.',
    skipped: 'Not done.',
    onlyRead: 'Read, and nothing changed.',
    nothingToDo: 'Nothing: it was already so.',
    called: (count: number) => `Calls: ${count}`,
    calls: (count: number) => `called ${count} times`,
    vouched: (name: string) => `Vouched for by ${name}`,
    approved: (name: string) => `Approved by ${name}`,
    others: 'What people were asked, and told',
    othersCaption: 'Tasks, notices and questions',
    noOthers: 'Nobody was asked or told anything.',
    by: 'By',
    said: 'What they said, and proof',
    approvals: 'Approvals',
    approvalsText:
      'What cannot be undone needs another person, or two where it is about somebody who is protected. Each signs with ' +
      'a passkey for exactly the plan that was shown. The signatures lie in blobs/.',
    approvalsCaption: 'What was asked, what was decided, and when it was used',
    noApprovals: 'Nothing in this case needed an approval.',
    asked: 'Asked',
    decision: 'Decided',
    used: 'Used, for the plan',
    undecided: 'not decided',
    unused: 'not used',
  },
  de: {
    systems: 'Systeme',
    systemsCaption: 'Was war, was getan wurde und was danach zu lesen war',
    noSystems: 'Kein Schritt dieses Vorgangs betraf ein System.',
    nowhere: 'Kein System bietet es an',
    step: 'Schritt',
    before: 'Vorher',
    done: 'Getan',
    after: 'Nachgelesen',
    grade: 'Grad und Zeit',
    open: 'offen',
    seen: (at: string) => `zuletzt angesehen ${at}`,
    between: (text: string) => `von anderen bezeugt: ${text}`,
    lookedFor: 'Gesucht; es gibt kein solches Konto.',
    byHand: 'Von Hand erledigt.',
    skipped: 'Nicht erledigt.',
    onlyRead: 'Gelesen und nichts geändert.',
    nothingToDo: 'Nichts: Es war schon so.',
    called: (count: number) => `Aufrufe: ${count}`,
    calls: (count: number) => `${count}-mal aufgerufen`,
    vouched: (name: string) => `Dafür steht ein: ${name}`,
    approved: (name: string) => `Genehmigt von ${name}`,
    others: 'Was Menschen gefragt und mitgeteilt wurde',
    othersCaption: 'Aufgaben, Mitteilungen und Fragen',
    noOthers: 'Niemand wurde etwas gefragt, niemandem wurde etwas mitgeteilt.',
    by: 'Von',
    said: 'Was gesagt wurde, und Beleg',
    approvals: 'Genehmigungen',
    approvalsText:
      'Was sich nicht rückgängig machen lässt, braucht eine andere Person, oder zwei, wo es um jemanden geht, der geschützt ' +
      'ist. Jede unterschreibt mit einem Passkey für genau den gezeigten Plan. Die Unterschriften liegen in blobs/.',
    approvalsCaption: 'Was gefragt wurde, was entschieden wurde und wann es verwendet wurde',
    noApprovals: 'Nichts in diesem Vorgang brauchte eine Genehmigung.',
    asked: 'Gefragt',
    decision: 'Entschieden',
    used: 'Verwendet, für den Plan',
    undecided: 'nicht entschieden',
    unused: 'nicht verwendet',
  },
};

import type { Case, CaseSummary } from '#api/contract/cases.ts';
import type { Step } from '#api/contract/steps.ts';
import { caseStateTitles } from '#core/case.ts';
import { type Layer, layers } from '#core/step.ts';
import type { Cli } from './context.ts';
import { clean } from './paint.ts';
import { lookOf, progressText, stateText } from './step-look.ts';
import { type Cell, columns, table } from './table.ts';
import { dayText, momentText } from './times.ts';

type Reader = Pick<Cli, 'paint' | 'now'>;

/** Departures, one line each. */
export function caseLines(items: readonly CaseSummary[], { paint, now }: Reader): string[] {
  return table(
    paint,
    ['Case', 'Person', 'HR id', 'Kind', 'State', 'When'],
    items.map((it) => [
      it.id,
      it.person.name,
      it.person.personId,
      kindText(it),
      { text: caseStateTitles[it.state], tone: it.question ? 'attention' : 'plain' },
      whenText(it, now()),
    ]),
    'There is no such case.',
  );
}

const kindText = (it: CaseSummary): string =>
  [
    it.departureKind ?? it.arrivalKind,
    it.urgent && 'urgent',
    it.confidential && 'confidential',
    it.held && 'held',
  ]
    .filter(Boolean)
    .join(', ');

const whenText = (it: CaseSummary, now: Date): string =>
  it.startDay === null ? accessEnds(it, now) : `starts ${dayText(it.startDay, now)}`;

const accessEnds = (it: CaseSummary, now: Date): string =>
  it.accessEndsAt ? momentText(it.accessEndsAt, it.zone, now) : 'no end date yet';

/** One departure with its steps, and what can be done about those that wait. */
export function caseView(it: Case, reader: Reader): string[] {
  const { paint } = reader;
  const now = reader.now();
  const state = stateText(it, caseStateTitles[it.state], now);
  return [
    paint('strong', clean(`${it.person.name} ${doing[it.kind]}`)),
    ...columns(paint, factsOf(it, now)),
    '',
    `${paint(it.question ? 'attention' : 'strong', clean(state))}`,
    progressText(it),
    ...(it.question ? ['', paint('attention', `Needs an answer: ${clean(it.question)}`)] : []),
    ...stepSections(it, reader),
    ...recheckLines(it, reader),
    ...(it.planNotes.length > 0
      ? ['', paint('strong', 'Notes'), ...it.planNotes.map((note) => `  ${clean(note)}`)]
      : []),
    ...(it.held
      ? ['', paint('attention', 'Nothing begins and nobody is told until it is released.')]
      : []),
    ...(it.quarantine ? ['', paint('attention', clean(quarantineText(it.quarantine)))] : []),
    ...(it.actions.includes('release') ? [`Release it: gatehouse case release ${it.id}`] : []),
    ...(it.actions.includes('bring-back')
      ? ['', `Start the way back: gatehouse case bring-back ${it.id}`]
      : []),
  ];
}

const quarantineText = ({ because, askedBy }: NonNullable<Case['quarantine']>): string =>
  askedBy === null
    ? `Held back: ${because}`
    : `Held back: ${because} ${askedBy.name ?? askedBy.id} wants to release it; a second person is needed.`;

const doing: Record<CaseSummary['kind'], string> = {
  departure: 'is leaving',
  arrival: 'arrives',
  'role change': 'changes role',
};

function factsOf(it: Case, now: Date): Cell[][] {
  const by = it.openedBy.name ?? it.openedBy.id;
  const rows: [string, string | null][] = [
    [it.kind === 'departure' ? 'Departure' : 'Case', `${it.id} · ${kindText(it)}`],
    ['Person', `${it.person.personId} · ${it.person.email}`],
    ...datesOf(it, now),
    ['Opened', `${momentText(it.openedAt, it.zone, now)} by ${by} (${it.source})`],
    ['Bulk start', it.bulkStart],
    ['Playbook', it.playbook && `${it.playbook.title} (${it.playbook.name} ${it.playbook.number})`],
    ['Takes over', successorText(it)],
    ['Reason', it.reason],
    ['Legal hold', it.legalHold && holdText(it, now)],
  ];
  return rows.flatMap(([name, text]) =>
    text === null ? [] : [[{ text: name, tone: 'quiet' as const }, text]],
  );
}

function datesOf(it: Case, now: Date): [string, string][] {
  if (it.startDay !== null) return [['First day', dayText(it.startDay, now)]];
  const day = (value: string | null) => (value === null ? 'no end date yet' : dayText(value, now));
  return [
    ['Access ends', accessEnds(it, now)],
    ['Last working day', day(it.lastWorkingDay)],
    ['Employment ends', day(it.employmentEnds)],
    ['Pay ends', day(it.payEnds)],
  ];
}

function successorText({ kind, successor }: Case): string | null {
  if (kind !== 'departure') return null;
  if (!successor) return 'nobody is known; name somebody (gatehouse case change … --successor)';
  const { name, email, isNamed } = successor;
  return `${name} · ${email}${isNamed ? '' : ' (the manager)'}`;
}

const holdText = ({ legalHold, zone }: Case, now: Date): string =>
  `since ${momentText(legalHold!.since, zone, now)}, by ${legalHold!.by.name ?? legalHold!.by.id}`;

const layerTitles: Record<Layer, string> = {
  security: 'Security',
  operations: 'Operations',
  compliance: 'Compliance',
};

function stepSections(it: Case, reader: Reader): string[] {
  const forward = it.steps.filter((step) => step.undoOf === null);
  const back = it.steps.filter((step) => step.undoOf !== null);
  const sections: [string, readonly Step[]][] = [
    ...layers.map((layer): [string, Step[]] => [
      layerTitles[layer],
      forward.filter((step) => step.layer === layer),
    ]),
    ['The way back', back],
  ];
  return sections.flatMap(([title, steps]) =>
    steps.length === 0 ? [] : ['', reader.paint('strong', title), ...stepLines(it, steps, reader)],
  );
}

/** What is looked at again, and what could not be. */
function recheckLines(it: Case, { paint, now }: Reader): string[] {
  const ofSteps = it.steps.flatMap(({ rechecks, title, connection }) =>
    rechecks ? [{ what: `${title} in ${connection}`, rechecks }] : [],
  );
  const ofPerson = it.personRechecks.map(({ connection, rechecks }) => ({
    what: `accounts in ${connection}`,
    rechecks,
  }));
  const all = [...ofSteps, ...ofPerson];
  if (all.length === 0) return [];
  const next = all.flatMap(({ rechecks }) => rechecks.nextAt ?? []).toSorted()[0];
  const lines = all.flatMap(({ what, rechecks: { waitsBecause, returned, endedBecause } }) => [
    ...(returned > 0
      ? [`${what}: came back ${returned === 1 ? 'once' : `${returned} times`}`]
      : []),
    ...(waitsBecause === null ? [] : [`${what}: cannot be looked at: ${waitsBecause}`]),
    ...(endedBecause === null ? [] : [`${what}: looked at no more: ${endedBecause}`]),
  ]);
  return [
    '',
    `${paint('strong', 'Looked at again')}  ${next ? `next ${momentText(next, it.zone, now())}` : 'nothing more to come'}`,
    ...lines.map((line) => paint('attention', `  ${clean(line)}`)),
  ];
}

/** Steps in columns; below each that waits for somebody stands what can be done. */
export function stepLines(it: Case, steps: readonly Step[], { paint, now }: Reader): string[] {
  const rows = steps.map((step): Cell[] => {
    const look = lookOf(step, it, { now: now() });
    return [
      { text: look.sign, tone: look.tone },
      { text: look.word, tone: look.tone },
      step.title,
      [step.connection, step.account?.login].filter(Boolean).join(': '),
      { text: reasonOf(step), tone: 'quiet' },
    ];
  });
  const lines = columns(paint, rows);
  return steps.flatMap((step, i) => [lines[i] ?? '', ...remedies(step)]);
}

function reasonOf(step: Step): string {
  const { decision } = step;
  if (decision) return [decision.reason, decision.proof].filter(Boolean).join(' · ');
  return step.because ?? '';
}

const remedies = (step: Step): string[] =>
  step.actions.length === 0 ? [] : [`       gatehouse step ${step.actions.join(' | ')} ${step.id}`];

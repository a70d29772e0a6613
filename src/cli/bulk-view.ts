import type { BulkStart, BulkStartSummary } from '#api/contract/bulk-starts.ts';
import { caseStateTitles } from '#core/case.ts';
import type { Cli } from './context.ts';
import { clean } from './paint.ts';
import { columns, table } from './table.ts';
import { momentText } from './times.ts';

type Reader = Pick<Cli, 'paint' | 'now' | 'zone'>;

const stateTitles: Record<BulkStartSummary['state'], string> = {
  planning: 'Being previewed',
  'waiting-for-approval': 'Waiting for approval',
  approved: 'Approved',
  withdrawn: 'Withdrawn',
  expired: 'Ran out',
};

const personWords = (count: number): string => `${count} ${count === 1 ? 'person' : 'people'}`;

/** Bulk starts, one line each. */
export function bulkLines(items: readonly BulkStartSummary[], reader: Reader): string[] {
  return table(
    reader.paint,
    ['Bulk start', 'State', 'People', 'Asked for', 'By'],
    items.map((it) => [
      it.id,
      stateTitles[it.state],
      String(it.people),
      momentText(it.askedAt, reader.zone, reader.now()),
      it.askedBy.name ?? it.askedBy.id,
    ]),
    'There is no bulk start.',
  );
}

/** One bulk start, as whoever approves it reads it. */
export function bulkView(it: BulkStart, reader: Reader, { people = false } = {}): string[] {
  const { paint } = reader;
  return [
    paint('strong', clean(`Bulk start ${it.id}: ${stateTitles[it.state]}`)),
    ...askedLines(it, reader),
    ...previewLines(it, reader),
    ...sectionOf(
      reader,
      'Where its departures are',
      it.progress.map(({ state, people: count }) => [
        state in caseStateTitles ? caseStateTitles[state as keyof typeof caseStateTitles] : state,
        personWords(count),
      ]),
    ),
    ...standingLines(it, reader, people),
    ...refusedLines(it, reader),
    ...whatNext(it),
  ];
}

function askedLines(it: BulkStart, { zone, now }: Reader): string[] {
  const at = (moment: string) => momentText(moment, zone, now());
  const asked = `Asked for ${at(it.askedAt)} by ${it.askedBy.name ?? it.askedBy.id}`;
  const decided = it.decidedAt
    ? `, decided ${at(it.decidedAt)}${it.decidedBy ? ` by ${it.decidedBy.name ?? it.decidedBy.id}` : ''}`
    : `, can be approved until ${at(it.expiresAt)}`;
  return [clean(`${asked}${decided}.`)];
}

function previewLines(it: BulkStart, reader: Reader): string[] {
  const { preview } = it;
  if (!preview) return [];
  if (preview.people === 0) return ['', reader.paint('strong', 'Nobody would leave by it')];
  const at = (moment: string) => momentText(moment, reader.zone, reader.now());
  const switches = [
    [preview.urgent, 'urgent'],
    [preview.held, 'held until released'],
    [preview.confidential, 'confidential'],
  ] as const;
  const marked = switches.flatMap(([count, word]) => (count > 0 ? [`${count} ${word}`] : []));
  const groups = (items: readonly { name: string; people: number }[]) =>
    items.map(({ name, people }) => `${name} ${people}`).join(', ');
  return [
    '',
    reader.paint('strong', clean(`${personWords(preview.people)} would leave by it`)),
    ...columns(reader.paint, [
      ...(marked.length > 0 ? [['Of them', marked.join(', ')]] : []),
      ['Kind', groups(preview.byKind)],
      ['Department', groups(preview.byDepartment)],
      ['Country', groups(preview.byCountry)],
      [
        'Playbook',
        preview.playbooks.map((p) => `${p.title} (${p.name} ${p.number}) ${p.people}`).join(', '),
      ],
      ...(preview.accessEnds
        ? [['Access ends', spanOf(at(preview.accessEnds.first), at(preview.accessEnds.last))]]
        : []),
    ]),
    ...sectionOf(
      reader,
      'What happens, as far as accounts are known now',
      preview.steps.map((s) => [
        s.system ?? 'people',
        s.what,
        `${s.steps} ${s.steps === 1 ? 'step' : 'steps'} for ${personWords(s.people)}`,
      ]),
    ),
    ...sectionOf(
      reader,
      'Look at these first',
      preview.lookAt.map(({ line, because }) => [nameAt(it, line), because]),
    ),
    ...sectionOf(
      reader,
      'To be answered before they can go on',
      preview.questions.map(({ line, question }) => [nameAt(it, line), question]),
    ),
    ...sectionOf(
      reader,
      'Systems that were not asked about everybody',
      preview.unanswered.map((u) => [u.connection, personWords(u.people), u.because]),
    ),
  ];
}

const spanOf = (first: string, last: string): string =>
  first === last ? first : `from ${first} to ${last}`;

const nameAt = ({ list }: BulkStart, line: number): string =>
  `line ${line}, ${list.find((row) => row.line === line)?.name ?? 'somebody'}`;

function standingLines({ list }: BulkStart, reader: Reader, everybody: boolean): string[] {
  const out = list.filter((row) => row.standing !== 'starts' || row.outcome === 'not started');
  return sectionOf(
    reader,
    everybody ? 'Everybody in it' : 'Not started by it',
    (everybody ? list : out).map((row) => [
      `line ${row.line}`,
      row.personId,
      row.name,
      row.standing === 'starts' ? (row.detail ?? 'starts') : row.standing,
      row.caseId ?? row.other ?? '',
    ]),
  );
}

const refusedLines = (it: BulkStart, reader: Reader): string[] => [
  ...sectionOf(
    reader,
    'Rows that could not be read',
    it.refused.map(({ line, column, found, expected }) => [
      `line ${line}`,
      column ?? 'whole row',
      `found ${found}`,
      `expected ${expected}`,
    ]),
  ),
  ...(it.unknownColumns.length > 0
    ? ['', `Columns that mean nothing here: ${it.unknownColumns.map(clean).join(', ')}`]
    : []),
];

function whatNext(it: BulkStart): string[] {
  if (it.state === 'waiting-for-approval' && it.preview?.people === 0) {
    return ['', 'It would start nobody.'];
  }
  return [
    ...(it.state === 'waiting-for-approval'
      ? ['', `Another person approves it: gatehouse bulk approve ${it.id} --digest ${it.digest}`]
      : []),
    ...(it.actions.includes('release')
      ? ['', `Once people have been told: gatehouse bulk release ${it.id}`]
      : []),
  ];
}

const sectionOf = (
  { paint }: Reader,
  title: string,
  rows: readonly (readonly string[])[],
): string[] => (rows.length === 0 ? [] : ['', paint('strong', title), ...columns(paint, rows)]);

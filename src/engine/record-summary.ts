import { textAt } from '#core/event-rows.ts';
import { type Grade, grades } from '#core/step.ts';
import type { ExportedEvent } from '#ledger/search.ts';
import type { StepRow } from '#store/steps.ts';
import type { Sealed } from './case-record.ts';

/** The record on one page, in Markdown: who, when, and what became of each step. */
export function recordSummary({ caseId, events, steps, personalValues }: Sealed): string {
  const [first] = events;
  const seal = events.at(-1)!;
  const planned = events.findLast((it) => playbookOf(it) !== null);
  const facts: [string, string | null][] = [
    ['Case', caseId],
    ['Person', personOf(first!, personalValues)],
    ['Playbook', planned ? playbookOf(planned) : null],
    ['Opened', first!.at.toISOString()],
    ['Sealed', `${seal.at.toISOString()}, with ${events.length} facts`],
    ['Leaf hash of the seal', seal.leafHash],
    ['Steps', gradesText(steps)],
  ];
  const head = ['Done', 'Step', 'System', 'Grade', ...(personalValues ? ['What shows it'] : [])];
  return [
    `# Record of ${kindOf(first!)}`,
    '',
    ...table([['', ''], ...facts.filter((it): it is [string, string] => it[1] !== null)]),
    '',
    '## Steps',
    '',
    ...table([head, ...steps.map((step) => stepRow(step, personalValues))]),
    '',
    'Times are in UTC. The file `.jsonl` beside this page holds every fact, with its hash; the manifest',
    'holds the hashes of both files. This page is for reading, the facts are the record.',
    '',
  ].join('\n');
}

function kindOf(opened: ExportedEvent): string {
  const kind = textAt(JSON.parse(opened.leaf), 'data', 'kind') ?? 'case';
  return kind === 'arrival' ? 'an arrival' : `a ${kind}`;
}

function personOf(opened: ExportedEvent, personalValues: boolean): string {
  const ref = opened.personRef ?? '';
  if (!personalValues) return ref;
  const said = (name: string): string[] =>
    opened.disclosures.flatMap((it) =>
      it.state === 'open' && it.name === name && typeof it.value === 'string' ? [it.value] : [],
    );
  return [...said('subject.name'), ...said('subject.email'), ref].join(', ');
}

function playbookOf(event: ExportedEvent): string | null {
  if (event.type !== 'case.changed') return null;
  const leaf: unknown = JSON.parse(event.leaf);
  const name = textAt(leaf, 'data', 'playbook');
  const version: unknown = Reflect.get(
    Object(Reflect.get(Object(leaf), 'data')),
    'playbook_version',
  );
  return name === null ? null : `${name}, version ${version}`;
}

function gradesText(steps: readonly StepRow[]): string {
  const count = (grade: Grade) => steps.filter((it) => it.grade === grade).length;
  return grades
    .filter((grade) => count(grade) > 0)
    .map((grade) => `${count(grade)} ${grade}`)
    .join(', ');
}

/** Titles and reasons name people; without them a step goes by its name in the playbook. */
function stepRow(step: StepRow, personalValues: boolean): string[] {
  const { settledAt, playbookStep, capability, connectionId, grade, title, account } = step;
  const done = settledAt?.toISOString() ?? '';
  const system = connectionId ?? '';
  if (!personalValues) {
    const what = capability === null ? playbookStep : `${playbookStep} (${capability})`;
    return [done, what, system, grade ?? ''];
  }
  const what = account ? `${title}: ${account.login}` : title;
  return [done, what, system, grade ?? '', step.because ?? ''];
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)];
}

/** What people and systems wrote must not end the cell, nor become a link or a picture. */
const cell = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').replaceAll(/[\\|<>[\]`*_]/g, (it) => `\\${it}`);

import { eventCells, type RecordedEvent } from './event-rows.ts';
import type { Line, Report, Row } from './report.ts';
import { reportWords } from './report-words.ts';

/** A choice of facts, and for whom it was made. */
export interface RecordChoice {
  readonly facts: readonly RecordedEvent[];
  /** Names by the pseudonyms of people, and by the ids of users; as far as the reader may see them. */
  readonly people: ReadonlyMap<string, string>;
  readonly actors: ReadonlyMap<string, string>;
  readonly company: string;
  readonly recipient: string;
  /** What was asked for: each thing and its value. Nothing: everything. */
  readonly asked: readonly (readonly [string, string])[];
  readonly withheldCases: number;
  readonly madeAt: Date;
  /** Hex SHA-256 of the same facts as lines of JSON, which are attached. */
  readonly digest: string;
}

/** An export of the record for people: what was asked for, how many facts that is, and a table of them. */
export function recordReport(it: RecordChoice): Report {
  const { facts, asked, withheldCases } = it;
  const range =
    facts.length === 0 ? [] : [['Numbers', `${facts[0]!.idx} to ${facts.at(-1)!.idx}`] as const];
  return {
    language: 'en',
    title: 'Facts of the record',
    company: it.company,
    reference: `${facts.length} facts`,
    madeAt: it.madeAt,
    words: {
      page: reportWords.en.page,
      onlyToRead: 'For reading. The attached events.jsonl holds the facts byte for byte.',
      noLetters:
        'Codes such as [U+5F20] stand for letters that the fonts of this report do not have. The attached ' +
        'events.jsonl holds the facts as they were recorded.',
    },
    blocks: [
      {
        is: 'facts',
        rows: [
          ...(asked.length === 0 ? [['Asked for', 'everything'] as const] : []),
          ...asked.map(([name, value]) => [`Asked for: ${titles[name] ?? name}`, value] as const),
          ['Facts', `${facts.length}`],
          ...range,
          ['Made', `${it.madeAt.toISOString()}, for ${it.recipient}`],
          ['SHA-256 of events.jsonl', { text: it.digest, as: 'code' } satisfies Line],
        ],
      },
      ...(withheldCases > 0
        ? [
            {
              is: 'notice' as const,
              text: `Confidential departures of which the reader may not know are left out: ${withheldCases}.`,
            },
          ]
        : []),
      {
        is: 'table',
        caption: 'The facts, the oldest first; the number is the place in the record',
        columns: [
          { head: 'No.', share: 0.08 },
          { head: 'Time (UTC)', share: 0.16 },
          { head: 'What', share: 0.3 },
          { head: 'Person', share: 0.16 },
          { head: 'System', share: 0.12 },
          { head: 'By', share: 0.18 },
        ],
        dense: true,
        rows: facts.map((fact) => rowOf(fact, it)),
      },
    ],
  };
}

function rowOf(fact: RecordedEvent, { people, actors }: RecordChoice): Row {
  const cells = eventCells(fact, (ref) => people.get(ref) ?? ref);
  const [, , person, system, , , grade, actor, summary] = cells.map((cell) => cell ?? '');
  return {
    cells: [
      [`${fact.idx}`],
      [fact.at.toISOString().slice(0, 19).replace('T', ' ')],
      [summary ?? '', ...(grade ? [{ text: grade, as: 'quiet' } as const] : [])],
      [person ?? ''],
      [system ?? ''],
      [actors.get(actor ?? '') ?? actor ?? ''],
    ],
  };
}

/** What people call the things that can be asked for. */
const titles: Readonly<Record<string, string>> = {
  caseId: 'departure',
  person: 'person',
  system: 'system',
  actor: 'by',
  type: 'type of fact',
  grade: 'grade',
  result: 'result',
  from: 'from',
  to: 'up to, exclusive',
  text: 'words',
};

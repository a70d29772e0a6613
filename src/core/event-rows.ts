import { factTypes, isFactType } from './event.ts';

/** A fact as it is written out for people and for spreadsheets. */
export interface RecordedEvent {
  /** Its place in the record, from 0. */
  readonly idx: number;
  readonly at: Date;
  readonly type: string;
  readonly caseId: string | null;
  readonly personRef: string | null;
  readonly system: string | null;
  readonly actorId: string | null;
  readonly grade: string | null;
  /** The exact leaf, byte for byte what the hash is over. */
  readonly leaf: string;
  /** The same, where it was parsed already. */
  readonly body?: unknown;
  /** Hex. */
  readonly leafHash: string;
  /** Empty where the reader has no keys, or nothing is left to open. */
  readonly disclosures: readonly OpenedDisclosure[];
  /** When the person it is about was erased; null: they were not, or it is about nobody. */
  readonly erasedAt: Date | null;
}

/** A personal value that could be read, or one whose stored bytes were changed. */
export type OpenedDisclosure =
  | {
      readonly state: 'open';
      readonly name: string;
      readonly value: unknown;
      /** What the digest in the leaf is over. */
      readonly text: string;
    }
  | { readonly state: 'damaged'; readonly name: string };

/** The string at a path of a JSON value; null where there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string | null {
  let here = value;
  for (const name of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return null;
    here = Reflect.get(here, name);
  }
  return typeof here === 'string' ? here : null;
}

const bodyOf = ({ leaf, body }: Pick<RecordedEvent, 'leaf' | 'body'>): unknown =>
  body ?? JSON.parse(leaf);

/** A fact as its leaf alone tells of it, for those who have no database. */
export function eventOf(
  it: Pick<RecordedEvent, 'idx' | 'leaf' | 'body' | 'leafHash' | 'disclosures'>,
): RecordedEvent {
  const body = bodyOf(it);
  return {
    ...it,
    body,
    at: new Date(textAt(body, 'at') ?? 0),
    type: textAt(body, 'type') ?? '',
    caseId: textAt(body, 'case'),
    personRef: textAt(body, 'target', 'ref'),
    system: textAt(body, 'target', 'system') ?? textAt(body, 'step', 'connection'),
    actorId: textAt(body, 'actor', 'id'),
    grade: textAt(body, 'grade'),
    erasedAt: null,
  };
}

/**
 * The facts of one case as they lie in a pack: as lines of JSON to check, as a table to read. Made of the facts
 * and of what is disclosed with them, so that whoever checks the pack gets the same.
 */
export function eventFiles(events: readonly RecordedEvent[]): { csv: string; jsonl: string } {
  const opened = events.map((event) => ({
    ...event,
    disclosures: event.disclosures.filter((it) => it.state === 'open'),
    erasedAt: null, // the pack says so once, by the fact that tells of it
  }));
  const name = opened
    .flatMap(({ disclosures }) => disclosures)
    .findLast((it) => it.name === 'subject.name')?.value;
  const nameOf = (ref: string) => (typeof name === 'string' ? name : ref);
  return {
    csv: [csvHeader, ...opened.map((it) => csvRow(it, nameOf))].join(''),
    jsonl: opened.map(jsonLine).join(''),
  };
}

/**
 * One fact as a line of JSON. `leaf` is the exact leaf, so that its hash can be taken from the
 * line; each disclosure carries the text that its digest in the leaf is over.
 */
export function jsonLine(event: RecordedEvent): string {
  const disclosures = event.disclosures.map((it) =>
    it.state === 'open'
      ? { name: it.name, value: it.value, disclosure: it.text }
      : { name: it.name, damaged: true },
  );
  return (
    `{"idx":${event.idx},"leaf_hash":"${event.leafHash}","leaf":${event.leaf},` +
    `"disclosures":${JSON.stringify(disclosures)}` +
    `${event.erasedAt ? `,"erased":"${event.erasedAt.toISOString()}"` : ''}}\n`
  );
}

export const csvHeader = csvLine([
  'time',
  'case',
  'person',
  'system',
  'step',
  'action',
  'grade',
  'actor',
  'summary',
]);

/** What a reader finds in place of an erased person: the values are gone, their digests are where they were. */
export const erasedText = (at: Date): string =>
  `erased ${at.toISOString().slice(0, 10)}; digest is in place`;

/** One fact as a row for a spreadsheet. `nameOf` turns a person's pseudonym into what the reader may see. */
export const csvRow = (event: RecordedEvent, nameOf: (ref: string) => string): string =>
  csvLine(eventCells(event, nameOf));

/** What of a fact people read, in the order of `csvHeader`. */
export function eventCells(
  event: RecordedEvent,
  nameOf: (ref: string) => string,
): readonly (string | null)[] {
  const leaf = bodyOf(event);
  return [
    event.at.toISOString(),
    event.caseId,
    personOf(event, nameOf),
    event.system,
    textAt(leaf, 'step', 'id'),
    textAt(leaf, 'step', 'capability') ?? event.type,
    event.grade,
    event.actorId,
    summaryOf(event, leaf),
  ];
}

function personOf({ personRef, erasedAt }: RecordedEvent, nameOf: (ref: string) => string) {
  if (erasedAt !== null) return erasedText(erasedAt);
  return personRef === null ? null : nameOf(personRef);
}

/** What happened in plain words, and why, as far as the reader may know. */
function summaryOf(event: RecordedEvent, leaf: unknown): string {
  const title = isFactType(event.type) ? factTypes[event.type].title : event.type;
  const because =
    disclosed(event, 'reason') ??
    disclosed(event, 'step.summary') ??
    textAt(leaf, 'data', 'reason');
  return because === null ? title : `${title}: ${because}`;
}

function disclosed(event: RecordedEvent, name: string): string | null {
  const found = event.disclosures.find((it) => it.state === 'open' && it.name === name);
  return found?.state === 'open' && typeof found.value === 'string' ? found.value : null;
}

/** RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe in front. */
export function csvLine(cells: readonly (string | null)[]): string {
  const safe = cells.map((cell) => (cell ?? '').replace(/^(?=[=+\-@\t\r])/, "'"));
  const quoted = safe.map((cell) =>
    /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
  );
  return `${quoted.join(',')}\r\n`;
}

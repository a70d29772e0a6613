import { factTypes, isFactType } from '#core/event.ts';
import { textAt } from './event-index.ts';
import type { ExportedEvent } from './search.ts';

/**
 * One fact as a line of JSON. `leaf` is the exact leaf, so that its hash can be taken from the
 * line; each disclosure carries the text that its digest in the leaf is over.
 */
export function jsonLine(event: ExportedEvent): string {
  const disclosures = event.disclosures.map((it) =>
    it.state === 'open'
      ? { name: it.name, value: it.value, disclosure: it.text }
      : { name: it.name, damaged: true },
  );
  return (
    `{"idx":${event.idx},"leaf_hash":"${event.leafHash}","leaf":${event.leaf},` +
    `"disclosures":${JSON.stringify(disclosures)}}\n`
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

/** One fact as a row for a spreadsheet. `nameOf` turns a person's pseudonym into what the reader may see. */
export function csvRow(event: ExportedEvent, nameOf: (ref: string) => string): string {
  const leaf: unknown = JSON.parse(event.leaf);
  return csvLine([
    event.at.toISOString(),
    event.caseId,
    event.personRef === null ? null : nameOf(event.personRef),
    event.system,
    textAt(leaf, 'step', 'id'),
    textAt(leaf, 'step', 'capability') ?? event.type,
    event.grade,
    event.actorId,
    summaryOf(event, leaf),
  ]);
}

/** What happened in plain words, and why, as far as the reader may know. */
function summaryOf(event: ExportedEvent, leaf: unknown): string {
  const title = isFactType(event.type) ? factTypes[event.type].title : event.type;
  const because =
    disclosed(event, 'reason') ??
    disclosed(event, 'step.summary') ??
    textAt(leaf, 'data', 'reason');
  return because === null ? title : `${title}: ${because}`;
}

function disclosed(event: ExportedEvent, name: string): string | null {
  const found = event.disclosures.find((it) => it.state === 'open' && it.name === name);
  return found?.state === 'open' && typeof found.value === 'string' ? found.value : null;
}

/** RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe in front. */
function csvLine(cells: readonly (string | null)[]): string {
  const safe = cells.map((cell) => (cell ?? '').replace(/^(?=[=+\-@\t\r])/, "'"));
  const quoted = safe.map((cell) =>
    /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
  );
  return `${quoted.join(',')}\r\n`;
}

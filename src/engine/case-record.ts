import type { CaseRecord, RecordFile } from '#connector-kit/contract.ts';
import { jsonLine } from '#core/event-rows.ts';
import { sha256 } from '#ledger/hash.ts';
import type { ExportedEvent } from '#ledger/search.ts';
import type { StepRow } from '#store/steps.ts';
import { recordSummary } from './record-summary.ts';

export interface Sealed {
  readonly caseId: string;
  /** All facts of the case up to a seal, which is the last of them. */
  readonly events: readonly ExportedEvent[];
  /** All steps of the plan that are done by then. */
  readonly steps: readonly StepRow[];
  readonly personalValues: boolean;
  /** The first ticket of the case where it is delivered to; no part of what is delivered. */
  readonly ticketId: string | null;
}

/**
 * What is delivered: the facts as `audit export` gives them, a page for people, and a manifest.
 * Made of nothing but what no longer changes, so it is byte for byte the same on every attempt.
 */
export function caseRecord(it: Sealed): CaseRecord {
  const { caseId, events, personalValues } = it;
  const seal = events.at(-1)!;
  const facts = events.map((event) => ({
    at: event.at,
    type: event.type,
    line: jsonLine(event).trimEnd(),
  }));
  // The number of facts tells it from what is delivered when the case had to be opened again.
  const name = `${caseId}-${events.length}`;
  const parts = [
    file(`${name}.jsonl`, 'application/jsonl', facts.map(({ line }) => `${line}\n`).join('')),
    file(`${name}.md`, 'text/markdown; charset=utf-8', recordSummary(it)),
  ];
  const manifest = {
    format: 'gatehouse-record@1',
    case: caseId,
    facts: events.length,
    sealed_at: seal.at.toISOString(),
    last_leaf_hash: seal.leafHash,
    personal_values: personalValues,
    files: parts.map((part) => ({
      name: part.name,
      size: part.bytes.length,
      sha256: part.sha256,
    })),
  };
  const last = file(
    `${name}.manifest.json`,
    'application/json',
    `${JSON.stringify(manifest, null, 2)}\n`,
  );
  const { ticketId } = it;
  return { caseId, ticketId, sealedAt: seal.at, facts, files: [...parts, last], manifest: last };
}

function file(name: string, mediaType: string, text: string): RecordFile {
  const bytes = Buffer.from(text);
  return { name, mediaType, bytes, sha256: sha256(bytes).toString('hex') };
}

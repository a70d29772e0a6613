import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { CaseRecord, Delivering, RecordFile, Transition } from '../contract.ts';
import { keepsPromises } from './promises.ts';

/** A small record, as the engine would hand it in. */
export function sampleRecord(sealedAt = new Date('2026-12-01T10:00:00.000Z')): CaseRecord {
  const caseId = '01M83WKA6Y76MD47WC2RGWKHY7';
  const facts = ['case.opened', 'step.verified', 'case.sealed'].map((type, i) => {
    const at = new Date(sealedAt.getTime() - 2_000 + 1_000 * i);
    const leaf = { at: at.toISOString(), case: caseId, case_seq: i + 1, type, v: 1 };
    const line = `{"idx":${i},"leaf_hash":"${'0'.repeat(64)}","leaf":${JSON.stringify(leaf)},"disclosures":[]}`;
    return { at, type, line };
  });
  const text = facts.map(({ line }) => `${line}\n`).join('');
  const parts = [
    file(`${caseId}-3.jsonl`, 'application/jsonl', text),
    file(
      `${caseId}-3.md`,
      'text/markdown; charset=utf-8',
      '# Record of a departure\n\nZoë left.\n',
    ),
  ];
  const listed = parts.map(({ name, sha256, bytes }) => ({ name, size: bytes.length, sha256 }));
  const manifest = file(
    `${caseId}-3.manifest.json`,
    'application/json',
    `${JSON.stringify({ format: 'gatehouse-record@1', case: caseId, facts: 3, files: listed }, null, 2)}\n`,
  );
  return { caseId, ticketId: null, sealedAt, facts, files: [...parts, manifest], manifest };
}

function file(name: string, mediaType: string, text: string): RecordFile {
  const bytes = Buffer.from(text);
  return { name, mediaType, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** The delivery of a record, which can be read back. */
export function readable<Client>(
  deliver: (record: CaseRecord) => Delivering<Client>,
  record: CaseRecord,
): Extract<Delivering<Client>, { kind: 'transition' }> {
  const delivery = deliver(record);
  if (delivery.kind === 'transition') return delivery;
  throw new Error('it cannot be read back');
}

/** Holds a delivery that can be read back to what every transition promises. */
export function deliveryPromises<Client>(
  deliver: (record: CaseRecord) => Delivering<Client>,
  setUp: () => Promise<{ client: Client; data: unknown }>,
): void {
  const record = sampleRecord();
  const transition: Transition<Client, unknown, unknown, unknown> = {
    ...readable(deliver, record),
    capability: 'data.transfer', // no capability of an account; a name for the promises
    params: z.unknown(),
  };
  keepsPromises(transition, undefined, async () => ({
    ...(await setUp()),
    accountId: record.caseId,
  }));
}

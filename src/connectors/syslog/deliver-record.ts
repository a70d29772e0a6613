import { type CaseRecord, deliveryCommand } from '#connector-kit/contract.ts';
import { proofOf } from '#connector-kit/kept-files.ts';
import type { Client } from './client.ts';

/** Sends each fact of a record as one message, and the manifest as the last. */
export const deliverRecord = (record: CaseRecord, hostname: string | null) =>
  deliveryCommand({
    summary: `Sends the facts of the record one by one (${proofOf(record)})`,
    scopes: [],

    async send(client: Client) {
      const { facts, manifest, sealedAt } = record;
      const text = JSON.stringify(JSON.parse(manifest.bytes.toString()));
      const hungUp = await client.send([
        ...facts.map(({ at, type, line }) => ({ at, hostname, kind: type, text: line })),
        { at: sealedAt, hostname, kind: 'record.manifest', text },
      ]);
      const end = hungUp ? 'and closed the line after the last' : 'and left the line open';
      return {
        summary: `${client.server} took ${facts.length + 1} messages ${end} (${proofOf(record)}).`,
      };
    },
  });

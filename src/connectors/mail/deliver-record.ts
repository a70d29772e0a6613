import { type CaseRecord, deliveryCommand } from '#connector-kit/contract.ts';
import { proofOf } from '#connector-kit/kept-files.ts';
import type { Client } from './client.ts';

/** Sends a record to one address, its files attached. That it arrived cannot be read back. */
export const deliverRecord = (record: CaseRecord, to: string) =>
  deliveryCommand({
    summary: `Mails the record to ${to} (${proofOf(record)})`,
    scopes: [],

    async send(client: Client) {
      const { caseId, facts, files, manifest } = record;
      const { summary } = await client.send({
        to,
        subject: `Gatehouse: record of ${caseId}`,
        text:
          `The record of the case ${caseId}, with ${facts.length} facts, is attached.\n` +
          `The manifest names the other files with their SHA-256. Its own is\n${manifest.sha256}\n`,
        // The same for every attempt, so that a repeat can be dropped.
        messageId: `record-${caseId}-${facts.length}@gatehouse`,
        attachments: files,
      });
      return { summary: `${summary} It carried ${files.length} files (${proofOf(record)}).` };
    },
  });

import { type CaseRecord, deliveryCommand } from '#connector-kit/contract.ts';
import { proofOf } from '#connector-kit/kept-files.ts';

interface Client {
  post(id: string, body: unknown): Promise<void>;
}

/** Posts a record in one signed message: ids and hashes, and the files only where that was switched on. */
export const deliverRecord = (record: CaseRecord, what: 'hashes' | 'whole') =>
  deliveryCommand({
    summary: `Posts ${what === 'whole' ? 'the record' : 'the hashes of the record'} (${proofOf(record)})`,
    scopes: [],

    async send(client: Client) {
      const { caseId, facts, files, manifest } = record;
      await client.post(`record-${caseId}-${facts.length}`, {
        type: 'record.sealed',
        case: caseId,
        facts: facts.length,
        sealed_at: record.sealedAt.toISOString(),
        manifest: manifest.name,
        files: files.map(({ name, mediaType, bytes, sha256 }) => ({
          name,
          media_type: mediaType,
          size: bytes.length,
          sha256,
          ...(what === 'whole' ? { base64: bytes.toString('base64') } : {}),
        })),
      });
      return { summary: `The receiver took the message (${proofOf(record)}).` };
    },
  });

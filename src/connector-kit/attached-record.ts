import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ConnectorError } from '#core/failure.ts';
import {
  blocked,
  type CaseRecord,
  type Delivering,
  deliveryTransition,
  type Plan,
  type RecordFile,
} from './contract.ts';
import { filesToWrite, KeptFile, type MissingFile, planFiles } from './kept-files.ts';

/** A file as it hangs on a ticket. */
interface Attachment {
  readonly id: string;
  readonly name: string;
  readonly size: number;
}

/** How files hang on tickets in one system. */
interface Attachments<Client> {
  readonly summary: string;
  /** What the connection must be allowed to do. */
  readonly scopes: readonly string[];
  /** Where a case without a ticket goes; null: nowhere. */
  readonly elsewhere: string | null;
  /** Null: there is no such ticket any more, or we may not see it. */
  list(client: Client, ticketId: string): Promise<readonly Attachment[] | null>;
  bytes(client: Client, attachmentId: string): Promise<Buffer>;
  attach(client: Client, ticketId: string, file: RecordFile): Promise<void>;
}

const State = z.strictObject({
  /** The id of what the files hang on; null: there is nothing, or it is gone. */
  ticket: z.string().nullable(),
  files: z.array(KeptFile),
});
type State = z.infer<typeof State>;

/**
 * A record as attachments: of the ticket that the connection keeps of the case, else of one that
 * the settings name. Not repeatable, since most systems keep two files of the same name.
 */
export function deliverAttached<Client>(
  { summary, scopes, elsewhere, list, bytes, attach }: Attachments<Client>,
  record: CaseRecord,
): Delivering<Client> {
  const place = record.ticketId ?? elsewhere;
  return deliveryTransition({
    summary,
    scopes,
    state: State,

    async read(client: Client): Promise<State> {
      const found = place === null ? null : await list(client, place);
      if (found === null) return { ticket: null, files: [] };
      const files: KeptFile[] = [];
      for (const file of record.files) {
        const same = found.filter(({ name }) => name === file.name);
        const kept: KeptFile[] = [];
        for (const one of same) kept.push(await readBack(client, file, one));
        // Of two, that one tells which is not ours.
        const first = kept.find(({ sha256 }) => sha256 !== file.sha256) ?? kept[0];
        if (first) files.push(first);
      }
      return { ticket: place, files };
    },

    plan({ ticket, files }: State): Plan<readonly MissingFile[]> {
      if (place === null) {
        return blocked(
          'This connection keeps no ticket of this case, and its settings name no other place for ' +
            'records. Name one there, then try again.',
        );
      }
      if (ticket === null) {
        return blocked(`${place} was deleted there, or we may no longer see it.`);
      }
      return planFiles(record, files, `the attachments of ${ticket}`);
    },

    async apply(client: Client, _caseId: string, missing: readonly MissingFile[]): Promise<void> {
      if (place === null) return;
      for (const file of filesToWrite(record, missing)) await attach(client, place, file);
    },
  });

  async function readBack(client: Client, file: RecordFile, it: Attachment): Promise<KeptFile> {
    const { name, size } = it;
    // What cannot be ours is not fetched: it may be of any size.
    if (size !== file.bytes.length) return { name, size, sha256: null };
    const content = await bytes(client, it.id);
    if (content.length !== size) {
      const detail = `${name} has ${size} bytes there, and ${content.length} were answered`;
      throw new ConnectorError({ kind: 'unexpected', detail });
    }
    return { name, size, sha256: createHash('sha256').update(content).digest('hex') };
  }
}

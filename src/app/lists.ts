import { createHash } from 'node:crypto';
import { readListCsv } from '#intake/csv-list.ts';
import { record } from '#ledger/record.ts';
import { loadConnection } from '#store/connections.ts';
import { loadListUpload, noteListUpload, replaceListRows } from '#store/lists.ts';
import { placeOrder } from '#store/orders.ts';
import { newId } from '#store/random.ts';
import { inTransaction } from '#store/sql.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import type { ImportReport } from './people.ts';
import { notFound, Problem } from './problem.ts';

/** With less than this part of the rows of the last list, a file counts as cut off. */
const leastPart = 0.8;

export interface ListUploadReport extends Pick<ImportReport, 'refused' | 'unknownColumns'> {
  /** Good rows of the file. */
  readonly taken: number;
  /** Rows of the list now. */
  readonly rows: number;
}

/**
 * Puts a new list in the place of the last one. Where a row could not be read, nobody knows what it
 * is about: then what the last list had and this one lacks stays.
 */
export async function uploadList(
  app: App,
  caller: Caller,
  it: { connectionId: string; file: Uint8Array; isSmaller: boolean },
): Promise<ListUploadReport> {
  authorize(caller, 'list.upload');
  const { connectionId, file, isSmaller } = it;
  const connection = await loadConnection(app.pool, connectionId);
  if (!connection || connection.state === 'disabled') throw notFound(`connection ${connectionId}`);
  const connector = app.connectors.get(connection.connector);
  const settings = connector?.settings.safeParse(connection.settings);
  const kind = settings?.success ? connector?.takesList?.(settings.data) : undefined;
  if (!kind) {
    throw new Problem(
      'not possible',
      `${connectionId} takes no list: it is a ${connection.connector} connection.`,
    );
  }
  const { problem, rows, refused, unknownColumns } = readListCsv(file, kind);
  if (problem !== null) throw new Problem('not readable', problem);

  const refusedRows = new Set(refused.map(({ line }) => line)).size;
  const digest = createHash('sha256').update(file).digest('base64url');
  const count = await inTransaction(app.pool, async (tx) => {
    const last = await loadListUpload(tx, connectionId);
    if (!isSmaller) demandAll(rows.length + refusedRows, last);
    const version = await noteListUpload(tx, {
      connectionId,
      uploadedBy: caller.user.id,
      refusedRows,
      sha256: digest,
    });
    const keepOthers = refusedRows > 0;
    const stored = await replaceListRows(tx, { connectionId, rows, keepOthers });
    await record(tx, app.keys, [
      {
        type: 'list.uploaded',
        actor: caller.actor,
        row: { table: 'lists', id: connectionId, version },
        data: { connection: connectionId, rows: stored, refused_rows: refusedRows, digest },
      },
    ]);
    // Whatever waited for a list goes on, whether or not a worker runs now.
    const input = { connectionId };
    await placeOrder(tx, { id: newId(), kind: 'check', input, askedBy: caller.user.id });
    return stored;
  });
  return { taken: rows.length, rows: count, refused, unknownColumns };
}

/** A file that was cut off would make everybody behind the cut look as if they had nothing there. */
function demandAll(rows: number, last: { rows: number; uploadedAt: Date } | null): void {
  if (rows > 0 && rows >= (last?.rows ?? 0) * leastPart) return;
  const before = last
    ? `; the list of ${last.uploadedAt.toISOString().slice(0, 10)} has ${last.rows}`
    : '';
  throw new Problem(
    'not possible',
    `The file has ${rows} rows${before}. It may have been cut off, so nothing was changed. ` +
      'If it is whole, upload it with --smaller (smaller=true).',
  );
}

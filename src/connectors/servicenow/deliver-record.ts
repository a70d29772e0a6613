import { deliverAttached } from '#connector-kit/attached-record.ts';
import type { CaseRecord } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import type { ServiceNow } from './api.ts';
import type { Settings } from './settings.ts';

/** Attaches the files of a record to a record of the table, and reads every byte back. */
export const deliverRecord = (
  record: CaseRecord,
  { recordsId, table }: Pick<Settings, 'recordsId' | 'table'>,
) =>
  deliverAttached<ServiceNow>(
    {
      summary: 'Attaches the record to a ticket, and reads it back',
      scopes: ['read and write on the table, and create on sys_attachment'],
      elsewhere: recordsId ?? null,

      async list(now, id) {
        // Of what is not there, it is said that nothing hangs on it.
        if (!(await isThere(now, id))) return null;
        const found = await now.attachments(id);
        if (found.some((it) => it.table_name !== table || it.table_sys_id !== id)) {
          const detail = 'Attachments of other records were answered: may we read sys_attachment?';
          throw new ConnectorError({ kind: 'unexpected', detail });
        }
        return found.map((it) => ({
          id: it.sys_id,
          name: it.file_name,
          size: Number(it.size_bytes),
        }));
      },
      bytes: (now, id) => now.content(id),
      attach: (now, id, file) => now.attach(id, file),
    },
    record,
  );

async function isThere(now: ServiceNow, id: string): Promise<boolean> {
  try {
    await now.record(id);
    return true;
  } catch (error) {
    if (error instanceof ConnectorError && error.failure.kind === 'not-found') return false;
    throw error;
  }
}

import { deliverAttached } from '#connector-kit/attached-record.ts';
import type { CaseRecord } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Jira } from './api.ts';
import type { Settings } from './settings.ts';

/** Attaches the files of a record to an issue, and reads every byte back. */
export const deliverRecord = (
  record: CaseRecord,
  { recordsIssue }: Pick<Settings, 'recordsIssue'>,
) =>
  deliverAttached<Jira>(
    {
      summary: 'Attaches the record to an issue, and reads it back',
      scopes: ['read:jira-work', 'write:jira-work'],
      elsewhere: recordsIssue ?? null,

      async list(jira, issue) {
        try {
          const found = await jira.attachments(issue);
          return found.map(({ id, filename, size }) => ({ id, name: filename, size }));
        } catch (error) {
          if (error instanceof ConnectorError && error.failure.kind === 'not-found') return null;
          throw error;
        }
      },
      bytes: (jira, id) => jira.content(id),
      attach: (jira, issue, file) => jira.attach(issue, file),
    },
    record,
  );

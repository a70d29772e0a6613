import { z } from 'zod';
import { scopes } from './scopes.ts';
import { all, pageOf, pagesOf, type Speak } from './web.ts';

const Application = z.object({
  applicationId: z.string(),
  applicationTransferStatus: z.string().optional(),
  applicationTransferParams: z
    .array(z.object({ key: z.string(), value: z.array(z.string()).default([]) }))
    .default([]),
});
const Transfer = z.object({
  id: z.string(),
  newOwnerUserId: z.string(),
  overallTransferStatusCode: z.string().optional(),
  requestTime: z.string().optional(),
  applicationDataTransfers: z.array(Application).default([]),
});

/** What one application is to hand over. */
export interface Handing {
  readonly applicationId: string;
  readonly applicationTransferParams: readonly {
    readonly key: string;
    readonly value: readonly string[];
  }[];
}

/** Transfers of files and calendars. https://developers.google.com/workspace/admin/data-transfer/reference/rest */
export function openTransfers(speak: Speak) {
  const http = speak('admin', scopes.transfers);
  const transfers = '/admin/datatransfer/v1/transfers';
  return {
    transfersFrom: (id: string) =>
      all(
        pagesOf(
          http,
          transfers,
          { oldOwnerUserId: id, maxResults: '500' },
          pageOf('dataTransfers', Transfer),
        ),
      ),
    transfer: (from: string, to: string, what: readonly Handing[]) =>
      http.call('POST', transfers, {
        oldOwnerUserId: from,
        newOwnerUserId: to,
        applicationDataTransfers: what,
      }),
  };
}

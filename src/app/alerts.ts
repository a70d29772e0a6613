import { type AlertRow, listAlerts as listStored } from '#store/alerts.ts';
import type { App, Caller } from './app.ts';
import { authorize, may } from './authorize.ts';

export type { AlertRow };

/** Open alerts first; those of confidential cases only for those who need to know. */
export async function listAlerts(
  app: App,
  caller: Caller,
  limit: number,
): Promise<readonly AlertRow[]> {
  authorize(caller, 'alert.read');
  const found = await listStored(app.pool, limit);
  return found.filter((it) => !it.confidential || may(caller, 'case.read-confidential'));
}

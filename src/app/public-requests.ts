import { createHash } from 'node:crypto';
import { countPublicRequest } from '#store/public-requests.ts';
import type { App } from './app.ts';

/** How often one address may open links that need no key, in an hour. */
export const publicRequestsPerHour = 20;

/** How long an address has to wait before it may open public links again; null: it may. */
export async function secondsToWait(app: App, address: string): Promise<number | null> {
  // Hashed, since an address is about somebody; it is gone after an hour.
  const hash = createHash('sha256').update(`gatehouse:public:v1|${address}`).digest();
  const { count, waitSeconds } = await countPublicRequest(app.pool, hash);
  return count > publicRequestsPerHour ? Math.max(1, waitSeconds) : null;
}

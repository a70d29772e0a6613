import { databaseNow } from '#store/clock.ts';
import type { App } from './app.ts';

/** Whether the database answers, on which everything stands. */
export async function checkDatabase(app: Pick<App, 'pool'>) {
  try {
    await databaseNow(app.pool);
    return { ready: true, checks: [{ name: 'database', ok: true, detail: 'It answers.' }] };
  } catch {
    const detail = 'The database does not answer. Check that it runs, and DATABASE_URL.';
    return { ready: false, checks: [{ name: 'database', ok: false, detail }] };
  }
}

import { saveListedAccounts } from '#store/accounts.ts';
import type { Engine } from './engine.ts';
import { patienceWith } from './patience.ts';

/** Lists every account, page by page, into the discovery map. */
export async function discover(
  engine: Engine,
  connectionId: string,
): Promise<{ accounts: number }> {
  const patience = patienceWith(engine.pool, connectionId);
  const opened = await engine.clients.open(connectionId, { patience });
  try {
    const { accounts } = opened.connector;
    if (!accounts) return { accounts: 0 };
    let count = 0;
    let page = [];
    for await (const account of accounts.list(opened.client)) {
      page.push(account);
      count += 1;
      if (page.length === 500) {
        await saveListedAccounts(engine.pool, { connectionId, accounts: page });
        page = [];
      }
    }
    await saveListedAccounts(engine.pool, { connectionId, accounts: page });
    return { accounts: count };
  } catch (error) {
    throw opened.withoutSecrets(error);
  } finally {
    await opened.close();
  }
}

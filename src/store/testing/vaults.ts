import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { createKeyFiles, openKeyring, registerKeys } from '../keys.ts';
import { openVault } from '../vault.ts';
import { startDatabase } from './database.ts';

/** A fresh database with key files, and a vault for each role with the keys that role gets. */
export async function startVaults() {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-vault-'));
  after(() => rmSync(folder, { recursive: true }));
  const { pools } = await startDatabase();
  await createKeyFiles(folder);
  const all = await openKeyring(folder, ['connection', 'web', 'subject', 'signing']);
  await registerKeys(pools.owner, all);

  const installation = randomUUID();
  const workerKeys = await openKeyring(folder, ['connection', 'subject']);
  const worker = openVault({ installation, keyring: workerKeys });
  await worker.prepareInbox(pools.worker);
  return {
    pools,
    folder,
    installation,
    workerKeys,
    worker,
    web: openVault({ installation, keyring: await openKeyring(folder, ['web', 'subject']) }),
    scribe: openVault({ installation, keyring: await openKeyring(folder, ['signing', 'subject']) }),
  };
}

import type pg from 'pg';
import type { Exchange } from '#connector-kit/contract.ts';
import { record, type SubjectKeys } from '#ledger/record.ts';
import type { ConnectionRow } from '#store/connections.ts';
import { inTransaction } from '#store/sql.ts';
import type { openVault } from '#store/vault.ts';
import { boundTo, toField, toName } from './secret-names.ts';

interface Rotation {
  readonly pool: pg.Pool;
  readonly keys: SubjectKeys;
  readonly vault: ReturnType<typeof openVault>;
}

/**
 * Lets a connection replace its own secrets, such as a refresh token that is good for one exchange. The exchange
 * goes on inside of the transaction that keeps what comes of it, and while another process is at it, this one waits
 * and then finds what that one kept. That it was replaced is a fact; no value ever is.
 */
export async function replaceSecrets(
  { pool, keys, vault }: Rotation,
  { id, uuid, allowedHosts }: Pick<ConnectionRow, 'id' | 'uuid' | 'allowedHosts'>,
  exchange: Exchange,
): Promise<void> {
  const hosts = boundTo(allowedHosts);
  await inTransaction(pool, async (tx) => {
    await vault.lockSecrets(tx, uuid);
    const held = await vault.readSecrets(tx, { connectionId: uuid, hosts });
    const given = Object.entries(
      await exchange(new Map([...held].map(([field, value]) => [toName(field), value]))),
    );
    if (given.length === 0) return;
    const replaced = [];
    for (const [name, value] of given) {
      const field = toField(name);
      const secret = { connectionId: uuid, field, value, hosts };
      replaced.push({ field, version: await vault.storeSecret(tx, secret) });
    }
    await vault.retireSecrets(tx, uuid);
    await record(
      tx,
      keys,
      replaced.map(({ field, version }) => ({
        type: 'credential.rotated' as const,
        actor: { kind: 'system', id: 'worker', auth: 'none' } as const,
        data: { connection: id, field, version },
      })),
    );
  });
}

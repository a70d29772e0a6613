import type { Owned } from '#connector-kit/contract.ts';
import { loginOf } from './accounts.ts';
import type { Client } from './client.ts';
import { itemsOf } from './paging.ts';
import { textAt, unexpected, valueAt } from './pointer.ts';
import { uses } from './request.ts';

/** What an account owns, as far as the description says how to ask. */
export async function ownedBy(client: Client, accountId: string): Promise<readonly Owned[]> {
  const { owned, system } = client.description;
  if (!owned) throw unexpected(`The description of ${system} does not say what accounts own`);
  const { thing } = owned;
  const login = uses(owned.request, 'account.login') ? await loginOf(client, accountId) : null;
  const values = { 'account.id': accountId, ...(login === null ? {} : { 'account.login': login }) };

  const found: Owned[] = [];
  for await (const item of itemsOf(client, owned, values)) {
    const owners = thing.owners === undefined ? null : valueAt(item, thing.owners);
    if (owners === undefined) {
      throw unexpected(`${system} has nothing at "${thing.owners}" of a thing that is owned`);
    }
    found.push({
      id: textAt(item, thing.id, system),
      kind: thing.kind ?? 'other',
      name: textAt(item, thing.name, system),
      soleOwner: !Array.isArray(owners) || owners.length === 1,
    });
  }
  return found;
}

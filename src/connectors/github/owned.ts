import type { Owned } from '#connector-kit/contract.ts';
import type { GitHub } from './api.ts';
import { deployKeysOf } from './deploy-keys.ts';
import { isOnlyOwner, loginOf } from './login.ts';

/** What would stop or belong to nobody without the account. */
export async function ownedBy(client: GitHub, accountId: string): Promise<Owned[]> {
  const login = await loginOf(client, accountId);
  if (login === null) return [];
  const owned: Owned[] = [];

  const membership = await client.membership(login);
  if (membership?.role === 'admin') {
    const { organisation } = client.settings;
    const name = `the organisation ${organisation}`;
    const soleOwner = await isOnlyOwner(client, accountId);
    owned.push({ id: organisation, kind: 'other', name, soleOwner });
  }
  if (membership?.state === 'active') {
    for await (const { slug, name } of client.teamsOf(login)) {
      const maintainers: number[] = [];
      for await (const { id } of client.maintainersOf(slug)) maintainers.push(id);
      if (!maintainers.some((id) => String(id) === accountId)) continue;
      owned.push({ id: slug, kind: 'group', name, soleOwner: maintainers.length === 1 });
    }
  }
  for (const { repository, id, title } of await deployKeysOf(client, login)) {
    const name = `deploy key ${title} of ${repository}`;
    owned.push({ id: `${repository}/keys/${id}`, kind: 'integration', name, soleOwner: true });
  }
  for await (const slug of client.installedApps()) {
    const app = await client.appCalled(slug);
    if (String(app?.owner.id) !== accountId) continue;
    owned.push({ id: slug, kind: 'integration', name: `app ${app?.name}`, soleOwner: true });
  }
  return owned;
}

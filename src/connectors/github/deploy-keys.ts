import type { GitHub } from './api.ts';

export interface DeployKey {
  readonly repository: string;
  readonly id: number;
  readonly title: string;
}

/**
 * Keys to single repositories that the person added. They work on when the person has gone, and only REST
 * tells who added them; GraphQL says which repositories have any, so that not each one is asked.
 */
export async function deployKeysOf(client: GitHub, login: string): Promise<DeployKey[]> {
  const found: DeployKey[] = [];
  let isAllowed = false;
  for await (const { name: repository, deployKeys } of client.repositories()) {
    // Without the permission GraphQL may count none. The first repository is asked all the same, which tells.
    if (isAllowed && deployKeys.totalCount === 0) continue;
    for await (const { id, title, added_by: by } of client.deployKeysIn(repository)) {
      if (by?.toLowerCase() === login.toLowerCase()) found.push({ repository, id, title });
    }
    isAllowed = true;
  }
  return found.sort((a, b) => a.id - b.id);
}

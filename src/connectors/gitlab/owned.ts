import type { Owned } from '#connector-kit/contract.ts';
import type { GitLab } from './api.ts';
import { levels, membershipsOf } from './memberships.ts';

/** Groups that the account owns, and projects in its own name, which nobody else can own. */
export async function ownedBy(client: GitLab, accountId: string): Promise<Owned[]> {
  const memberships = await membershipsOf(client, accountId);
  const groups = memberships.filter(
    ({ id, level }) => id.startsWith('groups/') && level === levels.owner,
  );
  // What is in somebody’s own name on gitlab.com no group sees.
  const projects = client.top ? [] : await client.personalProjectsOf(accountId);
  return [
    ...groups.map(
      ({ id, name, isSoleOwner: soleOwner }): Owned => ({ id, kind: 'group', name, soleOwner }),
    ),
    ...projects.map(
      ({ id, path_with_namespace: name }): Owned => ({
        ...{ id: `projects/${id}`, kind: 'project', name, soleOwner: true },
      }),
    ),
  ];
}

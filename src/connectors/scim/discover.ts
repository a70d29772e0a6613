import { ConnectorError } from '#core/failure.ts';
import type { Scim } from './api.ts';
import { filterIgnored, valuesOf } from './find-accounts.ts';
import { nobody } from './memberships.ts';
import { type Group, managerOf, type User } from './resources.ts';

/**
 * Tries the token, and whatever the settings declare that can be tried without a change.
 *
 * What a server says of itself is often wrong, so searches are tried, not believed: one that
 * finds nobody ever would make every account look absent. Only PATCH cannot be tried.
 */
export async function discover(scim: Scim): Promise<void> {
  const { update, filters, findBy, groups, managers } = scim.settings;

  // Many answer this to anybody, so it says nothing about the token.
  const config = await scim.providerConfig();
  if (update === 'patch' && config?.patch?.supported === false) {
    throw misfit('rejected', 'The server says that it does not know PATCH. Send changes as PUT');
  }

  const { Resources: users } = await scim.firstUsers();
  if (filters) {
    for (const key of findBy) {
      const samples = users.flatMap((it) =>
        valuesOf(it, key).map((value) => ({ id: it.id, value })),
      );
      await searchWorks(key, samples[0], (value) => scim.usersWhere(key, value));
    }
  }

  if (managers === 'search' && filters) {
    const samples = users.flatMap((it) => {
      const value = managerOf(it);
      return value === null ? [] : [{ id: it.id, value }];
    });
    await searchWorks('manager.value', samples[0], (value) => scim.reportsOf(value));
  }

  if (groups === 'none') return;
  const { Resources: listed } = await scim.firstGroups();
  if (groups === 'list' || !filters) return membershipsShow(scim, users, listed);
  const samples = listed.flatMap(({ id, members }) =>
    (members ?? []).map(({ value }) => ({ id, value })),
  );
  return searchWorks(groups, samples[0], (value) => scim.groupsWhere(groups, value));
}

/** A search must find what the list has just shown, and nothing for a value that nobody has. */
async function searchWorks(
  attribute: string,
  sample: { readonly id: string; readonly value: string } | undefined,
  search: (value: string) => AsyncIterable<{ readonly id: string }>,
): Promise<void> {
  try {
    for await (const _ of search(nobody)) throw filterIgnored(attribute);
    if (!sample) return;
    for await (const found of search(sample.value)) if (found.id === sample.id) return;
  } catch (cause) {
    if (!(cause instanceof ConnectorError && cause.failure.kind === 'rejected')) throw cause;
    const advice = `The server refuses to search by ${attribute}; take it out of the settings`;
    throw misfit('rejected', `${advice}. ${cause.failure.detail}`);
  }
  throw misfit(
    'unexpected',
    `A search by ${attribute} does not find what the list shows. Take it out of the settings, ` +
      'or switch search off',
  );
}

/** Where neither users nor groups show who belongs where, everybody would seem to be in none. */
async function membershipsShow(
  scim: Scim,
  users: readonly User[],
  listed: readonly Group[],
): Promise<void> {
  if (listed.length === 0 || users.some((it) => it.groups.length > 0)) return;
  for (const group of listed) {
    const { members } = group.members === null ? await scim.group(group.id) : group;
    if (members && members.length > 0) return;
  }
  throw misfit('unexpected', 'No group shows a member. Choose another way to find groups, or none');
}

const misfit = (kind: 'rejected' | 'unexpected', detail: string) =>
  new ConnectorError({ kind, detail });

import type { Account, Owned, PersonKeys } from '#connector-kit/contract.ts';
import type { Status, User, Zoom } from './api.ts';
import { memberRole } from './remove-roles.ts';

/** The user with the address, active or not; what Zoom shows has to have the very same. */
export async function findUser(zoom: Zoom, { email }: PersonKeys): Promise<Account[]> {
  const user = await zoom.user(email);
  if (user?.email.toLowerCase() !== email.toLowerCase()) return [];
  return [toAccount(user, user.status ?? 'active')];
}

/** Active, deactivated and invited ones: Zoom lists each by itself. */
export async function* listUsers(zoom: Zoom): AsyncIterable<Account> {
  for (const status of ['active', 'inactive', 'pending'] as const) {
    for await (const user of zoom.usersWith(status)) yield toAccount(user, status);
  }
}

/** Meetings to come, which end with their host unless they are handed over. */
export async function meetingsOwned(zoom: Zoom, accountId: string): Promise<readonly Owned[]> {
  const meetings = await zoom.meetingsOf(accountId);
  return meetings.map(({ id, topic }) => ({
    ...{ id: `${id}`, kind: 'other' as const, name: topic ?? `Meeting ${id}` },
    soleOwner: true,
  }));
}

const toAccount = (it: User, status: Status): Account => ({
  id: it.id,
  login: it.email,
  // Somebody invited may still accept.
  status: status === 'inactive' ? 'suspended' : 'active',
  privileged: (it.role_id ?? memberRole) !== memberRole,
  lastSeenAt: it.last_login_time ?? null,
});

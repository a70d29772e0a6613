import { ConnectorError } from '#core/failure.ts';
import type { GitHub } from './api.ts';
import { invitationIn } from './invitations.ts';

/** The login of today; null where there is none: an invitation, or an account that was deleted. */
export async function loginOf(client: GitHub, accountId: string): Promise<string | null> {
  if (invitationIn(accountId) !== null) return null;
  return (await client.userById(accountId))?.login ?? null;
}

/** For changes, which need one. */
export async function demandLogin(client: GitHub, accountId: string): Promise<string> {
  const login = await loginOf(client, accountId);
  if (login !== null) return login;
  throw new ConnectorError({ kind: 'not-found', detail: 'The account no longer exists on GitHub' });
}

/** Whether nobody else owns the organisation. */
export async function isOnlyOwner(client: GitHub, accountId: string): Promise<boolean> {
  for await (const { id } of client.membersWho('admin')) if (String(id) !== accountId) return false;
  return true;
}

import type { Account } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import type { GitHub } from './api.ts';

interface Invitation {
  readonly id: number;
  readonly login: string | null;
  readonly email: string | null;
  readonly role: string;
}

const prefix = 'invitation:';

/** Somebody who is invited by address need not have a login yet: then the invitation stands for the account. */
export const ofInvitation = ({ id, login, email, role }: Invitation): Account => ({
  id: `${prefix}${id}`,
  login: `invitation of ${email ?? login ?? id}`,
  status: 'active',
  privileged: role === 'admin',
  lastSeenAt: null,
});

/** The number of the invitation that an account stands for; null: the account is a user. */
export const invitationIn = (accountId: string): string | null =>
  accountId.startsWith(prefix) ? accountId.slice(prefix.length) : null;

/** Organisations with managed users have no invitations, and answer 404. */
export async function* invitationsIn(client: GitHub): AsyncIterable<Invitation> {
  try {
    yield* client.invitations();
  } catch (error) {
    if (error instanceof ConnectorError && error.failure.kind === 'not-found') return;
    throw error;
  }
}

export async function isOpen(client: GitHub, invitation: string): Promise<boolean> {
  for await (const { id } of client.invitations()) if (String(id) === invitation) return true;
  return false;
}

/** One that is gone may have been accepted, in which case there is a member now whom nobody expects. */
export async function cancel(client: GitHub, invitation: string): Promise<void> {
  try {
    await client.cancelInvitation(invitation);
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.failure.kind !== 'not-found') throw error;
    const detail =
      'The invitation was accepted or taken back a moment ago. Look whether the person is a member now.';
    throw new ConnectorError({ kind: 'rejected', detail }, { cause: error });
  }
}

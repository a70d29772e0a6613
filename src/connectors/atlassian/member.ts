import { ConnectorError } from '#core/failure.ts';
import type { Atlassian, Member } from './api.ts';

/** A user of the organisation. Out of our sight is not gone. */
export async function memberOf(atlassian: Atlassian, id: string): Promise<Member> {
  const member = await atlassian.member(id);
  if (member) return member;
  throw new ConnectorError({
    kind: 'not-found',
    detail: 'The organisation shows no such account any more',
  });
}

/** Whether the account is the company’s own: one with an address of a domain that it has verified. */
export const isManaged = ({ claimStatus }: Member): boolean => claimStatus === 'managed';

/** What Atlassian’s reasons mean for whoever has to act. */
export function inWords(reason: string): string {
  switch (reason) {
    case 'externalDirectory.scim':
      return 'The account is synced from your identity provider: do it there.';
    case 'externalDirectory.google':
      return 'The account is synced from Google Workspace: do it there.';
    default:
      return `Atlassian does not allow it for this account (${reason}).`;
  }
}

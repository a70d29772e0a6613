import { z } from 'zod';
import { blocked, byHand, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { GitHub } from './api.ts';
import { cancel, invitationIn, isOpen } from './invitations.ts';
import { demandLogin, isOnlyOwner, loginOf } from './login.ts';
import { permissions } from './permissions.ts';

const state = z.strictObject({
  standing: z.enum(['none', 'invited', 'member', 'owner', 'outside collaborator']),
  /** Nobody else owns the organisation. */
  onlyOwner: z.boolean(),
  /** A member by themselves, and not only through teams of the enterprise. */
  direct: z.boolean(),
  enterpriseTeams: z.array(z.string()),
  /** What goes with the membership, and comes back with it. */
  teams: z.array(z.string()),
});
type State = z.infer<typeof state>;

type Change =
  | { readonly do: 'remove'; readonly what: 'membership' | 'invitation' | 'collaborator' }
  | { readonly do: 'invite'; readonly as: 'reinstate' | 'direct_member' };

const nothing: State = {
  ...{ standing: 'none', onlyOwner: false, direct: false, enterpriseTeams: [], teams: [] },
};

/**
 * GitHub accounts belong to the people themselves: what ends is the access to the organisation. Private forks
 * go with it; for three months they, the teams and the role come back when the person is reinstated.
 * https://docs.github.com/organizations/managing-membership-in-your-organization
 */
export const suspendAccount = transition({
  capability: 'account.suspend',
  summary:
    'Ends every access to the organisation: as a member, by an invitation, as an outside collaborator. GitHub writes to the person, and private forks go.',
  scopes: [permissions.readMembers, permissions.manageMembers],
  mustPrecede: ['tokens.revoke'],
  params: z.strictObject({}),
  state,
  repeatable: true,

  read: standingOf,

  plan(now): Plan<Change> {
    switch (now.standing) {
      case 'none':
        return done('Neither a member nor invited nor an outside collaborator.');
      case 'invited':
        return change('Take back the invitation.', { do: 'remove', what: 'invitation' });
      case 'outside collaborator':
        return change('Remove the outside collaborator from every repository.', {
          do: 'remove',
          what: 'collaborator',
        });
      default:
        if (now.onlyOwner) {
          return blocked(
            'Nobody else owns the organisation. Make somebody else an owner first, on GitHub: People → change role.',
          );
        }
        if (!now.direct) {
          return blocked(
            `A member through ${now.enterpriseTeams.join(', ')} of the enterprise. Take the person out of it there, or in the identity provider that fills it.`,
          );
        }
        return change(`Remove the ${now.standing} from the organisation${fromTeams(now)}.`, {
          do: 'remove',
          what: 'membership',
        });
    }
  },

  async apply(client, accountId, it: Change) {
    const invitation = invitationIn(accountId);
    if (invitation !== null) return cancel(client, invitation);
    if (it.do === 'invite') return client.invite(accountId, it.as);
    const login = await demandLogin(client, accountId);
    // Who is gone by now is gone.
    await unlessMissing(
      it.what === 'collaborator' ? client.removeOutsider(login) : client.removeMember(login),
    );
  },

  restore(now, before): Plan<Change> {
    if (now.standing === before.standing) return done('The access is as it was before.');
    if (now.standing === 'member' || now.standing === 'owner') return done('A member again.');
    if (now.standing === 'invited') {
      return byHand(
        {
          instructions:
            'GitHub has invited the person back. Ask them to accept the invitation, which lies in their mail and at the address of the organisation.',
          proof: ['when it was accepted'],
          ...{ assignTo: { role: 'it-operator' }, deadline: null, mustName: null },
        },
        null,
      );
    }
    if (before.standing === 'member' || before.standing === 'owner') {
      return change('Invite the person back, with role, teams and forks from before.', {
        do: 'invite',
        as: 'reinstate',
      });
    }
    return blocked(
      before.standing === 'invited'
        ? 'The invitation was taken back. Invite the person anew, on GitHub.'
        : 'GitHub does not keep which repositories an outside collaborator was in. Add them there.',
    );
  },
});

const fromTeams = ({ teams }: State) =>
  teams.length === 0 ? '' : `, and so from ${teams.join(', ')}`;

async function standingOf(client: GitHub, accountId: string): Promise<State> {
  const invitation = invitationIn(accountId);
  if (invitation !== null) {
    return (await isOpen(client, invitation)) ? { ...nothing, standing: 'invited' } : nothing;
  }
  const login = await loginOf(client, accountId);
  if (login === null) return nothing;
  const membership = await client.membership(login);
  if (membership === null) {
    for await (const { id } of client.outsiders()) {
      if (String(id) === accountId) return { ...nothing, standing: 'outside collaborator' };
    }
    return nothing;
  }
  if (membership.state === 'pending') return { ...nothing, standing: 'invited' };
  const isOwner = membership.role === 'admin';
  const teams: string[] = [];
  for await (const { name } of client.teamsOf(login)) teams.push(name);
  return {
    standing: isOwner ? 'owner' : 'member',
    onlyOwner: isOwner && (await isOnlyOwner(client, accountId)),
    direct: membership.direct_membership,
    enterpriseTeams: membership.enterprise_teams_providing_indirect_membership.toSorted(),
    teams: teams.toSorted(),
  };
}

import { connector } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import { type Iam, openIam } from './api.ts';
import { deleteAccount } from './delete-account.ts';
import { joinGroups } from './join-groups.ts';
import { leaveGroups } from './leave-groups.ts';
import { everyUser, usersOf } from './people.ts';
import { removeFactors } from './remove-factors.ts';
import { removeRoles } from './remove-roles.ts';
import { revokeSessions } from './revoke-sessions.ts';
import { revokeTokens } from './revoke-tokens.ts';
import { partitions, settings } from './settings.ts';
import { suspendAccount } from './suspend-account.ts';

/** Users of one AWS account. Those of Identity Center are none: they are blocked where they sign in. */
export const awsIam = connector({
  id: 'aws-iam',
  name: 'AWS IAM',
  category: 'cloud',
  settings,
  hosts: ({ partition }) => [`${partitions[partition].host}:443`],
  open: openIam,

  async check(iam: Iam) {
    const { Arn: arn } = await iam.self();
    if (arn.endsWith(':root')) {
      const detail =
        'This key is of the root user, whom nobody can limit: make a user for Gatehouse';
      throw new ConnectorError({ kind: 'rejected', detail });
    }
    return { actingAs: arn, scopes: null };
  },

  accounts: { find: usersOf, list: everyUser },

  actions: [
    suspendAccount,
    revokeSessions,
    revokeTokens,
    removeFactors,
    removeRoles,
    leaveGroups,
    joinGroups,
    deleteAccount,
  ],
});

import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { Zoom } from './api.ts';
import { knownUser } from './known-user.ts';
import { scopes } from './scopes.ts';

/** Roles that every account of Zoom has. */
const ownerRole = '0';
export const memberRole = '2';

interface Change {
  readonly do: 'take' | 'give';
  readonly roleId: string;
}

/** Everybody has one role; whoever loses it is a member. */
export const removeRoles = transition({
  capability: 'roles.remove',
  summary: 'Makes an administrator of Zoom, or the holder of another role, a member.',
  scopes: [scopes.readUser, scopes.takeRole, scopes.giveRole],
  params: z.strictObject({}),
  state: z.strictObject({ roleId: z.string(), name: z.string() }),
  repeatable: true,

  async read(zoom: Zoom, accountId) {
    const { role_id, role_name } = await knownUser(zoom, accountId);
    const roleId = role_id ?? memberRole;
    return { roleId, name: role_name ?? `role ${roleId}` };
  },

  plan({ roleId, name }): Plan<Change> {
    if (roleId === memberRole) return done('A member without a role.');
    if (roleId === ownerRole) {
      return blocked(
        'This is the owner of the Zoom account. They hand it over first: Account Profile, then Change owner.',
      );
    }
    return change(`Take away ${name}.`, { do: 'take', roleId });
  },

  async apply(zoom, accountId, it: Change) {
    if (it.do === 'take') await zoom.takeRole(it.roleId, accountId);
    else await zoom.giveRole(it.roleId, accountId);
  },

  restore(now, before): Plan<Change> {
    if (now.roleId === before.roleId) return done(`${before.name} as before.`);
    return change(`Give back ${before.name}.`, { do: 'give', roleId: before.roleId });
  },
});

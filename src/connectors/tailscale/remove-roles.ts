import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { type Role, roles, type Tailscale } from './api.ts';
import { scopes } from './settings.ts';
import { ownerFirst } from './suspend-account.ts';

/** Everybody has one role; that of a member administers nothing. */
export const removeRoles = transition({
  capability: 'roles.remove',
  summary: 'Makes an administrator of the tailnet a member.',
  scopes: [scopes.users],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state: z.strictObject({ role: z.enum(roles) }),
  repeatable: true,

  read: async (tailscale: Tailscale, accountId) => ({
    role: (await tailscale.user(accountId)).role,
  }),

  plan({ role }): Plan<Role> {
    if (role === 'member') return done('The user is a member and administers nothing.');
    return role === 'owner' ? blocked(ownerFirst) : change(`Take the role ${role} away.`, 'member');
  },

  apply: (tailscale, accountId, role: Role) => tailscale.setRole(accountId, role),

  restore(now, before): Plan<Role> {
    if (now.role === before.role) return done('The role is as before.');
    return before.role === 'owner'
      ? blocked('Only the owner makes somebody the owner.')
      : change(`Give the role ${before.role} back.`, before.role);
  },
});

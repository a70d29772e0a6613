import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { JumpCloud } from './api.ts';
import { permission } from './settings.ts';

const state = z.strictObject({
  /** Administrator on every device of theirs. */
  sudo: z.boolean(),
  /** The role by which the user administers JumpCloud itself; null: none. */
  administrator: z.string().nullable(),
});

/** What makes an administrator of devices; an administrator of JumpCloud itself is seen, and left to a person. */
export const removeRoles = transition({
  capability: 'roles.remove',
  summary: 'Takes away administration of devices; says where the person administers JumpCloud.',
  scopes: [permission],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state,
  repeatable: true,

  async read(jumpCloud: JumpCloud, accountId) {
    const { sudo, admin } = await jumpCloud.user(accountId);
    return {
      sudo: sudo === true,
      administrator: admin ? (admin.roleName ?? 'a role') : null,
    };
  },

  plan({ sudo, administrator }): Plan<boolean> {
    if (sudo) return change('Take away administration of all devices.', false);
    return administrator === null
      ? done('No administrator of devices, nor of JumpCloud.')
      : blocked(
          `The user administers JumpCloud (${administrator}), by an account of its own: remove it in the console, ` +
            'Settings → Administrators. Whatever runs by its API key stops: move it before.',
        );
  },

  apply: (jumpCloud, accountId, sudo: boolean) => jumpCloud.change(accountId, { sudo }),

  restore: (now, before): Plan<boolean> =>
    now.sudo === before.sudo
      ? done('As before.')
      : change('Give administration of devices back.', before.sudo),
});

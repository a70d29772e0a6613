import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { JumpCloud } from './api.ts';
import { permission } from './settings.ts';

/** JumpCloud puts these keys onto every device that the user is bound to, and takes them off again. */
export const revokeTokens = transition({
  capability: 'tokens.revoke',
  summary: 'Removes the SSH keys of the person.',
  scopes: [permission],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state: z.strictObject({
    sshKeys: z.array(z.strictObject({ id: z.string(), name: z.string() })),
  }),
  repeatable: true,

  async read(jumpCloud: JumpCloud, accountId) {
    const keys = await jumpCloud.keysOf(accountId);
    return {
      sshKeys: keys.map(({ _id: id, name }) => ({ id, name: name ?? id })).sort(byId),
    };
  },

  plan: ({ sshKeys }): Plan<readonly string[]> =>
    sshKeys.length === 0
      ? done('No SSH key.')
      : change(
          `Remove the SSH keys ${namesOf(sshKeys)}.`,
          sshKeys.map(({ id }) => id),
        ),

  async apply(jumpCloud, accountId, ids: readonly string[]) {
    for (const id of ids) await unlessMissing(jumpCloud.removeKey(accountId, id));
  },
});

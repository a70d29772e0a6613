import { z } from 'zod';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Iam } from './api.ts';
import {
  activeIn,
  Credential,
  type CredentialMoves,
  credentialsOf,
  move,
  moveTo,
  planCredentialsBack,
} from './credentials.ts';
import { permissions } from './permissions.ts';
import { settlesWithinMs } from './settles.ts';

/** Inactive keys open nothing and can be given back; deleted ones cannot, so that has to be asked for. */
export const revokeTokens = transition({
  capability: 'tokens.revoke',
  summary:
    'Makes access keys, SSH keys, Git and other credentials and certificates inactive, or deletes them.',
  scopes: permissions.tokens,
  mustPrecede: ['account.delete'],
  params: z.strictObject({
    delete: z
      .boolean()
      .meta({ title: 'Delete them', description: 'They cannot be given back then' })
      .optional(),
  }),
  state: z.strictObject({ credentials: z.array(Credential) }),
  settlesWithinMs,
  repeatable: true,

  async read(iam: Iam, accountId) {
    return { credentials: await credentialsOf(iam, await iam.nameOf(accountId)) };
  },

  plan({ credentials }, { delete: gone = false }): Plan<CredentialMoves> {
    if (gone) {
      return credentials.length === 0
        ? done('No key, credential or certificate.')
        : change(`Delete ${namesOf(credentials)}.`, moveTo('gone', credentials));
    }
    const active = activeIn(credentials);
    return active.length === 0
      ? done('No key, credential or certificate is active.')
      : change(`Make ${namesOf(active)} inactive.`, moveTo('inactive', active));
  },

  async apply(iam, accountId, it: CredentialMoves) {
    await move(iam, await iam.toChange(accountId), it);
  },

  restore: (now, before) => planCredentialsBack(now.credentials, before.credentials),
});

import { z } from 'zod';
import { byHand, change, done, type Plan, transition } from '#connector-kit/contract.ts';
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

interface Change extends CredentialMoves {
  readonly password: 'remove' | 'leave';
}

/** IAM has no switch that blocks a user: all that opens it is closed, one by one. */
export const suspendAccount = transition({
  capability: 'account.suspend',
  summary:
    'Makes access keys, SSH keys, Git and other credentials and certificates inactive, and removes the console password.',
  scopes: permissions.suspend,
  // Whoever can still sign in makes a new session; without a second factor, the password alone would do.
  mustPrecede: ['sessions.revoke', 'mfa.remove', 'account.delete'],
  params: z.strictObject({}),
  state: z.strictObject({ password: z.boolean(), credentials: z.array(Credential) }),
  settlesWithinMs,
  repeatable: true,

  async read(iam: Iam, accountId) {
    const name = await iam.nameOf(accountId);
    return { password: await iam.hasPassword(name), credentials: await credentialsOf(iam, name) };
  },

  plan({ password, credentials }): Plan<Change> {
    const active = activeIn(credentials);
    if (!password && active.length === 0)
      return done('Neither a password nor an active credential.');
    const parts = [
      ...(active.length > 0 ? [`make ${namesOf(active)} inactive`] : []),
      ...(password ? ['remove the console password'] : []),
    ];
    return change(sentence(parts.join(', and ')), {
      ...moveTo('inactive', active),
      password: password ? 'remove' : 'leave',
    });
  },

  async apply(iam, accountId, it: Change) {
    const name = await iam.toChange(accountId);
    await move(iam, name, it);
    if (it.password === 'remove') await iam.removePassword(name);
  },

  restore(now, before): Plan<Change> {
    const back = planCredentialsBack(now.credentials, before.credentials);
    if (back.kind === 'change') {
      return { ...back, change: { ...back.change, password: 'leave' } };
    }
    if (back.kind === 'blocked' || now.password || !before.password) return back as Plan<never>;
    return byHand(
      {
        instructions:
          'The console password was removed, and nobody can bring it back. Give the user a new one: ' +
          'IAM → Users → the user → Security credentials → Console sign-in.',
        proof: ['who gave it to them, and how'],
        assignTo: { role: 'it-admin' },
        ...{ deadline: null, mustName: null },
      },
      null,
    );
  },
});

const sentence = (text: string) => `${text[0]!.toUpperCase()}${text.slice(1)}.`;

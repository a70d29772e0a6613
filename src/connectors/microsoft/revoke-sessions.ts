import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { Microsoft } from './api.ts';
import { isExternal } from './find-accounts.ts';
import { isLater } from './is-later.ts';
import { scopes } from './scopes.ts';

const state = z.strictObject({
  /** Refresh tokens and browser sessions from before this moment are worth nothing. */
  validFrom: z.string().nullable(),
  /** That moment moved since we looked for the first time. */
  ended: z.boolean(),
  external: z.boolean(),
});

/**
 * Sessions cannot be listed; Entra ID shows from when on they are valid, and each call moves that moment. Access
 * tokens, which nobody asks Entra ID about, end within about an hour, sooner in apps that check continuously.
 */
export const revokeSessions = transition({
  capability: 'sessions.revoke',
  summary: 'Ends every session in browsers and apps: all have to sign in again.',
  scopes: [scopes.readDirectory, scopes.endSessions],
  params: z.strictObject({}),
  state,
  // By Microsoft's word a few minutes.
  settlesWithinMs: 10 * 60_000,
  repeatable: true,

  async read(microsoft: Microsoft, accountId, known) {
    const user = await microsoft.user(accountId);
    const validFrom = user.signInSessionsValidFromDateTime ?? null;
    const before = known?.before ?? null;
    return {
      validFrom,
      ended: before !== null && isLater(validFrom, before.validFrom),
      external: isExternal(user),
    };
  },

  plan({ validFrom, ended, external }): Plan<'end'> {
    if (external) {
      return blocked(
        'The person signs in at another organisation, and Microsoft ends no sessions of external users. ' +
          'Block the account: what they still hold ends within the hour.',
      );
    }
    if (ended) return done(`Only sessions from after ${validFrom} are valid.`);
    return change('End all sessions.', 'end');
  },

  apply: (microsoft, accountId, _: 'end') => microsoft.endSessions(accountId),
});

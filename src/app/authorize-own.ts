import { passkeysOf } from '#store/passkeys.ts';
import type { App, Caller } from './app.ts';
import { authorize, demandFresh, demandStepUp } from './authorize.ts';
import { countsFor } from './passkeys.ts';
import { Problem } from './problem.ts';

/**
 * Throws unless the caller may change by what they themselves sign in: in a session, signed anew by whoever has a passkey,
 * and right after signing in by whoever has none.
 */
export async function demandOwn(app: Pick<App, 'pool'>, caller: Caller): Promise<void> {
  authorize(caller, 'passkey.own');
  if (caller.with?.kind === 'token') {
    throw new Problem(
      'not allowed',
      'A key of the API changes nothing about signing in. Sign in with a browser.',
    );
  }
  const own = (await passkeysOf(app.pool, caller.user.id)).filter(countsFor(caller));
  if (own.length > 0) demandStepUp(caller);
  else demandFresh(caller);
}

import { randomBytes } from 'node:crypto';
import type { Assertion } from '#core/passkey.ts';
import { passkeyPlace, verified } from '#engine/signed-decision.ts';
import { keepChallenge, notePasskeyUse, passkeyNamed, takeChallenge } from '#store/passkeys.ts';
import { inTransaction } from '#store/sql.ts';
import { loadUser } from '#store/users.ts';
import { demandAllowedWay } from './allowed-ways.ts';
import type { App } from './app.ts';
import { challengeIn, challengeLastsMs } from './passkeys.ts';
import { Problem } from './problem.ts';
import { beginSession } from './sessions.ts';
import { noteFailure } from './sign-in-limits.ts';

type Web = Pick<App, 'pool' | 'keys' | 'publicUrl'>;

/** What a passkey is asked to sign by whoever wants in. It says itself whose it is. */
export async function signInOptions(app: Web) {
  const challenge = randomBytes(32).toString('base64url');
  await keepChallenge(app.pool, {
    challenge,
    userId: null,
    purpose: 'sign-in',
    forMs: challengeLastsMs,
  });
  return {
    challenge,
    rpId: passkeyPlace(app.publicUrl).rpId,
    allowCredentials: [],
    userVerification: 'required' as const,
    timeout: challengeLastsMs,
  };
}

/** Begins a session with a passkey; answers its secret. `before` is that of the session before it. */
export async function signInWithPasskey(
  app: Web,
  by: Assertion,
  before: string | null,
): Promise<string> {
  const passkey = await passkeyNamed(app.pool, Buffer.from(by.id, 'base64url'));
  const user = passkey && (await loadUser(app.pool, passkey.userId));
  const challenge = challengeIn(by.response.clientDataJSON);
  const asked = { challenge: challenge ?? '', userId: null, purpose: 'sign-in' } as const;
  const wasAsked = challenge !== null && (await takeChallenge(app.pool, asked));
  const { publicUrl } = app;
  const counter =
    wasAsked && passkey ? await verified(by, { challenge, publicUrl, passkey }) : null;
  const { userHandle } = by.response;
  const saysUser = userHandle == null || passkey?.userId === textOf(userHandle);
  const letsIn = passkey && !passkey.byKey && saysUser;
  if (letsIn && user && user.disabledAt === null && counter !== null) {
    const { breakGlass } = await demandAllowedWay(app, user, 'passkey');
    const secret = await inTransaction(app.pool, async (tx) => {
      if (!(await notePasskeyUse(tx, { ...passkey, counter }))) return null;
      return beginSession(tx, app, {
        userId: user.id,
        method: 'passkey',
        auth: 'webauthn',
        steppedUp: true,
        before,
        breakGlass,
      });
    });
    if (secret !== null) return secret;
  }
  await noteFailure(app, user?.id ?? null, 'passkey');
  throw new Problem(
    'not signed in',
    'This passkey lets nobody in: it is not registered here, was removed, or signed something else. ' +
      'Try again, or ask whoever runs Gatehouse for a link.',
  );
}

const textOf = (base64url: string): string => Buffer.from(base64url, 'base64url').toString();

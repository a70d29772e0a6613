import { record } from '#ledger/record.ts';
import { linkHashOf, newLinkToken } from '#store/link-tokens.ts';
import { newId } from '#store/random.ts';
import { addSignInLink, type SignInMethod, takeSignInLink } from '#store/sign-in-links.ts';
import { inTransaction } from '#store/sql.ts';
import { loadUser } from '#store/users.ts';
import type { App } from './app.ts';
import { Problem } from './problem.ts';
import { beginSession } from './sessions.ts';
import { noteFailure } from './sign-in-limits.ts';
import { localActor, userWithEmail } from './users.ts';

type Local = Pick<App, 'pool' | 'keys'>;

/**
 * Makes a link that signs a user in, once, within an hour; done on the server. What it is stands behind the `#`,
 * which a browser sends to nobody.
 */
export async function makeSignInLink(
  app: Local,
  it: { email: string; method: SignInMethod; publicUrl: string },
): Promise<{ readonly url: string; readonly expiresAt: Date }> {
  const { token, hash } = newLinkToken();
  const expiresAt = await inTransaction(app.pool, async (tx) => {
    const user = await userWithEmail(tx, it.email);
    if (user.disabledAt !== null) {
      throw new Problem('not possible', `${user.name} is disabled and may do nothing here.`);
    }
    const id = newId();
    const expires = await addSignInLink(tx, {
      id,
      tokenHash: hash,
      userId: user.id,
      method: it.method,
    });
    await record(tx, app.keys, [
      {
        type: 'token.created',
        actor: localActor,
        data: { token: id, owner: user.id, scopes: ['sign-in'], expires: expires.toISOString() },
      },
    ]);
    return expires;
  });
  return { url: `${it.publicUrl}/sign-in/claim#${token}`, expiresAt };
}

/** Begins a session with such a link; answers its secret. `before` is that of the session before it. */
export async function claim(app: Local, link: string, before: string | null): Promise<string> {
  const hash = linkHashOf(link);
  const secret = await inTransaction(app.pool, async (tx) => {
    const found = hash && (await takeSignInLink(tx, hash));
    const user = found && (await loadUser(tx, found.userId));
    if (!found || !user || user.disabledAt !== null) return null;
    const { method } = found;
    return beginSession(tx, app, {
      userId: user.id,
      method,
      auth: 'link',
      steppedUp: false,
      before,
    });
  });
  if (secret !== null) return secret;
  await noteFailure(app, null, 'link');
  throw new Problem(
    'not signed in',
    'This link is not good: it was used, has run out, or was not copied whole. ' +
      'On the server, gatehouse user sign-in-link makes another.',
  );
}

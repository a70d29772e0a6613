import type { Settings } from '#core/settings.ts';
import { passkeysOf } from '#store/passkeys.ts';
import { wasTried } from '#store/single-sign-on.ts';
import type { Db } from '#store/sql.ts';
import { listUsers, type UserRow } from '#store/users.ts';
import type { App } from './app.ts';
import { digestOf, signInSettings } from './identity-provider.ts';
import { Problem } from './problem.ts';

type SignIn = Settings['signIn'];

/** Two accounts that are let in by passkey whatever becomes of single sign-on. */
export const isBreakGlass = ({ breakGlass }: SignIn, { email }: Pick<UserRow, 'email'>): boolean =>
  breakGlass.some((it) => it.toLowerCase() === email.toLowerCase());

/**
 * Throws when a user, who has shown who they are, may not sign in by this way: where single sign-on is enforced, all but
 * the break-glass accounts go there; and those are let in by passkey alone. Answers whether this is one of those.
 */
export async function demandAllowedWay(
  app: Pick<App, 'pool'>,
  user: UserRow,
  way: 'passkey' | 'password',
): Promise<{ breakGlass: boolean }> {
  const settings = await signInSettings(app);
  const breakGlass = isBreakGlass(settings, user);
  if (breakGlass && way === 'password') {
    throw new Problem(
      'not signed in',
      'This is a break-glass account. It is let in by its passkey alone.',
    );
  }
  if (settings.enforced && !breakGlass) {
    throw new Problem('not signed in', 'People of your company sign in by single sign-on.');
  }
  return { breakGlass };
}

/** What does not fit in settings for signing in, field by field. What is enforced has been tried, and can be got around. */
export async function problemsInSignIn(
  db: Db,
  app: Pick<App, 'secrets'>,
  settings: SignIn,
): Promise<{ at: string; problem: string }[]> {
  const users = await listUsers(db);
  const problems: { at: string; problem: string }[] = [];
  const named = users.filter((it) => it.disabledAt === null && isBreakGlass(settings, it));
  const unknown = settings.breakGlass.length > named.length;
  if (unknown)
    problems.push({ at: 'breakGlass', problem: 'Each is the address of a user who is let in.' });
  if (!settings.enforced) return problems;
  if (settings.issuer === null || !(await wasTried(db, await digestOf(app, settings)))) {
    const problem =
      'Nobody has signed in with these settings and this secret yet. Sign in by single sign-on once, then enforce it.';
    problems.push({ at: 'enforced', problem });
  }
  const ready = [];
  for (const it of named)
    if ((await passkeysOf(db, it.id)).some((one) => !one.byKey)) ready.push(it);
  if (ready.length < 2) {
    const problem =
      'Name two break-glass accounts first, each with a passkey: they are let in when the provider is not.';
    problems.push({ at: 'breakGlass', problem });
  }
  return problems;
}

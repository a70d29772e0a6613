import { record } from '#ledger/record.ts';
import { databaseNow } from '#store/clock.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { dropPassword, passwordOf, savePassword, useCode } from '#store/user-passwords.ts';
import { listUsers } from '#store/users.ts';
import { demandAllowedWay } from './allowed-ways.ts';
import type { App, Caller } from './app.ts';
import { authorize } from './authorize.ts';
import { demandOwn } from './authorize-own.ts';
import { codeUri, newCodeSecret, stepOfCode } from './codes.ts';
import { hashPassword, isPassword } from './password-hash.ts';
import { whyNotPassword } from './password-rules.ts';
import { notFound, Problem } from './problem.ts';
import { beginSession } from './sessions.ts';
import { noteFailure } from './sign-in-limits.ts';

/** Since when the caller has a password; null: they have none. */
export async function ownPassword(app: App, caller: Caller): Promise<Date | null> {
  authorize(caller, 'passkey.own');
  return (await passwordOf(app.pool, caller.user.id))?.setAt ?? null;
}

/** A new secret for the caller's authenticator app; it counts once a code of it comes with a password. */
export async function codeOptions(
  app: App,
  caller: Caller,
): Promise<{ secret: string; uri: string }> {
  await demandOwn(app, caller);
  const secret = newCodeSecret();
  await app.secrets.storeOwn(codesOf(caller.user.id), secret);
  return { secret, uri: codeUri(secret, caller.user) };
}

/** Sets the caller's password, with a code that shows that their app has the newest secret. */
export async function setPassword(
  app: App,
  caller: Caller,
  it: { password: string; code: string },
): Promise<Date> {
  await demandOwn(app, caller);
  const { user, actor } = caller;
  const why = await whyNotPassword(it.password, user);
  if (why !== null) {
    throw new Problem('not readable', why, [{ at: 'password', problem: why }]);
  }
  const secret = await app.secrets.own(codesOf(user.id));
  const step = secret && stepOfCode(it.code, secret.value, await databaseNow(app.pool));
  if (!secret || step === null) {
    const problem = 'This is not the code that your app shows now. Wait for the next one.';
    throw new Problem('not readable', problem, [{ at: 'code', problem }]);
  }
  const hash = await hashPassword(it.password);
  await inTransaction(app.pool, async (tx) => {
    await savePassword(tx, {
      userId: user.id,
      hash,
      totpVersion: secret.version,
      step: step as number,
    });
    await changed(tx, app, actor, user.id, 'set');
  });
  return (await passwordOf(app.pool, user.id))!.setAt;
}

/** From now on the caller signs in by other ways alone. */
export async function removePassword(app: App, caller: Caller): Promise<void> {
  await demandOwn(app, caller);
  const { user, actor } = caller;
  await inTransaction(app.pool, async (tx) => {
    if (!(await dropPassword(tx, user.id))) throw notFound('password of yours');
    await changed(tx, app, actor, user.id, 'removed');
  });
  await app.secrets.removeOwn(codesOf(user.id));
}

export interface PasswordSignIn {
  readonly email: string;
  readonly password: string;
  /** Of the authenticator app. */
  readonly code: string;
}

/**
 * Begins a session with a password and a code; answers its secret. Whoever is not let in hears the same, as late,
 * whether there is such an account, whether the password was wrong, or the code.
 */
export async function signInWithPassword(
  app: Pick<App, 'pool' | 'keys' | 'secrets'>,
  it: PasswordSignIn,
  before: string | null,
): Promise<string> {
  const wanted = it.email.trim().toLowerCase();
  const user = (await listUsers(app.pool)).find((one) => one.email.toLowerCase() === wanted);
  const kept = await passwordOf(app.pool, user?.id ?? '');
  const isGood = await isPassword(it.password, kept?.hash ?? null);
  if (isGood && user && user.disabledAt === null && kept) {
    const { totpVersion } = kept;
    const secret = await app.secrets.own(codesOf(user.id), totpVersion);
    const step = secret && stepOfCode(it.code, secret.value, await databaseNow(app.pool));
    if (step !== null) await demandAllowedWay(app, user, 'password');
    const session = await inTransaction(app.pool, async (tx) => {
      const userId = user.id;
      if (step === null || !(await useCode(tx, { userId, step, totpVersion }))) return null;
      const how = { method: 'password', auth: 'password+totp', steppedUp: false } as const;
      return beginSession(tx, app, { userId, ...how, before });
    });
    if (session !== null) return session;
  }
  await noteFailure(app, user?.id ?? null, 'password');
  throw new Problem(
    'not signed in',
    'Address, password and code do not fit together. A code is good once and for about a minute.',
  );
}

const codesOf = (userId: string): string => `totp.${userId.toLowerCase()}`;

const changed = (
  tx: Db,
  app: Pick<App, 'keys'>,
  actor: Caller['actor'],
  user: string,
  change: 'set' | 'removed',
) => record(tx, app.keys, [{ type: 'password.changed', actor, data: { user, change } }]);

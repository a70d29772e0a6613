import type { FactData } from '#core/event.ts';
import { isRight, type Right, rights } from '#core/user.ts';
import { sessionsEnded } from '#engine/own-users.ts';
import { record } from '#ledger/record.ts';
import { raiseAlert } from '#store/alerts.ts';
import { addBreakGlassUse } from '#store/break-glass.ts';
import { linkHashOf, newLinkToken } from '#store/link-tokens.ts';
import { newId } from '#store/random.ts';
import {
  addSession,
  endSessions,
  noteSessionUse,
  type SessionAuth,
  type SessionRow,
  sessionsOf,
  sessionWith,
} from '#store/sessions.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { loadUser } from '#store/users.ts';
import type { App, Caller } from './app.ts';
import { authorize, may } from './authorize.ts';
import { notFound, Problem } from './problem.ts';

export type { SessionRow };

type Local = Pick<App, 'pool' | 'keys'>;

/** How somebody signed in, as people call it; stands in the record. */
export type SignInMethod = 'claim' | 'link' | 'passkey' | 'password' | 'oidc';

export interface SignIn {
  readonly userId: string;
  readonly method: SignInMethod;
  readonly auth: SessionAuth;
  /** Whether a passkey of theirs has just signed. */
  readonly steppedUp: boolean;
  /** The secret of the session that this browser had before, which ends with it. */
  readonly before: string | null;
  /** Whether this is an account for the day on which nothing else works: everybody who is told of trouble hears of it. */
  readonly breakGlass?: boolean;
}

/**
 * Begins a session: states who signed in and how, and answers its secret, which only the browser knows. It is
 * always a new one, so that a secret planted in a browser is never let in.
 */
export async function beginSession(tx: Db, app: Pick<App, 'keys'>, it: SignIn): Promise<string> {
  const actor = { kind: 'person', id: it.userId, auth: it.auth } as const;
  const before = it.before === null ? null : await sessionOf(tx, it.before);
  if (before) await record(tx, app.keys, sessionsEnded(actor, await endSessions(tx, before)));
  const { token, hash } = newLinkToken();
  const id = newId();
  await addSession(tx, { ...it, id, tokenHash: hash });
  const data = { method: it.method } satisfies FactData<'login.succeeded'>;
  await record(tx, app.keys, [{ type: 'login.succeeded', actor, data }]);
  if (it.breakGlass) await tellOfBreakGlass(tx, app, it, id);
  return token;
}

async function tellOfBreakGlass(
  tx: Db,
  app: Pick<App, 'keys'>,
  it: SignIn,
  sessionId: string,
): Promise<void> {
  const actor = { kind: 'person', id: it.userId, auth: it.auth } as const;
  const data = { method: it.method } satisfies FactData<'login.break-glass'>;
  await record(tx, app.keys, [{ type: 'login.break-glass', actor, data }]);
  await addBreakGlassUse(tx, { sessionId, userId: it.userId });
  const user = await loadUser(tx, it.userId);
  await raiseAlert(tx, {
    condition: `break-glass:${sessionId}`,
    kind: 'sign-in.break-glass',
    title: 'A break-glass account was used to sign in',
    body: `${user?.name} (${user?.email}) signed in. If nobody among you did that, disable the user at once: gatehouse user disable ${user?.email}`,
    caseId: null,
    stepId: null,
    connectionId: null,
    confidential: false,
  });
}

/** Who a session speaks for; null: it is not good, or has run out. `counts`: whether its idle time begins anew. */
export async function callerInSession(
  app: Local,
  secret: string,
  counts: boolean,
): Promise<Caller | null> {
  const session = await sessionOf(app.pool, secret);
  const user = session && (await loadUser(app.pool, session.userId));
  if (!session || !user || user.disabledAt !== null) return null;
  if (counts) await noteSessionUse(app.pool, session.id);
  const { id, auth, isFresh, expiresAt, steppedUpUntil } = session;
  return {
    user,
    actor: { kind: 'person', id: user.id, auth },
    with: { kind: 'session', id, isFresh, expiresAt, steppedUpUntil },
  };
}

async function sessionOf(db: Db, secret: string): Promise<SessionRow | null> {
  const hash = linkHashOf(secret);
  return hash && sessionWith(db, hash);
}

/** Every right that somebody holds. */
export const rightsOf = (caller: Caller): readonly Right[] =>
  Object.keys(rights).filter((it): it is Right => isRight(it) && may(caller, it));

/** One's own, the newest first. */
export const listSessions = (app: App, caller: Caller): Promise<readonly SessionRow[]> =>
  sessionsOf(app.pool, caller.user.id);

/** Ends the session that the caller came with. */
export async function signOut(app: App, caller: Caller): Promise<void> {
  if (caller.with?.kind !== 'session') {
    throw new Problem(
      'not possible',
      'You came with a key of the API, which is no session. A key is revoked: DELETE /api/v1/tokens/{id}.',
    );
  }
  await end(app, caller, { id: caller.with.id });
}

/** Ends a session of one's own, or anybody's for those who may. */
export async function endSession(app: App, caller: Caller, id: string): Promise<void> {
  const own = (await listSessions(app, caller)).some((it) => it.id === id);
  if (!own && !may(caller, 'session.end')) throw notFound(`session ${id} of yours`);
  if ((await end(app, caller, { id })) === 0) throw notFound(`session ${id} that is still good`);
}

/** Signs a user out everywhere. Answers how many sessions that were. */
export async function signOutUser(app: App, caller: Caller, userId: string): Promise<number> {
  if (userId !== caller.user.id) authorize(caller, 'session.end');
  if (!(await loadUser(app.pool, userId))) throw notFound(`user ${userId}`);
  return end(app, caller, { userId });
}

/** Signs everybody out, the caller too. Answers how many sessions that were. */
export async function signOutEverybody(app: App, caller: Caller): Promise<number> {
  authorize(caller, 'session.end');
  return end(app, caller, {});
}

const end = (
  app: App,
  caller: Caller,
  which: { readonly id?: string; readonly userId?: string },
): Promise<number> =>
  inTransaction(app.pool, async (tx) => {
    const ended = await endSessions(tx, which);
    await record(tx, app.keys, sessionsEnded(caller.actor, ended));
    return ended.length;
  });

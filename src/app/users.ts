import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Period } from '#core/period.ts';
import { isRole, roles } from '#core/user.ts';
import type { Window } from '#core/window.ts';
import { disable } from '#engine/own-users.ts';
import { record } from '#ledger/record.ts';
import { newId } from '#store/random.ts';
import { endSessions } from '#store/sessions.ts';
import { dropSignInLinks } from '#store/sign-in-links.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import {
  addToken,
  listTokens as listStored,
  revokeToken as revoke,
  type TokenRow,
  useToken,
} from '#store/tokens.ts';
import {
  addUser,
  changeUser,
  listUsers as listStoredUsers,
  loadUser,
  setWindow,
  type UserRow,
} from '#store/users.ts';
import type { App, Caller } from './app.ts';
import { authorize, may } from './authorize.ts';
import { changedMeanwhile, notFound, Problem } from './problem.ts';

export type { TokenRow, UserRow };

/** Local acts need no more of the program than its database and the record. */
type Local = Pick<App, 'pool' | 'keys'>;

/** Who states a fact when somebody with access to the server acts there. */
export const localActor = { kind: 'system', id: 'local-operator', auth: 'none' } as const;

export async function listUsers(app: App, caller: Caller): Promise<readonly UserRow[]> {
  authorize(caller, 'user.read');
  return listStoredUsers(app.pool);
}

/** Who stands behind the ids of users; ids of sources and processes have no name. */
export async function userNames(
  app: Local,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const wanted = new Set(ids);
  const found = (await listStoredUsers(app.pool)).filter((it) => wanted.has(it.id));
  return new Map(found.map((it) => [it.id, it.name]));
}

/** Of a name or an address, in characters. */
const longestName = 254;

/** Adds a user; done on the server, by whoever may read its data directory. */
export async function createUser(
  app: Local,
  it: { name: string; email: string; roles: readonly string[]; window?: Window | null },
): Promise<UserRow> {
  const wrong = it.roles.find((role) => !isRole(role));
  if (wrong !== undefined) {
    throw new Problem('not readable', `There is no role ${wrong}. There are: ${roles.join(', ')}.`);
  }
  const name = it.name.trim();
  if (name === '' || name.length > longestName) {
    throw new Problem(
      'not readable',
      `A name has 1 to ${longestName} characters, not ${name.length}.`,
    );
  }
  if (it.email.length > longestName || !/^[^@\s]+@[^@\s]+$/.test(it.email)) {
    throw new Problem(
      'not readable',
      `${it.email.slice(0, longestName)} is not an e-mail address.`,
    );
  }
  if (it.roles.includes('auditor') && it.roles.length > 1) {
    throw new Problem('not possible', 'An auditor holds no other role.');
  }
  const { window = null } = it;
  if (window !== null) demandWindow(window, it.roles);
  const id = newId();
  return inTransaction(app.pool, async (tx) => {
    await record(tx, app.keys, [
      {
        type: 'user.changed',
        actor: localActor,
        row: { table: 'users', id, version: 1 },
        data: { user: id, change: 'created', after: [...it.roles] },
      },
    ]);
    if (!(await addUser(tx, { id, ...it, name }))) {
      throw new Problem('not possible', `Somebody has the address ${it.email} already.`);
    }
    if (window !== null) await changeWindow(tx, app, (await loadUser(tx, id))!, window);
    return (await loadUser(tx, id))!;
  });
}

/** Lets an auditor see one period and nothing else; null: the whole record. What they had opened counts no more. */
export async function setAuditorWindow(
  app: Local,
  it: { email: string; window: Window | null },
): Promise<UserRow> {
  return inTransaction(app.pool, async (tx) => {
    const found = await userWithEmail(tx, it.email);
    if (it.window !== null) demandWindow(it.window, found.roles);
    await changeWindow(tx, app, found, it.window);
    return (await loadUser(tx, found.id))!;
  });
}

async function changeWindow(
  tx: Db,
  app: Local,
  { id, version, window: before }: UserRow,
  window: Window | null,
): Promise<void> {
  const changed = await setWindow(tx, { id, version, window });
  if (changed === null) throw changedMeanwhile('The user');
  await record(tx, app.keys, [
    {
      type: 'user.changed',
      actor: localActor,
      row: { table: 'users', id, version: changed },
      data: { user: id, change: 'changed', before: inWords(before), after: inWords(window) },
    },
  ]);
}

const inWords = (window: Window | null): string[] => [
  window === null ? 'window:none' : `window:${window.from}/${window.to}`,
];

function demandWindow(window: Window, roles: readonly string[]): void {
  if (!Period.safeParse(window).success) {
    throw new Problem(
      'not readable',
      'A window is two days such as 2026-01-01 and 2026-03-31, the first not after the last.',
    );
  }
  if (roles.length === 1 && roles[0] === 'auditor') return;
  throw new Problem('not possible', 'Only an auditor has a window; all others see what is now.');
}

/** The user with an address, however it is written. */
export async function userWithEmail(db: Db, email: string): Promise<UserRow> {
  const found = (await listStoredUsers(db)).find(
    (it) => it.email.toLowerCase() === email.trim().toLowerCase(),
  );
  if (!found) {
    throw new Problem(
      'not found',
      `There is no user ${email}. gatehouse user list shows who there is.`,
    );
  }
  return found;
}

/** Disables a user; all of their sessions, links and tokens end in the same transaction. */
export async function disableUser(app: Local, email: string): Promise<void> {
  await inTransaction(app.pool, async (tx) => {
    const found = await userWithEmail(tx, email);
    if (!(await disable(tx, app.keys, found, localActor))) {
      throw changedMeanwhile(`The user ${email}`);
    }
  });
}

/** Lets a user in again who was disabled. Keys, links and passwords are made anew. */
export async function enableUser(app: Local, email: string): Promise<void> {
  await inTransaction(app.pool, async (tx) => {
    const found = await userWithEmail(tx, email);
    const { id } = found;
    if (found.disabledAt === null) throw new Problem('not possible', `${email} is not disabled.`);
    // One that began in the very moment of disabling counts for nothing, and must not come back.
    await dropSignInLinks(tx, id);
    await endSessions(tx, { userId: id });
    const version = await changeUser(tx, { ...found, disabled: false });
    if (version === null) throw changedMeanwhile(`The user ${email}`);
    await record(tx, app.keys, [
      {
        type: 'user.changed',
        actor: localActor,
        row: { table: 'users', id, version },
        data: { user: id, change: 'enabled' },
      },
    ]);
  });
}

const crockford = '0123456789abcdefghjkmnpqrstvwxyz';
const prefix = 'gate_';
const dayMs = 24 * 60 * 60_000;
export const longestTokenDays = 365;

/**
 * Makes an API token: `gate_`, 8 characters of id, `_`, 43 characters of secret. Only its
 * SHA-256 is kept, so it is shown once.
 */
export async function createToken(
  app: Local,
  it: { userId: string; name: string; days: number; now: Date },
): Promise<{ token: string; expiresAt: Date }> {
  if (!Number.isInteger(it.days) || it.days < 1 || it.days > longestTokenDays) {
    throw new Problem('not readable', `A token lives 1 to ${longestTokenDays} days.`);
  }
  const id = [...randomBytes(8)].map((byte) => crockford[byte % 32]).join('');
  const secret = randomBytes(32).toString('base64url');
  const expiresAt = new Date(it.now.getTime() + it.days * dayMs);
  await inTransaction(app.pool, async (tx) => {
    await addToken(tx, {
      id,
      secretHash: hashOf(secret),
      userId: it.userId,
      name: it.name,
      expiresAt,
    });
    await record(tx, app.keys, [
      {
        type: 'token.created',
        actor: localActor,
        data: { token: id, owner: it.userId, scopes: [], expires: expiresAt.toISOString() },
      },
    ]);
  });
  return { token: `${prefix}${id}_${secret}`, expiresAt };
}

const hashOf = (secret: string) => createHash('sha256').update(secret).digest();

/** Who a token speaks for; null when it is wrong, expired, revoked, or its user is disabled. */
export async function authenticate(app: Local, token: string): Promise<Caller | null> {
  // By position: base64url may hold an underscore itself.
  const id = token.slice(prefix.length, prefix.length + 8);
  const secret = token.slice(prefix.length + 9);
  if (!token.startsWith(prefix) || token[prefix.length + 8] !== '_' || secret.length !== 43) {
    return null;
  }
  const found = await useToken(app.pool, id);
  if (!found || !timingSafeEqual(hashOf(secret), found.secretHash)) return null;
  const user = await loadUser(app.pool, found.userId);
  if (!user || user.disabledAt !== null) return null;
  return {
    user,
    actor: { kind: 'person', id: user.id, auth: 'token' },
    with: { kind: 'token', id, expiresAt: found.expiresAt },
  };
}

/** One's own tokens; everybody's for those who may read users. */
export async function listTokens(app: App, caller: Caller): Promise<readonly TokenRow[]> {
  return listStored(app.pool, may(caller, 'user.read') ? null : caller.user.id);
}

/** Revokes a token; one's own, or anybody's for those who may read users. */
export async function revokeToken(app: App, caller: Caller, id: string): Promise<void> {
  const own = (await listTokens(app, caller)).some((it) => it.id === id);
  if (!own) throw notFound(`token ${id}`);
  await revokeStored(app, id, caller.actor);
}

export async function revokeStored(app: Local, id: string, actor: Caller['actor']): Promise<void> {
  await inTransaction(app.pool, async (tx) => {
    if (!(await revoke(tx, id))) throw notFound(`token ${id} that is still good`);
    await record(tx, app.keys, [{ type: 'token.revoked', actor, data: { token: id } }]);
  });
}

import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '#core/user.ts';
import { record } from '#ledger/record.ts';
import { linkHashOf } from '#store/link-tokens.ts';
import { newId } from '#store/random.ts';
import {
  addIdentity,
  bindSession,
  type Identity,
  identityOf,
  keepUnderWay,
  noteTried,
  takeUnderWay,
  type UnderWay,
} from '#store/single-sign-on.ts';
import { type Db, inTransaction } from '#store/sql.ts';
import { addUser, changeUser, loadUser, type UserRow } from '#store/users.ts';
import type { App, Caller } from './app.ts';
import { demandOwn } from './authorize-own.ts';
import { callbackPath, openProvider, type Provider } from './identity-provider.ts';
import { Problem } from './problem.ts';
import { beginSession } from './sessions.ts';
import { noteFailure } from './sign-in-limits.ts';

/** Who states what follows from a sign-in by itself. */
const actor = { kind: 'system', id: 'sign-in', auth: 'none' } as const;

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
const random = (): string => randomBytes(32).toString('base64url');

/**
 * Begins a sign-in at the identity provider: where the browser goes, and what it holds until it is back. `by`: somebody
 * who is signed in, and links their account there.
 */
export async function startSingleSignOn(
  app: App,
  it: { goesTo: string; by: Caller | null },
): Promise<{ url: string; browser: string }> {
  if (it.by) await demandOwn(app, it.by);
  const { config, settings } = await openProvider(app);
  const oidc = await import('openid-client');
  const [state, nonce, verifier, browser] = [random(), random(), random(), random()];
  await keepUnderWay(app.pool, {
    ...{ state: hash(state), browser: hash(browser), nonce, verifier, goesTo: it.goesTo },
    linkTo: it.by?.user.id ?? null,
  });
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${app.publicUrl}${callbackPath}`,
    scope: settings.scopes.join(' '),
    ...{ response_type: 'code', state, nonce },
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(settings.maxAgeMinutes === null ? {} : { max_age: String(settings.maxAgeMinutes * 60) }),
    ...(settings.administratorAcr.length === 0
      ? {}
      : { acr_values: settings.administratorAcr.join(' ') }),
  });
  return { url: url.href, browser };
}

/** Ends it: what the provider says decides who has a session. `search` is that of the address the browser came back to. */
export async function finishSingleSignOn(
  app: App,
  it: { search: string; browser: string; before: string | null },
): Promise<{ secret: string; goesTo: string }> {
  const state = new URLSearchParams(it.search).get('state') ?? '';
  const begun = await takeUnderWay(app.pool, { state: hash(state), browser: hash(it.browser) });
  if (!begun)
    throw refused(
      'not-begun-here',
      'This sign-in was not begun in this browser, or took too long. Begin anew.',
    );
  try {
    const provider = await openProvider(app);
    const claims = await claimsIn(app, provider, { search: it.search, state, begun });
    const secret = await inTransaction(app.pool, async (tx) => {
      const user = await userFor(tx, app, provider, claims, begun);
      demandStrength(provider.settings, user, claims);
      const how = { method: 'oidc', auth: 'oidc', steppedUp: false } as const;
      const made = await beginSession(tx, app, { userId: user.id, ...how, before: it.before });
      const { issuer, subject } = claims;
      const tokenHash = linkHashOf(made)!;
      await bindSession(tx, { issuer, subject, tokenHash, providerSession: claims.session });
      await noteTried(tx, provider.digest);
      return made;
    });
    return { secret, goesTo: begun.goesTo };
  } catch (error) {
    await noteFailure(app, begun.linkTo, 'oidc');
    throw error;
  }
}

/** What counts of a token that was checked. */
interface Claims extends Identity {
  readonly session: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly groups: readonly string[];
  readonly acr: string | null;
  readonly amr: readonly string[];
}

async function claimsIn(
  app: App,
  { config, settings }: Provider,
  it: { search: string; state: string; begun: UnderWay },
): Promise<Claims> {
  const oidc = await import('openid-client');
  const { maxAgeMinutes, groupsClaim } = settings;
  try {
    const here = new URL(`${app.publicUrl}${callbackPath}${it.search}`);
    const tokens = await oidc.authorizationCodeGrant(config, here, {
      pkceCodeVerifier: it.begun.verifier,
      expectedNonce: it.begun.nonce,
      expectedState: it.state,
      idTokenExpected: true,
      ...(maxAgeMinutes === null ? {} : { maxAge: maxAgeMinutes * 60 }),
    });
    const token = tokens.claims()!;
    const isWhole = token[groupsClaim] !== undefined && token['email'] !== undefined;
    const more =
      isWhole || config.serverMetadata().userinfo_endpoint === undefined
        ? {}
        : await oidc.fetchUserInfo(config, tokens.access_token, token.sub);
    // What was signed goes first.
    const all: Readonly<Record<string, unknown>> = { ...more, ...token };
    return {
      issuer: token.iss,
      subject: token.sub,
      session: textIn(token['sid']),
      name: textIn(all['name']),
      email: all['email_verified'] === false ? null : textIn(all['email']),
      groups: textsIn(all[groupsClaim]),
      acr: textIn(token['acr']),
      amr: textsIn(token['amr']),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw refused(
      'provider',
      `The identity provider did not let you in, or its answer is not good: ${why}.`,
    );
  }
}

const textIn = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;
const textsIn = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((it) => typeof it === 'string');

/** By issuer and subject alone. Somebody unknown is let in by a group, or not at all; an address says nothing. */
async function userFor(
  tx: Db,
  app: App,
  { settings }: Provider,
  claims: Claims,
  { linkTo }: UnderWay,
): Promise<UserRow> {
  const known = await identityOf(tx, claims);
  if (linkTo !== null) {
    if (known && known.userId !== linkTo)
      throw refused('linked-elsewhere', 'That account is linked to another user.');
    if (!known) await addIdentity(tx, { ...claims, userId: linkTo, managed: false });
    return letIn(await loadUser(tx, linkTo));
  }
  const roles = rolesOf(settings.groups, claims.groups);
  if (!known) return newUser(tx, app, claims, roles);
  const user = letIn(await loadUser(tx, known.userId));
  if (!known.managed) return user;
  if (roles.length === 0) throw unknown();
  return withRoles(tx, app, user, roles);
}

function letIn(user: UserRow | null): UserRow {
  if (!user || user.disabledAt !== null) throw unknown();
  return user;
}

function rolesOf(
  mapped: Provider['settings']['groups'],
  groups: readonly string[],
): readonly Role[] {
  const found = mapped.filter((it) => groups.includes(it.group)).flatMap((it) => it.roles);
  const roles = [...new Set(found)].toSorted();
  if (roles.includes('auditor') && roles.length > 1) {
    throw refused(
      'roles-conflict',
      'Your groups give you the role auditor and others, which nobody may hold together.',
    );
  }
  return roles;
}

async function newUser(tx: Db, app: App, claims: Claims, roles: readonly Role[]): Promise<UserRow> {
  const { email } = claims;
  if (roles.length === 0 || email === null) throw unknown();
  const id = newId();
  const added = await addUser(tx, { id, name: claims.name ?? email, email, roles });
  if (!added) {
    throw refused(
      'address-taken',
      'A user here has your address, and is not linked to your account at the identity provider. ' +
        'Sign in here by another way, then link it.',
    );
  }
  await addIdentity(tx, { ...claims, userId: id, managed: true });
  await record(tx, app.keys, [
    {
      type: 'user.changed',
      actor,
      row: { table: 'users', id, version: 1 },
      data: { user: id, change: 'created', after: [...roles] },
    },
  ]);
  return (await loadUser(tx, id))!;
}

async function withRoles(
  tx: Db,
  app: App,
  user: UserRow,
  roles: readonly Role[],
): Promise<UserRow> {
  const before = user.roles.toSorted();
  if (before.join() === roles.join()) return user;
  const version = await changeUser(tx, { ...user, roles, disabled: false });
  if (version === null)
    throw refused('changed-meanwhile', 'You were changed at this moment. Sign in again.');
  await record(tx, app.keys, [
    {
      type: 'role.changed',
      actor,
      row: { table: 'users', id: user.id, version },
      data: { user: user.id, before, after: [...roles] },
    },
  ]);
  return (await loadUser(tx, user.id))!;
}

/** Administrators have shown more than a password, by what the provider says in the token it signed. */
function demandStrength(
  { administratorAcr, administratorAmr }: Provider['settings'],
  { roles }: UserRow,
  { acr, amr }: Claims,
): void {
  if (!roles.includes('it-admin') && !roles.includes('security')) return;
  if (administratorAcr.length === 0 && administratorAmr.length === 0) return;
  if (acr !== null && administratorAcr.includes(acr)) return;
  if (amr.some((it) => administratorAmr.includes(it))) return;
  throw refused(
    'too-weak',
    'Your roles take a stronger sign-in than the identity provider says this was. Use a second factor there.',
  );
}

/** Why a sign-in came to nothing, for the page that the browser goes back to, which has words for each. */
export const refusals = [
  'not-begun-here',
  'provider',
  'linked-elsewhere',
  'roles-conflict',
  'address-taken',
  'changed-meanwhile',
  'too-weak',
  'unknown-user',
  'too-often',
  'not-possible',
] as const;
type Refused = (typeof refusals)[number];

/** The reason in a problem of this file. */
export const refusalIn = ({ details: [first] }: Problem): Refused =>
  refusals.find((it) => it === first?.at) ?? 'not-possible';

const refused = (reason: Refused, why: string): Problem =>
  new Problem('not signed in', why, [{ at: reason, problem: why }]);
const unknown = (): Problem =>
  refused(
    'unknown-user',
    'The identity provider knows you, and no user here is you. Ask an administrator.',
  );

import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import { type OAuth, openOAuth } from '#connector-kit/oauth.ts';
import { scopes } from './scopes.ts';
import type { Key, Settings } from './settings.ts';

/** The part of an Okta user that we read. */
export const User = z.object({
  id: z.string(),
  status: z.string(),
  transitioningToStatus: z.string().nullish(),
  lastLogin: z.coerce.date().nullish(),
  passwordChanged: z.string().nullish(),
  profile: z.looseObject({ login: z.string() }),
});
export type User = z.infer<typeof User>;

const Factor = z.object({ id: z.string(), factorType: z.string(), status: z.string().optional() });
const Enrollment = z.object({ id: z.string(), key: z.string() });
const Group = z.object({
  id: z.string(),
  type: z.string(),
  profile: z.object({ name: z.string() }),
});
const Role = z.object({
  id: z.string(),
  type: z.string(),
  label: z.string().optional(),
  assignmentType: z.string().optional(),
  role: z.string().optional(),
  'resource-set': z.string().optional(),
});
const Grant = z.object({ id: z.string(), clientId: z.string().optional(), scopeId: z.string() });
const AppClient = z.object({ client_id: z.string(), client_name: z.string().nullish() });
const ApiToken = z.object({ id: z.string(), name: z.string(), userId: z.string().optional() });
const AppLink = z.object({ appInstanceId: z.string(), label: z.string() });
const App = z.object({ id: z.string(), features: z.array(z.string()).nullish() });
const LogEvent = z.object({
  eventType: z.string(),
  outcome: z.object({ result: z.string() }).nullish(),
  target: z.array(z.object({ id: z.string().nullish() })).nullish(),
});
const Assignees = z.object({
  value: z.array(z.object({ id: z.string() })),
  _links: z.object({ next: z.object({ href: z.string() }).optional() }).optional(),
});

/** The role that somebody is to have again. */
export type RoleWanted =
  | { readonly type: string }
  | { readonly type: 'CUSTOM'; readonly role: string; readonly 'resource-set': string };

/** Okta's API in our words, one function per call. https://developer.okta.com/docs/api */
export function openOkta(settings: Settings, io: Io) {
  const oauth = oauthOf(settings, io);
  const http = openHttp(io, {
    baseUrl: new URL(settings.orgUrl).origin,
    headers: settings.token === undefined ? {} : { authorization: `SSWS ${settings.token}` },
    ...(oauth ? { authorization: oauth } : {}),
    retryAfterMs: untilRateLimitResets,
  });
  const user = (id: string) => `/api/v1/users/${encodeURIComponent(id)}`;
  const group = (id: string) => `/api/v1/groups/${encodeURIComponent(id)}`;

  async function all<T>(path: string, shape: z.ZodType<T>): Promise<T[]> {
    const found: T[] = [];
    for await (const page of http.pages(path, z.array(shape))) found.push(...page);
    return found;
  }
  async function* each<T>(path: string, shape: z.ZodType<T>): AsyncIterable<T> {
    for await (const page of http.pages(path, z.array(shape))) yield* page;
  }

  return {
    settings,
    /** Null: an API token, which does not tell what it may do. */
    granted: async () => (oauth ? await oauth.granted() : null),
    /** Whose API token this is. Apps are nobody. */
    me: () => http.get('/api/v1/users/me', User),
    oneUser: () => http.get('/api/v1/users?limit=1', z.array(User)),

    user: (id: string) => http.get(user(id), User),
    /** Deactivated ones as well. The index behind it lags a little behind; read what is found by its id. */
    usersWith: (found: readonly { key: Key; value: string }[]) => {
      const search = found
        .map(({ key, value }) => `profile.${key} eq ${JSON.stringify(value)}`)
        .join(' or ');
      return all(`/api/v1/users?${new URLSearchParams({ search })}`, User);
    },
    /** Deactivated ones as well, which a list without a search leaves out. */
    allUsers: () =>
      each(`/api/v1/users?${new URLSearchParams({ search: 'id pr', limit: '200' })}`, User),

    suspend: (id: string) => http.call('POST', `${user(id)}/lifecycle/suspend`),
    unsuspend: (id: string) => http.call('POST', `${user(id)}/lifecycle/unsuspend`),
    unlock: (id: string) => http.call('POST', `${user(id)}/lifecycle/unlock`),
    /** Goes on in the background. Nobody is written to. */
    deactivate: (id: string) =>
      http.call('POST', `${user(id)}/lifecycle/deactivate?sendEmail=false`),
    /** Of a deactivated user; one that is not is deactivated by it. Nobody is written to. */
    delete: (id: string) => http.call('DELETE', `${user(id)}?sendEmail=false`),
    endSessions: (id: string) =>
      http.call('DELETE', `${user(id)}/sessions?oauthTokens=true&forgetDevices=true`),
    setPassword: (id: string, value: string) =>
      http.call('POST', user(id), { credentials: { password: { value } } }),

    factors: (id: string) => all(`${user(id)}/factors`, Factor),
    enrollments: (id: string) => all(`${user(id)}/authenticator-enrollments`, Enrollment),
    removeFactor: (id: string, factorId: string) =>
      http.call(
        'DELETE',
        `${user(id)}/factors/${encodeURIComponent(factorId)}?removeRecoveryEnrollment=true`,
      ),
    resetFactors: (id: string) => http.call('POST', `${user(id)}/lifecycle/reset_factors`),

    groupsOf: (id: string) => all(`${user(id)}/groups`, Group),
    groupsNamed: (name: string) => {
      const search = `profile.name eq ${JSON.stringify(name)}`;
      return all(`/api/v1/groups?${new URLSearchParams({ search })}`, Group);
    },
    join: (groupId: string, id: string) =>
      http.call('PUT', `${group(groupId)}/users/${encodeURIComponent(id)}`),
    leave: (groupId: string, id: string) =>
      http.call('DELETE', `${group(groupId)}/users/${encodeURIComponent(id)}`),

    rolesOf: (id: string) => all(`${user(id)}/roles`, Role),
    giveRole: (id: string, role: RoleWanted) => http.call('POST', `${user(id)}/roles`, role),
    takeRole: (id: string, roleId: string) =>
      http.call('DELETE', `${user(id)}/roles/${encodeURIComponent(roleId)}`),
    /** Ids of everybody with an administrator's role, of their own or through a group. */
    async administrators(): Promise<ReadonlySet<string>> {
      const found = new Set<string>();
      for (let next: string | undefined = '/api/v1/iam/assignees/users?limit=100'; next; ) {
        const page: z.infer<typeof Assignees> = await http.get(next, Assignees);
        for (const { id } of page.value) found.add(id);
        next = page._links?.next?.href;
      }
      return found;
    },

    /** What the person finds on their start page. */
    appsOf: (id: string) => all(`${user(id)}/appLinks`, AppLink),
    activeApps: () => {
      const filter = 'status eq "ACTIVE"';
      return all(`/api/v1/apps?${new URLSearchParams({ filter, limit: '200' })}`, App);
    },
    /** What Okta's log, which goes back 90 days, says about a user. */
    events: (id: string, types: readonly string[]) => {
      const until = io.now();
      const since = new Date(until.getTime() - logKeptMs).toISOString();
      const ofTypes = types.map((it) => `eventType eq "${it}"`).join(' or ');
      const filter = `target.id eq ${JSON.stringify(id)} and (${ofTypes})`;
      // Without an end it is a log that is followed: there is always a next page.
      const asked = { filter, since, until: until.toISOString(), limit: '1000' };
      return all(`/api/v1/logs?${new URLSearchParams(asked)}`, LogEvent);
    },

    grants: (id: string) => all(`${user(id)}/grants`, Grant),
    endGrants: (id: string) => http.call('DELETE', `${user(id)}/grants`),
    /** Apps that hold refresh tokens of the person. */
    clientsOf: (id: string) => all(`${user(id)}/clients`, AppClient),
    endTokens: (id: string, clientId: string) =>
      http.call('DELETE', `${user(id)}/clients/${encodeURIComponent(clientId)}/tokens`),
    apiTokensOf: async (id: string) =>
      (await all('/api/v1/api-tokens', ApiToken)).filter(({ userId }) => userId === id),
    endApiToken: (id: string) =>
      http.call('DELETE', `/api/v1/api-tokens/${encodeURIComponent(id)}`),
  };
}
export type Okta = ReturnType<typeof openOkta>;

/** The access token of an app, at the authorization server of the organisation itself. */
function oauthOf({ orgUrl, clientId, privateKey, keyId }: Settings, io: Io): OAuth | null {
  if (clientId === undefined || privateKey === undefined) return null;
  const key = { privateKey, ...(keyId === undefined ? {} : { keyId }) };
  return openOAuth(io, {
    tokenUrl: `${new URL(orgUrl).origin}/oauth2/v1/token`,
    client: { id: clientId, proof: { kind: 'key', key } },
    grant: { kind: 'client credentials' },
    scopes: Object.values(scopes),
  });
}

const logKeptMs = 90 * 24 * 60 * 60_000;

/** Okta names the moment, in epoch seconds, at which calls are allowed again. */
const untilRateLimitResets = (response: Response, now: Date): number => {
  const resetAtMs = Number(response.headers.get('x-rate-limit-reset')) * 1_000;
  return Math.max(1_000, resetAtMs - now.getTime());
};

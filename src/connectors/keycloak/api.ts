import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import { openOAuth } from '#connector-kit/oauth.ts';
import { ConnectorError } from '#core/failure.ts';
import { grantedIn } from './granted.ts';
import type { Settings } from './settings.ts';

/** The part of a user that we read. */
export const User = z.object({
  id: z.string(),
  username: z.string(),
  email: z.string().nullish(),
  enabled: z.boolean(),
  attributes: z.record(z.string(), z.array(z.string())).nullish(),
  /** The directory that the user was taken from, and has a copy of here. */
  federationLink: z.string().nullish(),
  /** The directory that the user lives in, without a copy here. */
  origin: z.string().nullish(),
});
export type User = z.infer<typeof User>;

const Id = z.object({ id: z.string() });
const Client = z.object({ id: z.string(), clientId: z.string() });
const Role = z.object({ id: z.string(), name: z.string() });
export type Role = z.infer<typeof Role>;
/** Strict, since somebody without any role is answered an empty object. */
const Mappings = z.strictObject({
  realmMappings: z.array(Role).nullish(),
  clientMappings: z
    .record(z.string(), z.object({ id: z.string(), client: z.string(), mappings: z.array(Role) }))
    .nullish(),
});
const Consent = z.object({
  clientId: z.string(),
  additionalGrants: z.array(z.object({ client: z.string(), key: z.string() })).nullish(),
});
const Credential = z.object({
  id: z.string().nullish(),
  type: z.string(),
  createdDate: z.number().nullish(),
});
const Link = z.object({ identityProvider: z.string() });
const Component = z.object({
  name: z.string(),
  config: z.record(z.string(), z.array(z.string())).nullish(),
});

interface Group {
  readonly id: string;
  readonly path: string;
  readonly subGroups?: readonly Group[] | undefined;
}
const Group: z.ZodType<Group> = z.object({
  id: z.string(),
  path: z.string(),
  get subGroups() {
    return z.array(Group).optional();
  },
});

/** What a new user is given. */
export interface UserWanted {
  readonly username: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
}

const pageSize = 100;
const segment = encodeURIComponent;

/**
 * Keycloak's admin API in our words, one function per call. https://www.keycloak.org/docs-api/latest/rest-api
 * What the document leaves open was read in Keycloak's source (UserResource, UsersResource).
 */
export function openKeycloak(settings: Settings, io: Io) {
  const address = settings.address.replace(/\/+$/, '');
  const realm = segment(settings.realm);
  const oauth = openOAuth(io, {
    tokenUrl: `${address}/realms/${realm}/protocol/openid-connect/token`,
    client: {
      id: settings.clientId,
      proof: { kind: 'secret', secret: settings.clientSecret, in: 'header' },
    },
    grant: { kind: 'client credentials' },
    scopes: [],
  });
  const http = openHttp(io, {
    baseUrl: `${address}/admin/realms/${realm}`,
    headers: {},
    authorization: oauth,
  });
  const user = (id: string) => `/users/${segment(id)}`;
  /** The client whose roles make administrators of this realm. */
  const adminClient = settings.realm === 'master' ? 'master-realm' : 'realm-management';

  /** Reads on until a page is empty: what the caller may not see makes a page shorter, and not the last. */
  async function* each<T>(
    path: string,
    shape: z.ZodType<T>,
    query: Readonly<Record<string, string>> = {},
  ): AsyncIterable<T> {
    let previous = '';
    for (let first = 0; ; first += pageSize) {
      const asked = new URLSearchParams({ ...query, first: `${first}`, max: `${pageSize}` });
      const page = await http.get(`${path}?${asked}`, z.array(shape));
      if (page.length === 0) return;
      const read = JSON.stringify(page);
      if (read === previous) {
        const detail = `GET ${path} answers the same page again and again`;
        throw new ConnectorError({ kind: 'unexpected', detail });
      }
      previous = read;
      yield* page;
    }
  }
  async function all<T>(
    path: string,
    shape: z.ZodType<T>,
    query: Readonly<Record<string, string>> = {},
  ): Promise<T[]> {
    const found: T[] = [];
    for await (const it of each(path, shape, query)) found.push(it);
    return found;
  }

  let known: string | undefined;
  /** Keycloak's own id of the admin client. */
  async function adminUuid(): Promise<string> {
    if (known !== undefined) return known;
    const query = new URLSearchParams({ clientId: adminClient });
    const [found] = await http.get(`/clients?${query}`, z.array(Client));
    if (!found) {
      const detail = `The realm shows no client “${adminClient}”, which has the roles of administrators.`;
      throw new ConnectorError({ kind: 'unexpected', detail });
    }
    known = segment(found.id);
    return known;
  }

  return {
    settings,
    adminClient,
    /** The roles of the service account, as its access token tells them; null where it does not. */
    granted: async () => grantedIn(await oauth.header(), adminClient),
    oneUser: () => http.get('/users?max=1', z.array(Id)),

    user: (id: string) => http.get(user(id), User),
    /** Exactly these, whatever the case: Keycloak keeps both in small letters. */
    usersWith: (query: Readonly<Record<string, string>>) =>
      all('/users', User, { ...query, exact: 'true' }),
    allUsers: () => each('/users', User),
    createUser: (wanted: UserWanted) => http.call('POST', '/users', { ...wanted, enabled: true }),
    /** Leaves everything else as it is: what is not sent is not changed. */
    setEnabled: (id: string, enabled: boolean) => http.call('PUT', user(id), { enabled }),
    deleteUser: (id: string) => http.call('DELETE', user(id)),
    setPassword: (id: string, value: string) =>
      http.call('PUT', `${user(id)}/reset-password`, { type: 'password', value, temporary: false }),
    /** The directory that a user comes from. */
    component: (id: string) => http.get(`/components/${segment(id)}`, Component),

    sessionsOf: (id: string) => http.get(`${user(id)}/sessions`, z.array(Id)),
    /** Ends every session but the offline ones, and lets no token from before be refreshed. */
    logOut: (id: string) => http.call('POST', `${user(id)}/logout`),
    offlineSessionsOf: (id: string, clientUuid: string) =>
      http.get(`${user(id)}/offline-sessions/${segment(clientUuid)}`, z.array(Id)),
    endOfflineSession: (sessionId: string) =>
      http.call('DELETE', `/sessions/${segment(sessionId)}?isOffline=true`),

    /** What apps were allowed to do, and which hold offline tokens, whether they were asked for or not. */
    consentsOf: (id: string) => http.get(`${user(id)}/consents`, z.array(Consent)),
    /** Takes the offline tokens of the app along. */
    endConsent: (id: string, clientId: string) =>
      http.call('DELETE', `${user(id)}/consents/${segment(clientId)}`),

    credentialsOf: (id: string) => http.get(`${user(id)}/credentials`, z.array(Credential)),
    removeCredential: (id: string, credentialId: string) =>
      http.call('DELETE', `${user(id)}/credentials/${segment(credentialId)}`),
    linksOf: (id: string) => http.get(`${user(id)}/federated-identity`, z.array(Link)),
    removeLink: (id: string, provider: string) =>
      http.call('DELETE', `${user(id)}/federated-identity/${segment(provider)}`),

    groupsOf: (id: string) => all(`${user(id)}/groups`, Group),
    /** Groups of this name anywhere in the tree. */
    async groupsNamed(name: string): Promise<readonly Group[]> {
      const query = { search: name, exact: 'true', populateHierarchy: 'false' };
      return (await all('/groups', Group, query)).flatMap(withChildren);
    },
    join: (id: string, groupId: string) =>
      http.call('PUT', `${user(id)}/groups/${segment(groupId)}`),
    leave: (id: string, groupId: string) =>
      http.call('DELETE', `${user(id)}/groups/${segment(groupId)}`),

    rolesOf: (id: string) => http.get(`${user(id)}/role-mappings`, Mappings),
    giveRealmRoles: (id: string, roles: readonly Role[]) =>
      http.call('POST', `${user(id)}/role-mappings/realm`, roles),
    takeRealmRoles: (id: string, roles: readonly Role[]) =>
      http.call('DELETE', `${user(id)}/role-mappings/realm`, roles),
    giveClientRoles: (id: string, uuid: string, roles: readonly Role[]) =>
      http.call('POST', `${user(id)}/role-mappings/clients/${segment(uuid)}`, roles),
    takeClientRoles: (id: string, uuid: string, roles: readonly Role[]) =>
      http.call('DELETE', `${user(id)}/role-mappings/clients/${segment(uuid)}`, roles),
    /** Administrator roles of this realm that a user has in the end, by whatever way. */
    administersAs: async (id: string) =>
      http.get(`${user(id)}/role-mappings/clients/${await adminUuid()}/composite`, z.array(Role)),

    adminRoles: async () => all(`/clients/${await adminUuid()}/roles`, Role),
    holdersOf: async (role: string) =>
      all(`/clients/${await adminUuid()}/roles/${segment(role)}/users`, Id),
    groupsHolding: async (role: string) =>
      all(`/clients/${await adminUuid()}/roles/${segment(role)}/groups`, Id),
    membersOf: (groupId: string) => all(`/groups/${segment(groupId)}/members`, Id),
    childrenOf: (groupId: string) => all(`/groups/${segment(groupId)}/children`, Id),
  };
}
export type Keycloak = ReturnType<typeof openKeycloak>;

const withChildren = (group: Group): readonly Group[] => [
  group,
  ...(group.subGroups ?? []).flatMap(withChildren),
];

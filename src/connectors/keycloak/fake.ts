import { fakeService, json } from '#connector-kit/testing/fake-service.ts';
import {
  emailOf,
  type FakeDirectory,
  type FakeGroup,
  type FakeUser,
  group,
  isWithin,
  lastOf,
  matches,
  role,
  shown,
} from './fake-records.ts';

export interface FakeKeycloakOptions {
  readonly users: FakeUser[];
  readonly groups?: FakeGroup[];
  readonly directories?: readonly FakeDirectory[];
  /** Default: meadow. */
  readonly realm?: string;
  /** The secret of every client. Default: “a secret”. */
  readonly secret?: string;
  /** Roles of the service account. Default: realm-admin, which has them all. */
  readonly holds?: readonly string[];
}

/** All administrator roles of the fake; the first one has the others. */
const adminRoles = ['realm-admin', 'manage-users', 'view-users', 'view-realm', 'view-clients'];

/** One realm of a small Keycloak in memory. The ids of its clients are `uuid-` and the client ID. */
export function fakeKeycloak(options: FakeKeycloakOptions) {
  const { users, groups = [], directories = [], realm = 'meadow' } = options;
  const { secret = 'a secret', holds = ['realm-admin'] } = options;
  const adminClient = realm === 'master' ? 'master-realm' : 'realm-management';
  let clock = Date.parse('2026-11-29T08:00:00.000Z');

  const at = (path: string) => `/admin/realms/${encodeURIComponent(realm)}${path}`;
  const anyOf = (...roles: string[]) => ['realm-admin', ...roles];
  const viewUsers = anyOf('manage-users', 'view-users');
  const manageUsers = anyOf('manage-users');

  const service = fakeService({
    [`POST /realms/${encodeURIComponent(realm)}/protocol/openid-connect/token`]: (_, request) => {
      const [, basic = ''] = (request.headers.get('authorization') ?? '').split(' ');
      const [client, given] = Buffer.from(basic, 'base64').toString().split(':');
      const form = new URLSearchParams(String(request.body));
      // An empty scope is no scope that this client has.
      if (form.get('scope') === '') return json(400, { error: 'invalid_scope' });
      if (decodeURIComponent(given ?? '') !== secret) {
        return json(401, { error: 'unauthorized_client', error_description: 'Invalid client' });
      }
      const claims = { azp: client, resource_access: { [adminClient]: { roles: holds } } };
      const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
      const access_token = `head.${payload}.signature`;
      return json(200, { access_token, token_type: 'Bearer', expires_in: 300, scope: 'email' });
    },

    [`GET ${at('/users')}`]: guarded(viewUsers, ({ url }) => {
      const wanted = (key: string) => url.searchParams.get(key);
      if ((wanted('email') ?? wanted('username')) !== null && wanted('exact') !== 'true') {
        throw new Error('Whoever looks for a person must not find parts of names');
      }
      return paged(users.filter((it) => matches(it, url.searchParams)).map(shown), url);
    }),
    [`POST ${at('/users')}`]: guarded(manageUsers, ({ body }) => {
      const { username, email, enabled, attributes } = body as FakeUser;
      if (users.some((it) => it.username === username || emailOf(it) === email)) {
        return json(409, { errorMessage: 'User exists with same username' });
      }
      users.push({
        id: `made-${users.length}`,
        ...{ username, passwordSetAt: null },
        ...(email === undefined ? {} : { email }),
        ...(enabled === undefined ? {} : { enabled }),
        ...(attributes === undefined ? {} : { attributes }),
      });
      return new Response(null, { status: 201 });
    }),
    [`GET ${at('/users/:id')}`]: guarded(
      viewUsers,
      withUser((it) => json(200, shown(it))),
    ),
    [`PUT ${at('/users/:id')}`]: guarded(
      manageUsers,
      withUser((it, { body }) => {
        if (it.origin && editModeOf(it) === 'READ_ONLY') return refused('User is read only!');
        // What is left out stays as it was.
        it.enabled = (body as { enabled?: boolean }).enabled ?? it.enabled ?? true;
        return gone();
      }),
    ),
    [`DELETE ${at('/users/:id')}`]: guarded(
      manageUsers,
      withUser((it) => {
        users.splice(users.indexOf(it), 1);
        // Taken from the directory again, as somebody new.
        const mode = editModeOf(it);
        if (mode !== null && mode !== 'WRITABLE') users.push({ ...it, id: `${it.id}-again` });
        return gone();
      }),
    ),
    [`PUT ${at('/users/:id/reset-password')}`]: guarded(
      manageUsers,
      withUser((it) => {
        if (editModeOf(it) === 'READ_ONLY') {
          return refused('Can’t reset password as account is read only');
        }
        clock += 1_000;
        if (editModeOf(it) !== 'WRITABLE') it.passwordSetAt = clock;
        return gone();
      }),
    ),
    [`GET ${at('/users/:id/sessions')}`]: guarded(
      viewUsers,
      withUser((it) =>
        json(
          200,
          Array.from({ length: it.sessions ?? 0 }, (_, i) => ({ id: `s${i}`, userId: it.id })),
        ),
      ),
    ),
    [`POST ${at('/users/:id/logout')}`]: guarded(
      manageUsers,
      withUser((it) => {
        it.sessions = 0; // offline sessions stay
        return gone();
      }),
    ),
    [`GET ${at('/users/:id/offline-sessions/:client')}`]: guarded(
      viewUsers,
      withUser((it, { params }) =>
        json(
          200,
          (it.offline ?? [])
            .filter((app) => `uuid-${app}` === params['client'])
            .map((app) => ({ id: `off-${it.id}-${app}`, userId: it.id })),
        ),
      ),
    ),
    [`DELETE ${at('/sessions/:session')}`]: guarded(manageUsers, ({ params, url }) => {
      const isOffline = url.searchParams.get('isOffline') === 'true';
      const of = (it: FakeUser) => (it.offline ?? []).map((app) => `off-${it.id}-${app}`);
      const it = users.find((one) => isOffline && of(one).includes(params['session']!));
      if (!it) return missing('Sesssion not found');
      it.offline = it.offline!.filter((app) => `off-${it.id}-${app}` !== params['session']);
      return gone();
    }),
    [`GET ${at('/users/:id/consents')}`]: guarded(
      viewUsers,
      withUser((it) => {
        const apps = new Set([...(it.consents ?? []), ...(it.offline ?? [])]);
        const grants = (app: string) =>
          it.offline?.includes(app) ? [{ client: `uuid-${app}`, key: 'Offline Token' }] : [];
        return json(
          200,
          [...apps].map((clientId) => ({
            ...{ clientId, grantedClientScopes: [], createdDate: null, lastUpdatedDate: null },
            additionalGrants: grants(clientId),
          })),
        );
      }),
    ),
    [`DELETE ${at('/users/:id/consents/:client')}`]: guarded(
      manageUsers,
      withUser((it, { params }) => {
        const app = params['client']!;
        if (!it.consents?.includes(app) && !it.offline?.includes(app)) {
          return missing('Consent nor offline token not found');
        }
        it.consents = (it.consents ?? []).filter((one) => one !== app);
        it.offline = (it.offline ?? []).filter((one) => one !== app);
        return gone();
      }),
    ),
    [`GET ${at('/users/:id/credentials')}`]: guarded(
      viewUsers,
      withUser((it) => {
        const password =
          it.passwordSetAt == null || it.federationLink || it.origin
            ? []
            : [{ id: `p-${it.id}`, type: 'password', createdDate: it.passwordSetAt }];
        return json(200, [...password, ...(it.credentials ?? [])]);
      }),
    ),
    [`DELETE ${at('/users/:id/credentials/:credential')}`]: guarded(
      manageUsers,
      withUser((it, { params }) => {
        const found = it.credentials?.find(({ id }) => id === params['credential']);
        if (!found) return missing('Credential not found');
        it.credentials = it.credentials!.filter((one) => one !== found);
        return gone();
      }),
    ),
    [`GET ${at('/users/:id/federated-identity')}`]: guarded(
      viewUsers,
      withUser((it) =>
        json(
          200,
          (it.links ?? []).map((identityProvider) => ({ identityProvider, userId: it.id })),
        ),
      ),
    ),
    [`DELETE ${at('/users/:id/federated-identity/:provider')}`]: guarded(
      manageUsers,
      withUser((it, { params }) => {
        if (!it.links?.includes(params['provider']!)) return missing('Link not found');
        it.links = it.links.filter((one) => one !== params['provider']);
        return gone();
      }),
    ),

    [`GET ${at('/users/:id/groups')}`]: guarded(
      viewUsers,
      withUser((it, { url }) =>
        paged(groups.filter(({ members }) => members.includes(it.id)).map(group), url),
      ),
    ),
    [`PUT ${at('/users/:id/groups/:group')}`]: guarded(
      manageUsers,
      withGroup((it, id) => {
        if (!it.members.includes(id)) it.members.push(id);
      }),
    ),
    [`DELETE ${at('/users/:id/groups/:group')}`]: guarded(
      manageUsers,
      withGroup((it, id) => {
        if (!it.bySync && it.members.includes(id)) it.members.splice(it.members.indexOf(id), 1);
      }),
    ),
    [`GET ${at('/groups')}`]: guarded(viewUsers, ({ url }) => {
      const name = url.searchParams.get('search');
      return paged(groups.filter(({ path }) => lastOf(path) === name).map(group), url);
    }),
    [`GET ${at('/groups/:group/members')}`]: guarded(viewUsers, ({ params, url }) => {
      const of = groups.find(({ id }) => id === params['group']);
      return paged(users.filter(({ id }) => of?.members.includes(id)).map(shown), url);
    }),
    [`GET ${at('/groups/:group/children')}`]: guarded(viewUsers, ({ params, url }) => {
      const of = groups.find(({ id }) => id === params['group']);
      const children = groups.filter(({ path }) => path === `${of?.path}/${lastOf(path)}`);
      return paged(children.map(group), url);
    }),

    [`GET ${at('/users/:id/role-mappings')}`]: guarded(
      viewUsers,
      withUser((it) =>
        json(200, {
          realmMappings: ['default-roles-meadow', ...(it.realmRoles ?? [])].map((name) =>
            role('realm', name),
          ),
          clientMappings: Object.fromEntries(
            Object.entries(it.clientRoles ?? {})
              .filter(([, names]) => names.length > 0)
              .map(([client, names]) => [
                client,
                {
                  ...{ id: `uuid-${client}`, client },
                  mappings: names.map((name) => role(client, name)),
                },
              ]),
          ),
        }),
      ),
    ),
    ...mappings('POST', (held, given) => [...new Set([...held, ...given])]),
    ...mappings('DELETE', (held, taken) => held.filter((it) => !taken.includes(it))),
    [`GET ${at('/users/:id/role-mappings/clients/:client/composite')}`]: guarded(
      viewUsers,
      withUser((it) =>
        json(
          200,
          administersAs(it).map((name) => role(adminClient, name)),
        ),
      ),
    ),
    [`GET ${at('/clients')}`]: guarded(anyOf('view-clients'), () =>
      json(200, [{ id: `uuid-${adminClient}`, clientId: adminClient }]),
    ),
    [`GET ${at('/clients/:client/roles')}`]: guarded(anyOf('view-clients'), ({ url }) =>
      paged(
        adminRoles.map((name) => role(adminClient, name)),
        url,
      ),
    ),
    [`GET ${at('/clients/:client/roles/:role/users')}`]: guarded(viewUsers, ({ params, url }) =>
      paged(
        users
          .filter((it) => it.clientRoles?.[adminClient]?.includes(params['role']!))
          .map((it) => shown(it)),
        url,
      ),
    ),
    [`GET ${at('/clients/:client/roles/:role/groups')}`]: guarded(viewUsers, ({ params, url }) =>
      paged(groups.filter((it) => it.adminRoles?.includes(params['role']!)).map(group), url),
    ),
    [`GET ${at('/components/:id')}`]: guarded(anyOf('view-realm'), ({ params }) => {
      const it = directories.find(({ id }) => id === params['id']);
      if (!it) return missing('Could not find component');
      return json(200, {
        ...{ id: it.id, name: it.name, providerId: 'ldap' },
        config: { editMode: [it.editMode], bindCredential: ['**********'] },
      });
    }),
  });
  return { ...service, users, groups };

  interface Asked {
    readonly params: Readonly<Record<string, string>>;
    readonly url: URL;
    readonly body: unknown;
  }
  type Answer = (asked: Asked) => Response;

  function guarded(
    roles: readonly string[],
    answer: Answer,
  ): Parameters<typeof fakeService>[0][string] {
    return (params, { url, headers, body }) => {
      if (!headers.get('authorization')?.startsWith('Bearer head.')) {
        return json(401, { error: 'HTTP 401 Unauthorized' });
      }
      if (!roles.some((it) => holds.includes(it))) {
        return json(403, { error: 'HTTP 403 Forbidden' });
      }
      const decoded = Object.entries(params).map(([key, it]) => [key, decodeURIComponent(it)]);
      return answer({ params: Object.fromEntries(decoded), url, body });
    };
  }

  function withUser(answer: (it: FakeUser, asked: Asked) => Response): Answer {
    return (asked) => {
      const it = users.find(({ id }) => id === asked.params['id']);
      return it ? answer(it, asked) : missing('User not found');
    };
  }

  function withGroup(change: (it: FakeGroup, userId: string) => void): Answer {
    return withUser((user, { params }) => {
      const it = groups.find(({ id }) => id === params['group']);
      if (!it) return missing('Group not found');
      change(it, user.id);
      return gone();
    });
  }

  function mappings(
    method: 'POST' | 'DELETE',
    change: (held: readonly string[], named: readonly string[]) => string[],
  ): Parameters<typeof fakeService>[0] {
    const namesIn = (body: unknown) => (body as { name: string }[]).map(({ name }) => name);
    return {
      [`${method} ${at('/users/:id/role-mappings/realm')}`]: guarded(
        manageUsers,
        withUser((it, { body }) => {
          it.realmRoles = change(it.realmRoles ?? [], namesIn(body));
          return gone();
        }),
      ),
      [`${method} ${at('/users/:id/role-mappings/clients/:client')}`]: guarded(
        manageUsers,
        withUser((it, { body, params }) => {
          const client = params['client']!.replace('uuid-', '');
          // Nobody gives or takes an administrator role that they do not hold.
          if (client === adminClient && !holds.includes('realm-admin')) {
            return json(403, { error: 'HTTP 403 Forbidden' });
          }
          it.clientRoles = {
            ...it.clientRoles,
            [client]: change(it.clientRoles?.[client] ?? [], namesIn(body)),
          };
          return gone();
        }),
      ),
    };
  }

  function editModeOf(it: FakeUser): FakeDirectory['editMode'] | null {
    const from = it.federationLink ?? it.origin;
    return directories.find(({ id }) => id === from)?.editMode ?? null;
  }

  function administersAs(it: FakeUser): readonly string[] {
    const through = groups
      .filter((one) => groups.some((own) => own.members.includes(it.id) && isWithin(own, one)))
      .flatMap((one) => one.adminRoles ?? []);
    const held = new Set([...(it.clientRoles?.[adminClient] ?? []), ...through]);
    return held.has('realm-admin') ? adminRoles : [...held];
  }

  function paged(all: readonly unknown[], url: URL): Response {
    const first = Number(url.searchParams.get('first') ?? 0);
    const max = Number(url.searchParams.get('max') ?? 100);
    return json(200, all.slice(first, first + max));
  }
}

const gone = () => new Response(null, { status: 204 });
const refused = (errorMessage: string) => json(400, { errorMessage });
const missing = (error: string) => json(404, { error });

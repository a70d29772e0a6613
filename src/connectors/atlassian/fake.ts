import { fakeService, json } from '#connector-kit/testing/fake-service.ts';

export interface FakeMember {
  readonly accountId: string;
  readonly email: string;
  accountStatus?: 'active' | 'inactive' | 'closed';
  /** Default: the company owns the account. */
  readonly unmanaged?: true;
  /** Directories that the person is in, and whether their access is suspended there. Default: “d1”, active. */
  directories?: { id: string; suspended?: boolean }[];
  forDeletion?: boolean;
  roles?: FakeRole[];
  tokens?: { id: string; label: string }[];
  /** Why administrators may not change the account. */
  readonly obstacle?: 'externalDirectory.scim' | 'externalDirectory.google' | 'administrative';
  readonly lastActive?: string;
}

export interface FakeRole {
  readonly role: string;
  /** Null: the whole organisation. */
  readonly resource: string | null;
  readonly method?: 'direct' | 'group_direct';
}

export interface FakeGroup {
  readonly id: string;
  readonly name: string;
  readonly members: string[];
  /** Default: “d1”. */
  readonly directoryId?: string;
  readonly externalSynced?: true;
}

export interface FakeAtlassianOptions {
  readonly members: FakeMember[];
  readonly groups?: FakeGroup[];
  /** Default: “a key”. */
  readonly apiKey?: string;
  /** The key was made with scopes, which the API of managed accounts refuses. */
  readonly scoped?: boolean;
  readonly pageSize?: number;
}

/** An organisation of Atlassian’s in memory; its id is “org”. */
export function fakeAtlassian(options: FakeAtlassianOptions) {
  const { members, groups = [], apiKey = 'a key', pageSize = 50 } = options;
  const directory = '/admin/v2/orgs/org/directories/:directory';

  const service = fakeService({
    'GET /admin/v1/orgs/org': guarded(() =>
      json(200, { data: { id: 'org', type: 'orgs', attributes: { name: 'Meadow & Co' } } }),
    ),
    'GET /admin/v2/orgs/org/directories': guarded(({ url }) => {
      const of = members.find((it) => it.accountId === url.searchParams.get('accountId'));
      return json(200, {
        data: directoriesOf(of).map(({ id }) => ({ directoryId: id, name: id })),
        links: { next: null },
      });
    }),
    [`POST ${directory}/users/search`]: guarded(({ body }) => {
      const { emails, accountIds, expand = [], cursor } = body as Search;
      const found = members.filter(
        (it) =>
          (!emails || emails.some((one) => one.toLowerCase() === it.email.toLowerCase())) &&
          (!accountIds || accountIds.includes(it.accountId)),
      );
      return paged(
        found.map((it) => shown(it, expand)),
        cursor,
      );
    }),
    [`POST ${directory}/users/:account/suspend`]: guarded(access(true)),
    [`POST ${directory}/users/:account/restore`]: guarded(access(false)),
    [`DELETE ${directory}/users/:account`]: guarded(
      withMember((it, { params }) => {
        it.directories = directoriesOf(it).filter(({ id }) => id !== params['directory']);
        for (const { members: ids } of groups) {
          if (ids.includes(it.accountId)) ids.splice(ids.indexOf(it.accountId), 1);
        }
        return gone();
      }),
    ),
    [`GET ${directory}/users/:account/role-assignments`]: guarded(
      withMember((it) =>
        json(200, {
          data: (it.roles ?? []).map(({ role, resource, method = 'direct' }) => ({
            resourceId: resource ?? 'ari:cloud:platform::org/org',
            roleAssignments: [{ role, roleAssignmentMethods: [method] }],
          })),
        }),
      ),
    ),
    [`POST ${directory}/groups/search`]: guarded(({ body }) => {
      const { accountIds, groupNames, cursor } = body as Search;
      const found = groups.filter(
        (it) =>
          (!accountIds || it.members.some((id) => accountIds.includes(id))) &&
          (!groupNames || groupNames.some((one) => one.toLowerCase() === it.name.toLowerCase())),
      );
      return paged(
        found.map(({ id, name, directoryId = 'd1', externalSynced = false }) => ({
          ...{ id, name, directoryId, externalSynced },
        })),
        cursor,
      );
    }),
    [`POST ${directory}/groups/:group/memberships`]: guarded(({ params, body }) => {
      const { accountId } = body as { accountId: string };
      return changeGroup(params['group']!, (it) => {
        if (!it.members.includes(accountId)) it.members.push(accountId);
      });
    }),
    [`DELETE ${directory}/groups/:group/memberships/:account`]: guarded(({ params }) =>
      changeGroup(params['group']!, (it) => {
        const at = it.members.indexOf(params['account']!);
        if (at >= 0) it.members.splice(at, 1);
      }),
    ),
    'POST /admin/v1/orgs/org/users/:account/role-assignments/:how': guarded(changeRole(() => null)),
    'POST /admin/v1/orgs/org/users/:account/roles/:how': guarded(
      changeRole(({ resource }) => resource ?? null),
    ),

    'GET /users/:account/manage': guarded(
      managed((it, { url }) => {
        const rule = it.obstacle
          ? { allowed: false, reason: { key: it.obstacle } }
          : { allowed: true };
        const wanted = url.searchParams.getAll('privileges');
        return json(200, Object.fromEntries(wanted.map((one) => [one, rule])));
      }),
    ),
    'GET /users/:account/manage/profile': guarded(
      managed((it) =>
        json(200, {
          account: {
            ...{ account_id: it.accountId, account_type: 'atlassian', email: it.email },
            ...{ name: it.email, nickname: it.email, picture: 'https://avatar.example/1' },
            account_status: it.accountStatus ?? 'active',
          },
        }),
      ),
    ),
    'POST /users/:account/manage/lifecycle/:act': guarded(
      managed((it, { params }) => {
        if (it.obstacle) {
          const context = { allowed: false, reason: { key: it.obstacle } };
          return json(403, { key: 'forbidden.action', context });
        }
        if (params['act'] === 'delete') it.forDeletion = true;
        it.accountStatus = params['act'] === 'enable' ? 'active' : 'inactive';
        return params['act'] === 'delete' ? json(200, {}) : gone();
      }),
    ),
    'GET /users/:account/manage/api-tokens': guarded(
      managed((it) =>
        json(
          200,
          (it.tokens ?? []).map((one) => ({ ...one, createdAt: '2026-01-01T00:00:00.000Z' })),
        ),
      ),
    ),
    'DELETE /users/:account/manage/api-tokens/:token': guarded(
      managed((it, { params }) => {
        const found = it.tokens?.find(({ id }) => id === params['token']);
        if (!found) return missing();
        it.tokens = it.tokens!.filter((one) => one !== found);
        return gone();
      }),
    ),
  });
  return { ...service, members, groups };

  interface Asked {
    readonly params: Readonly<Record<string, string>>;
    readonly url: URL;
    readonly body: unknown;
  }
  type Answer = (asked: Asked) => Response;

  function guarded(answer: Answer): Parameters<typeof fakeService>[0][string] {
    return (params, { url, headers, body }) => {
      if (headers.get('authorization') !== `Bearer ${apiKey}`) return json(401, { code: 401 });
      if (options.scoped && url.pathname.startsWith('/users/'))
        return json(403, { key: 'forbidden' });
      const decoded = Object.entries(params).map(([key, it]) => [key, decodeURIComponent(it)]);
      return answer({ params: Object.fromEntries(decoded), url, body });
    };
  }

  function withMember(answer: (it: FakeMember, asked: Asked) => Response): Answer {
    return (asked) => {
      const it = members.find(({ accountId }) => accountId === asked.params['account']);
      return it ? answer(it, asked) : missing();
    };
  }

  function managed(answer: (it: FakeMember, asked: Asked) => Response): Answer {
    return withMember((it, asked) =>
      it.unmanaged ? json(403, { key: 'forbidden' }) : answer(it, asked),
    );
  }

  function access(suspended: boolean): Answer {
    return withMember((it, { params, body }) => {
      if (body === undefined) return json(415, { code: 415, message: 'Unsupported Media Type' });
      it.directories = directoriesOf(it).map((one) =>
        one.id === params['directory'] ? { id: one.id, suspended } : one,
      );
      return gone();
    });
  }

  function changeRole(resourceOf: (body: { resource?: string }) => string | null): Answer {
    return withMember((it, { params, body }) => {
      const asked = body as { role: string; resource?: string };
      const resource = resourceOf(asked);
      const rest = (it.roles ?? []).filter(
        (one) => one.role !== asked.role || one.resource !== resource,
      );
      it.roles = params['how'] === 'assign' ? [...rest, { role: asked.role, resource }] : rest;
      return new Response(null, { status: 200 });
    });
  }

  function changeGroup(id: string, change: (it: FakeGroup) => void): Response {
    const it = groups.find((one) => one.id === id);
    if (!it) return missing();
    if (it.externalSynced) return json(403, { message: 'The group is synced' });
    change(it);
    return gone();
  }

  function paged(all: readonly unknown[], cursor = '0'): Response {
    const from = Number(cursor);
    const next = from + pageSize < all.length ? `${from + pageSize}` : null;
    return json(200, { data: all.slice(from, from + pageSize), links: { next } });
  }
}

interface Search {
  readonly emails?: readonly string[];
  readonly accountIds?: readonly string[];
  readonly groupNames?: readonly string[];
  readonly expand?: readonly string[];
  readonly cursor?: string;
}

const directoriesOf = (it: FakeMember | undefined) =>
  it === undefined ? [] : (it.directories ?? [{ id: 'd1', suspended: false }]);

function shown(it: FakeMember, expand: readonly string[]) {
  const directories = directoriesOf(it);
  const isIn = directories.some(({ suspended }) => !suspended);
  return {
    ...{ accountId: it.accountId, email: it.email, accountStatus: it.accountStatus ?? 'active' },
    membershipStatus: directories.length === 0 ? 'no_membership' : isIn ? 'active' : 'suspended',
    claimStatus: it.unmanaged ? 'unmanaged' : 'managed',
    forDeletion: it.forDeletion ?? false,
    ...(expand.includes('platformRoles')
      ? {
          platformRoles: (it.roles ?? [])
            .filter(({ role }) => role !== 'atlassian/admin' && role !== 'atlassian/user')
            .map(({ role }) => role),
        }
      : {}),
    ...(expand.includes('productAccess') && it.lastActive
      ? { productAccess: [{ key: 'jira', id: 'j', lastActiveTimestamp: it.lastActive }] }
      : {}),
  };
}

const gone = () => new Response(null, { status: 204 });
const missing = () => json(404, { key: 'notFound' });

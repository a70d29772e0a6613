import { fakeService, json } from '#connector-kit/testing/fake-service.ts';

export interface FakeUser {
  readonly id: string;
  readonly username: string;
  /** Default: the username. */
  readonly email?: string;
  readonly employeeIdentifier?: string;
  state?: 'STAGED' | 'ACTIVATED' | 'SUSPENDED';
  passwordSetAt?: string;
  /** Active Directory keeps the password. */
  readonly delegated?: true;
  totp?: boolean;
  push?: { id: string; name: string }[];
  readonly webAuthn?: true;
  sshKeys?: { _id: string; name: string }[];
  sudo?: boolean;
  /** The role by which the user administers JumpCloud itself. */
  readonly administrator?: string;
}

export interface FakeGroup {
  readonly id: string;
  readonly name: string;
  readonly members: string[];
  readonly method?: 'STATIC' | 'DYNAMIC_AUTOMATED' | 'DYNAMIC_REVIEW_REQUIRED';
}

export interface FakeSystem {
  readonly id: string;
  readonly name: string;
  readonly serial?: string;
  readonly osFamily: 'windows' | 'linux' | 'darwin';
  /** Who can sign in there. */
  readonly users: readonly string[];
  readonly primaryUser?: string;
  /** Who enrolled it. Default: an administrator. */
  readonly enrolledBy?: 'administrator' | 'mdm' | 'user';
  /** What it was ordered to do. */
  orders?: string[];
}

export interface FakeJumpCloudOptions {
  readonly users: FakeUser[];
  readonly groups?: FakeGroup[];
  readonly systems?: FakeSystem[];
  /** Default: “a key”. */
  readonly apiKey?: string;
  /** Where one administrator has several organisations. */
  readonly organisationId?: string;
}

/** A small JumpCloud in memory. Orders to devices are taken, and nothing tells what became of them. */
export function fakeJumpCloud(options: FakeJumpCloudOptions) {
  const { users, groups = [], systems = [], apiKey = 'a key' } = options;
  let clock = Date.parse('2026-11-29T08:00:00.000Z');

  const service = fakeService({
    'GET /api/organizations': guarded(() =>
      json(200, { results: [{ _id: 'org', displayName: 'Meadow & Co' }], totalCount: 1 }),
    ),
    'GET /api/systemusers': guarded(({ url }) =>
      json(200, { results: paged(users, url.searchParams).map(shown), totalCount: users.length }),
    ),
    'POST /api/search/systemusers': guarded(({ body }) => {
      const { filter, skip, limit } = body as Search;
      // Letter by letter.
      const found = users.filter((it) =>
        filter.or.some((one) =>
          Object.entries(one).every(([key, value]) => fieldsOf(it).get(key) === value),
        ),
      );
      const results = found.slice(skip, skip + limit).map(searched);
      return json(200, { results, totalCount: found.length });
    }),
    'GET /api/systemusers/:id': guarded(withUser((it) => json(200, shown(it)))),
    'PUT /api/systemusers/:id': guarded(
      withUser((it, { body }) => {
        const wanted = body as Wanted;
        it.state = wanted.state ?? it.state ?? 'ACTIVATED';
        it.sudo = wanted.sudo ?? it.sudo ?? false;
        if (wanted.password !== undefined) {
          clock += 1_000;
          it.passwordSetAt = new Date(clock).toISOString();
        }
        return json(200, shown(it));
      }),
    ),
    'DELETE /api/systemusers/:id': guarded(
      withUser((it) => {
        users.splice(users.indexOf(it), 1);
        return json(200, shown(it));
      }),
    ),
    'POST /api/systemusers/:id/resetmfa': guarded(
      withUser((it) => {
        it.totp = false;
        it.push = []; // as where MFA is unified
        return new Response(null, { status: 200 });
      }),
    ),
    'GET /api/v2/users/:id/pushendpoints': guarded(withUser((it) => json(200, it.push ?? []))),
    'DELETE /api/v2/users/:id/pushendpoints/:endpoint': guarded(
      withUser((it, { params }) => {
        const found = it.push?.find(({ id }) => id === params['endpoint']);
        if (!found) return missing();
        it.push = it.push!.filter((one) => one !== found);
        return json(200, found);
      }),
    ),
    'GET /api/systemusers/:id/sshkeys': guarded(withUser((it) => json(200, it.sshKeys ?? []))),
    'DELETE /api/systemusers/:id/sshkeys/:key': guarded(
      withUser((it, { params }) => {
        if (!it.sshKeys?.some(({ _id }) => _id === params['key'])) return missing();
        it.sshKeys = it.sshKeys.filter(({ _id }) => _id !== params['key']);
        return new Response(null, { status: 200 });
      }),
    ),

    'GET /api/v2/users/:id/memberof': guarded(
      withUser((it, { url }) =>
        json(
          200,
          paged(
            groups.filter(({ members }) => members.includes(it.id)),
            url.searchParams,
          ).map(({ id }) => ({ id, type: 'user_group', paths: [] })),
        ),
      ),
    ),
    'GET /api/v2/usergroups': guarded(({ url }) => {
      const [field, operator, ...name] = (url.searchParams.get('filter') ?? '').split(':');
      if (field !== 'name' || operator !== 'eq') throw new Error('All groups are listed');
      const found = groups.filter((it) => it.name === name.join(':'));
      return json(200, paged(found, url.searchParams).map(group));
    }),
    'GET /api/v2/usergroups/:group': guarded(({ params }) => {
      const it = groups.find(({ id }) => id === params['group']);
      return it ? json(200, group(it)) : missing();
    }),
    'POST /api/v2/usergroups/:group/members': guarded(({ params, body }) => {
      const it = groups.find(({ id }) => id === params['group']);
      if (!it) return missing();
      const { op, id } = body as { op: 'add' | 'remove'; id: string };
      const at = it.members.indexOf(id);
      if (op === 'add' && at < 0) it.members.push(id);
      // A rule brings everybody back.
      if (op === 'remove' && at >= 0 && it.method !== 'DYNAMIC_AUTOMATED') it.members.splice(at, 1);
      return new Response(null, { status: 204 });
    }),

    'GET /api/v2/users/:id/systems': guarded(
      withUser((it, { url }) =>
        json(
          200,
          paged(
            systems.filter((one) => one.users.includes(it.id)),
            url.searchParams,
          ).map(({ id }) => ({ id, type: 'system', paths: [] })),
        ),
      ),
    ),
    'GET /api/systems/:system': guarded(withSystem((it) => json(200, system(it)))),
    'DELETE /api/systems/:system': guarded(
      withSystem((it) => {
        systems.splice(systems.indexOf(it), 1);
        return json(200, system(it));
      }),
    ),
    'POST /api/systems/:system/command/builtin/:what': guarded(
      withSystem((it, { params }) => {
        if (it.osFamily === 'darwin') return json(400, { message: 'Unsupported operating system' });
        it.orders = [...(it.orders ?? []), params['what']!];
        return new Response(null, { status: 201 });
      }),
    ),
  });
  return { ...service, users, groups, systems };

  interface Asked {
    readonly params: Readonly<Record<string, string>>;
    readonly url: URL;
    readonly body: unknown;
  }
  type Answer = (asked: Asked) => Response;

  function guarded(answer: Answer): Parameters<typeof fakeService>[0][string] {
    return (params, { url, headers, body }) => {
      const isOurs = headers.get('x-org-id') === (options.organisationId ?? null);
      return headers.get('x-api-key') === apiKey && isOurs
        ? answer({ params, url, body })
        : json(401, { message: 'Unauthorized' });
    };
  }

  function withUser(answer: (it: FakeUser, asked: Asked) => Response): Answer {
    return (asked) => {
      const it = users.find(({ id }) => id === asked.params['id']);
      return it ? answer(it, asked) : missing();
    };
  }

  function withSystem(answer: (it: FakeSystem, asked: Asked) => Response): Answer {
    return (asked) => {
      const it = systems.find(({ id }) => id === asked.params['system']);
      return it ? answer(it, asked) : missing();
    };
  }
}

interface Search {
  readonly filter: { readonly or: readonly Readonly<Record<string, string>>[] };
  readonly skip: number;
  readonly limit: number;
}

interface Wanted {
  readonly state?: 'ACTIVATED' | 'SUSPENDED';
  readonly password?: string;
  readonly sudo?: boolean;
}

const searched = (it: FakeUser) => ({
  ...{ _id: it.id, username: it.username, email: it.email ?? it.username },
  ...(it.employeeIdentifier === undefined ? {} : { employeeIdentifier: it.employeeIdentifier }),
  state: it.state ?? 'ACTIVATED',
  suspended: it.state === 'SUSPENDED',
  totp_enabled: it.totp ?? false,
  mfaEnrollment: { webAuthnStatus: it.webAuthn ? 'ENROLLED' : 'NOT_ENROLLED' },
  password_date: it.passwordSetAt ?? '2026-01-01T00:00:00.000Z',
  sudo: it.sudo ?? false,
  admin: it.administrator === undefined ? null : { id: 'a', roleName: it.administrator },
});

const shown = (it: FakeUser) => ({
  ...searched(it),
  delegatedAuthority: it.delegated ? { id: 'ad', name: 'ActiveDirectory' } : null,
});

const fieldsOf = (it: FakeUser) => new Map<string, unknown>(Object.entries(searched(it)));

const group = ({ id, name, method = 'STATIC' }: FakeGroup) => ({
  ...{ id, name, type: 'user_group', membershipMethod: method },
});

const system = (it: FakeSystem) => ({
  ...{ _id: it.id, displayName: it.name, serialNumber: it.serial ?? '', osFamily: it.osFamily },
  primarySystemUser: { id: it.primaryUser ?? null },
  provisionMetadata: {
    provisioner: { provisionerId: 'p', type: it.enrolledBy ?? 'administrator' },
  },
});

/** Ten at a time if nothing is said, a hundred at most. */
function paged<T>(all: readonly T[], query: URLSearchParams): readonly T[] {
  const skip = Number(query.get('skip') ?? 0);
  return all.slice(skip, skip + Math.min(100, Number(query.get('limit') ?? 10)));
}

const missing = () => json(404, { message: 'Not Found' });

import { fakeService, json } from '#connector-kit/testing/fake-service.ts';

export interface FakeUser {
  readonly id: string;
  readonly login: string;
  /** Default: the login. */
  readonly email?: string;
  readonly employeeNumber?: string;
  status?: string;
  movingTo?: 'ACTIVE' | 'DEPROVISIONED' | null;
  lastLogin?: string | null;
  passwordChanged?: string;
  factors?: { id: string; factorType: string }[];
  /** Keys of authenticators; those of factors are made by them. */
  enrolled?: string[];
  roles?: FakeRole[];
  grants?: string[];
  apps?: { client_id: string; client_name: string }[];
  sessions?: number;
}

export interface FakeRole {
  readonly type: string;
  readonly label?: string;
  readonly assignmentType?: 'USER' | 'GROUP';
  readonly role?: string;
  readonly 'resource-set'?: string;
}

export interface FakeGroup {
  readonly id: string;
  readonly name: string;
  readonly type?: 'OKTA_GROUP' | 'APP_GROUP' | 'BUILT_IN';
  readonly members: string[];
  /** Brings members back as soon as they left. */
  readonly byRule?: true;
}

/** An app behind Okta. */
export interface FakeApp {
  readonly id: string;
  readonly label: string;
  readonly users: readonly string[];
  /** Default: those of an app that closes accounts when Okta tells it. */
  readonly features?: readonly string[];
  readonly status?: 'ACTIVE' | 'INACTIVE';
  /** What the log says of a deactivation; null: nothing. */
  tells?: 'SUCCESS' | 'FAILURE' | null;
}

export interface FakeOktaOptions {
  readonly users: FakeUser[];
  readonly groups?: FakeGroup[];
  readonly appsBehind?: FakeApp[];
  readonly apiTokens?: { id: string; name: string; userId: string }[];
  /** What `Authorization` must be. Default: SSWS of “a token”. */
  readonly authorization?: () => string;
  readonly pageSize?: number;
  /** A deactivation goes on in the background until `settle` is called. */
  readonly slowly?: boolean;
}

/** A small Okta in memory: lifecycle calls are refused that do not fit the status, as Okta does. */
export function fakeOkta(options: FakeOktaOptions) {
  const { users, groups = [], appsBehind = [], apiTokens = [], pageSize = 200 } = options;
  const log: { eventType: string; outcome: { result: string }; target: { id: string }[] }[] = [];
  const authorization = options.authorization ?? (() => 'SSWS a token');
  let clock = Date.parse('2026-11-29T08:00:00.000Z');

  const isDeactivated = (it: FakeUser) => it.status === 'DEPROVISIONED';
  const service = fakeService({
    'GET /api/v1/users': guarded((_, url) => {
      const search = url.searchParams.get('search');
      const found = users.filter((it) =>
        search === null ? !isDeactivated(it) : matches(it, search),
      );
      return paged(found.map(shown), url);
    }),
    'GET /api/v1/users/:id': guarded(({ id = '' }) => {
      const it = users.find((one) => one.id === id || (id === 'me' && one.id === 'admin'));
      return it ? json(200, shown(it)) : missing(id);
    }),
    'POST /api/v1/users/:id': guarded(
      withUser((it) => {
        if (isDeactivated(it)) return refused('E0000038', 'not allowed in the user’s status');
        clock += 1_000;
        it.passwordChanged = new Date(clock).toISOString();
        return json(200, shown(it));
      }),
    ),
    'DELETE /api/v1/users/:id': guarded(
      withUser((it) => {
        if (it.movingTo) return refused('E0000001', 'The user is being deactivated');
        if (!isDeactivated(it)) return deactivate(it, 204);
        users.splice(users.indexOf(it), 1);
        return new Response(null, { status: 204 });
      }),
    ),
    'POST /api/v1/users/:id/lifecycle/suspend': guarded(move('ACTIVE', 'SUSPENDED')),
    'POST /api/v1/users/:id/lifecycle/unsuspend': guarded(move('SUSPENDED', 'ACTIVE')),
    'POST /api/v1/users/:id/lifecycle/unlock': guarded(move('LOCKED_OUT', 'ACTIVE')),
    'POST /api/v1/users/:id/lifecycle/deactivate': guarded(
      withUser((it, _, url) => {
        if (url.searchParams.get('sendEmail') !== 'false')
          throw new Error('Somebody is written to');
        return isDeactivated(it) ? missing(it.id) : deactivate(it, 200);
      }),
    ),
    'POST /api/v1/users/:id/lifecycle/reset_factors': guarded(
      withUser((it) => {
        it.factors = [];
        it.enrolled =
          it.enrolled?.filter((key) => key === 'okta_password' || key === 'okta_email') ?? [];
        return json(200, {});
      }),
    ),
    'DELETE /api/v1/users/:id/sessions': guarded(
      withUser((it) => {
        it.sessions = 0;
        return new Response(null, { status: 204 });
      }),
    ),
    'GET /api/v1/users/:id/factors': guarded(withUser((it) => json(200, it.factors ?? []))),
    'DELETE /api/v1/users/:id/factors/:factor': guarded(
      withUser((it, params) => {
        if (isDeactivated(it)) return refused('E0000001', 'The user is deactivated');
        const factor = it.factors?.find((one) => one.id === params['factor']);
        if (!factor) return missing(params['factor']!);
        // Okta Verify: push goes together with its codes.
        const gone =
          factor.factorType === 'push' ? ['push', 'token:software:totp', 'signed_nonce'] : [];
        it.factors = it.factors!.filter((one) => one !== factor && !gone.includes(one.factorType));
        return new Response(null, { status: 204 });
      }),
    ),
    'GET /api/v1/users/:id/authenticator-enrollments': guarded(
      withUser((it) =>
        json(
          200,
          (it.enrolled ?? []).map((key) => ({ id: `e-${key}`, key, status: 'ACTIVE' })),
        ),
      ),
    ),
    'GET /api/v1/users/:id/roles': guarded(withUser((it) => json(200, (it.roles ?? []).map(role)))),
    'POST /api/v1/users/:id/roles': guarded(
      withUser((it, _, __, body) => {
        const given = body as FakeRole;
        it.roles = [...(it.roles ?? []), given];
        return json(201, role(given));
      }),
    ),
    'DELETE /api/v1/users/:id/roles/:role': guarded(
      withUser((it, params) => {
        const found = it.roles?.find((one) => role(one).id === params['role']);
        if (!found) return missing(params['role']!);
        it.roles = it.roles!.filter((one) => one !== found);
        return new Response(null, { status: 204 });
      }),
    ),
    'GET /api/v1/users/:id/appLinks': guarded(
      withUser((it) => {
        const own = isDeactivated(it)
          ? []
          : appsBehind.filter(({ users }) => users.includes(it.id));
        return json(
          200,
          own.map(({ id, label }) => ({ id: `link-${id}`, appInstanceId: id, label })),
        );
      }),
    ),
    'GET /api/v1/apps': guarded((_, url) => {
      if (url.searchParams.get('filter') !== 'status eq "ACTIVE"') throw new Error('All apps?');
      const active = appsBehind.filter(({ status = 'ACTIVE' }) => status === 'ACTIVE');
      return paged(active.map(appShown), url);
    }),
    'GET /api/v1/logs': guarded((_, url) => {
      const { filter = '', until } = Object.fromEntries(url.searchParams);
      if (until === undefined) throw new Error('This goes on for ever');
      return paged(
        log.filter(
          ({ eventType, target }) =>
            filter.includes(`"${eventType}"`) &&
            target.some(({ id }) => filter.startsWith(`target.id eq "${id}"`)),
        ),
        url,
      );
    }),
    'GET /api/v1/users/:id/grants': guarded(
      withUser((it) =>
        json(
          200,
          (it.grants ?? []).map((scopeId) => ({
            ...{ id: `g-${scopeId}`, scopeId, clientId: 'app' },
            issuer: 'https://meadow.okta.test',
          })),
        ),
      ),
    ),
    'DELETE /api/v1/users/:id/grants': guarded(
      withUser((it) => {
        it.grants = [];
        return new Response(null, { status: 204 });
      }),
    ),
    'GET /api/v1/users/:id/clients': guarded(withUser((it) => json(200, it.apps ?? []))),
    'DELETE /api/v1/users/:id/clients/:client/tokens': guarded(
      withUser((it, params) => {
        it.apps = (it.apps ?? []).filter((app) => app.client_id !== params['client']);
        return new Response(null, { status: 204 });
      }),
    ),
    'GET /api/v1/users/:id/groups': guarded(
      withUser((it, _, url) =>
        paged(groups.filter(({ members }) => members.includes(it.id)).map(group), url),
      ),
    ),
    'GET /api/v1/groups': guarded((_, url) => {
      const wanted = /^profile\.name eq (.*)$/.exec(url.searchParams.get('search') ?? '')?.[1];
      return paged(groups.filter(({ name }) => JSON.stringify(name) === wanted).map(group), url);
    }),
    'PUT /api/v1/groups/:group/users/:id': guarded(
      changing((it, id) => {
        if (!it.members.includes(id)) it.members.push(id);
      }),
    ),
    'DELETE /api/v1/groups/:group/users/:id': guarded(
      changing((it, id) => {
        if (!it.byRule && it.members.includes(id)) it.members.splice(it.members.indexOf(id), 1);
      }),
    ),
    'GET /api/v1/api-tokens': guarded(() => json(200, apiTokens)),
    'DELETE /api/v1/api-tokens/:id': guarded(({ id }) => {
      const at = apiTokens.findIndex((it) => it.id === id);
      if (at < 0) return missing(id!);
      apiTokens.splice(at, 1);
      return new Response(null, { status: 204 });
    }),
    'GET /api/v1/iam/assignees/users': guarded(() =>
      json(200, { value: users.filter((it) => it.roles?.length).map(({ id }) => ({ id })) }),
    ),
  });
  return {
    ...service,
    users,
    groups,
    appsBehind,
    apiTokens,
    /** An administrator has Okta tell an app again. */
    tellAgain: (app: FakeApp, userId: string) => tell(app, userId),
    /** What went on in the background is done. */
    settle() {
      for (const it of users) {
        if (it.movingTo) it.status = it.movingTo;
        it.movingTo = null;
      }
    },
  };

  type Answer = (params: Record<string, string>, url: URL, body: unknown) => Response;
  function guarded(answer: Answer): Parameters<typeof fakeService>[0][string] {
    return (params, { url, headers, body }) =>
      headers.get('authorization') === authorization()
        ? answer(params, url, body)
        : json(401, { errorCode: 'E0000011', errorSummary: 'Invalid token provided' });
  }

  function withUser(
    answer: (it: FakeUser, params: Record<string, string>, url: URL, body: unknown) => Response,
  ): Answer {
    return (params, url, body) => {
      const { id = '' } = params;
      const found = users.find((it) => it.id === id);
      return found ? answer(found, params, url, body) : missing(id);
    };
  }

  function move(from: string, to: string): Answer {
    return withUser((it) => {
      if ((it.status ?? 'ACTIVE') !== from) {
        return refused('E0000001', `Cannot do this to a user that is ${it.status}`);
      }
      it.status = to;
      return json(200, {});
    });
  }

  function deactivate(it: FakeUser, status: 200 | 204): Response {
    if (options.slowly) it.movingTo = 'DEPROVISIONED';
    else it.status = 'DEPROVISIONED';
    for (const app of appsBehind) if (app.users.includes(it.id)) tell(app, it.id);
    for (let i = apiTokens.length - 1; i >= 0; i--) {
      if (apiTokens[i]!.userId === it.id) apiTokens.splice(i, 1);
    }
    return status === 200 ? json(200, {}) : new Response(null, { status });
  }

  function tell({ id, status = 'ACTIVE', tells = 'SUCCESS' }: FakeApp, userId: string): void {
    if (status !== 'ACTIVE' || tells === null) return;
    log.push({
      eventType: 'application.provision.user.deactivate',
      outcome: { result: tells },
      target: [{ id: userId }, { id }],
    });
  }

  function changing(change: (it: FakeGroup, id: string) => void): Answer {
    return ({ group: wanted = '', id = '' }) => {
      const it = groups.find((one) => one.id === wanted);
      if (!it) return missing(wanted);
      if ((it.type ?? 'OKTA_GROUP') !== 'OKTA_GROUP') {
        return json(403, { errorCode: 'E0000006', errorSummary: 'Not a group of Okta’s own' });
      }
      change(it, id);
      return new Response(null, { status: 204 });
    };
  }

  function paged(all: readonly unknown[], url: URL): Response {
    const size = Math.min(Number(url.searchParams.get('limit') ?? pageSize), pageSize);
    const from = Number(url.searchParams.get('after') ?? 0);
    const next = new URL(url);
    next.searchParams.set('after', `${from + size}`);
    const link = from + size < all.length ? { link: `<${next}>; rel="next"` } : undefined;
    return Response.json(all.slice(from, from + size), link ? { headers: link } : {});
  }
}

const shown = (it: FakeUser) => ({
  id: it.id,
  status: it.status ?? 'ACTIVE',
  transitioningToStatus: it.movingTo ?? null,
  lastLogin: it.lastLogin ?? null,
  passwordChanged: it.passwordChanged ?? '2026-01-01T00:00:00.000Z',
  profile: {
    login: it.login,
    email: it.email ?? it.login,
    ...(it.employeeNumber === undefined ? {} : { employeeNumber: it.employeeNumber }),
  },
});

const appShown = ({ id, label, features = ['PUSH_USER_DEACTIVATION'] }: FakeApp) => ({
  ...{ id, label, features, status: 'ACTIVE', signOnMode: 'SAML_2_0' },
});

const role = (it: FakeRole) => ({
  id: `r-${it.type}-${it.role ?? ''}-${it.assignmentType ?? 'USER'}`,
  label: it.type,
  assignmentType: 'USER',
  ...it,
});

const group = ({ id, name, type = 'OKTA_GROUP' }: FakeGroup) => ({ id, type, profile: { name } });

/** Okta compares values of a search whatever their case. */
function matches(it: FakeUser, search: string): boolean {
  if (search === 'id pr') return true;
  const { profile } = shown(it);
  return search.split(' or ').some((part) => {
    const [, key = '', value = ''] = /^profile\.(\w+) eq (".*")$/.exec(part) ?? [];
    const own = new Map(Object.entries(profile)).get(key);
    return own?.toLowerCase() === String(JSON.parse(value)).toLowerCase();
  });
}

const refused = (errorCode: string, errorSummary: string): Response =>
  json(400, { errorCode, errorSummary, errorCauses: [] });
const missing = (what: string): Response =>
  json(404, { errorCode: 'E0000007', errorSummary: `Not found: Resource not found: ${what}` });

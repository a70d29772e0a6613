import { fakeService, json } from '#connector-kit/testing/fake-service.ts';
import { placesOf } from './fake-places.ts';
import { type FakeTop, topOf } from './fake-top.ts';

export interface FakeUser {
  readonly id: number;
  readonly username: string;
  readonly email: string;
  state?: string;
  admin?: boolean;
  twoFactor?: boolean;
  tokens?: { id: number; name: string }[];
  impersonations?: { id: number; name: string }[];
  sshKeys?: { id: number; title: string }[];
  gpgKeys?: { id: number }[];
}

/** A small GitLab in memory; the first user is whose token is used. */
export function fakeGitLab({
  users,
  token = 'glpat-1',
  ...more
}: {
  readonly users: FakeUser[];
  readonly token?: string;
} & Partial<FakeTop>) {
  const places: FakeTop = {
    ...{ groups: [], projects: [], unassigned: [], invited: [], saml: [] },
    ...{ enterprise: [], isUltimate: true, ...more },
  };
  /** To whom GitLab wrote. */
  const written: string[] = [];
  const service = fakeService({
    'GET /api/v4/user': guarded(() => json(200, shown(users[0]!))),
    'GET /api/v4/personal_access_tokens/self': guarded(() =>
      json(200, { id: 1, name: 'gatehouse', scopes: ['api', 'admin_mode'] }),
    ),
    'GET /api/v4/users': guarded((_, url) => {
      const username = url.searchParams.get('username');
      if (username !== null)
        return json(200, users.filter((it) => it.username === username).map(seen));
      const search = url.searchParams.get('search')?.toLowerCase() ?? '';
      return keyset(
        users.filter(({ email, username }) =>
          `${email} ${username}`.toLowerCase().includes(search),
        ),
        url,
      );
    }),
    'GET /api/v4/users/:id': guarded(withUser((it) => json(200, seen(it)))),
    'PUT /api/v4/users/:id': byAdmin(
      withUser((it, _, body) => {
        it.admin = (body as { admin: boolean }).admin;
        return json(200, shown(it));
      }),
    ),
    'POST /api/v4/users/:id/block': byAdmin(
      withUser((it) => {
        if (it.state === 'ldap_blocked') return forbidden('LDAP blocked users cannot be modified');
        it.state = 'blocked';
        return json(201, true);
      }),
    ),
    'POST /api/v4/users/:id/unblock': byAdmin(
      withUser((it) => {
        if (it.state === 'ldap_blocked') return forbidden('LDAP blocked users cannot be unblocked');
        it.state = 'active';
        return json(201, true);
      }),
    ),
    'PATCH /api/v4/users/:id/disable_two_factor': byAdmin(
      withUser((it) => {
        if (!it.twoFactor) return json(400, { message: 'Two-factor is not enabled' });
        it.twoFactor = false;
        written.push(it.email);
        return empty();
      }),
    ),
    'GET /api/v4/personal_access_tokens': byAdmin((_, url) => {
      const id = Number(url.searchParams.get('user_id'));
      return json(200, users.find((it) => it.id === id)?.tokens ?? []);
    }),
    'DELETE /api/v4/personal_access_tokens/:id': byAdmin(({ id }) => {
      const all = users.map(({ tokens = [] }) => tokens);
      return gone(
        all.find((its) => its.some((one) => one.id === Number(id))),
        id,
      );
    }),
    'GET /api/v4/users/:id/impersonation_tokens': byAdmin(
      withUser((it) => json(200, it.impersonations ?? [])),
    ),
    'DELETE /api/v4/users/:id/impersonation_tokens/:key': byAdmin(
      withUser((it, { key }) => gone(it.impersonations, key)),
    ),
    'GET /api/v4/users/:id/keys': guarded(withUser((it) => json(200, it.sshKeys ?? []))),
    'DELETE /api/v4/users/:id/keys/:key': byAdmin(withUser((it, { key }) => gone(it.sshKeys, key))),
    'GET /api/v4/users/:id/gpg_keys': byAdmin(withUser((it) => json(200, it.gpgKeys ?? []))),
    'DELETE /api/v4/users/:id/gpg_keys/:key': byAdmin(
      withUser((it, { key }) => gone(it.gpgKeys, key)),
    ),
    ...placesOf(places, users, guarded),
    ...topOf(places, { users, written }, guarded),
  });
  return { ...service, ...places, users, written };

  /** Whoever is no administrator sees what everybody sees. */
  function seen(it: FakeUser): object {
    const { id, username, name, state, ...rest } = shown(it);
    return { id, username, name, state, ...(users[0]?.admin ? rest : {}) };
  }

  /** For administrators only. */
  function byAdmin(answer: Answer): ReturnType<typeof guarded> {
    return guarded((...asked) =>
      users[0]?.admin ? answer(...asked) : json(403, { message: '403 Forbidden' }),
    );
  }

  type Answer = (params: Record<string, string>, url: URL, body: unknown) => Response;
  function guarded(answer: Answer): Parameters<typeof fakeService>[0][string] {
    return (params, { url, headers, body }) =>
      headers.get('authorization') === `Bearer ${token}`
        ? answer(params, url, body)
        : json(401, { message: '401 Unauthorized' });
  }

  function withUser(
    answer: (it: FakeUser, params: Record<string, string>, body: unknown) => Response,
  ): Answer {
    return (params, _, body) => {
      const it = users.find(({ id }) => id === Number(params['id']));
      return it ? answer(it, params, body) : json(404, { message: '404 User Not Found' });
    };
  }

  /** Pages by the last id, as GitLab links them. */
  function keyset(all: readonly FakeUser[], url: URL): Response {
    const size = Number(url.searchParams.get('per_page') ?? 20);
    const after = Number(url.searchParams.get('id_after') ?? 0);
    const page = all.filter(({ id }) => id > after).slice(0, size);
    const last = page.at(-1)?.id ?? after;
    const next = new URL(url);
    next.searchParams.set('id_after', String(last));
    const isMore = all.some(({ id }) => id > last);
    return Response.json(
      page.map(seen),
      isMore ? { headers: { link: `<${next}>; rel="next"` } } : {},
    );
  }
}

const shown = (it: FakeUser) => ({
  ...{ id: it.id, username: it.username, name: it.username, email: it.email },
  ...{ state: it.state ?? 'active', is_admin: it.admin ?? false },
  ...{ two_factor_enabled: it.twoFactor ?? false, last_activity_on: '2026-11-28' },
});

function gone(all: { id: number }[] | undefined, id: string | undefined): Response {
  const at = all?.findIndex((it) => it.id === Number(id)) ?? -1;
  if (!all || at < 0) return json(404, { message: '404 Not Found' });
  all.splice(at, 1);
  return empty();
}

const empty = () => new Response(null, { status: 204 });
const forbidden = (message: string) => json(403, { message: `403 Forbidden - ${message}` });

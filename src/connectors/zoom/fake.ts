import { fakeService, json } from '#connector-kit/testing/fake-service.ts';
import type { Status } from './api.ts';

export interface FakeZoomUser {
  readonly id: string;
  readonly email: string;
  status?: Status;
  /** 1 basic, 2 licensed. Default: licensed. */
  type?: number;
  /** 0 owner, 1 administrator, 2 member. */
  roleId?: string;
  lastLogin?: string;
  /** Signed in by single sign-on. */
  signedIn?: boolean;
  meetings?: { id: number; topic: string }[];
  recordings?: string[];
}

export interface FakeZoomGroup {
  readonly id: string;
  readonly name: string;
  members: string[];
  /** Says “created”, and adds nobody. */
  readonly ignoresJoining?: true;
}

export interface FakeZoomOptions {
  readonly users: FakeZoomUser[];
  readonly groups?: FakeZoomGroup[];
  readonly accountId?: string;
  readonly clientId?: string;
  /** Left out: any will do. */
  readonly clientSecret?: string;
  /** Left out: every scope of the connector. */
  readonly granted?: readonly string[];
  readonly pageSize?: number;
}

const roleNames: Readonly<Record<string, string>> = { 0: 'Owner', 1: 'Admin', 2: 'Member' };

/** A small Zoom in memory, with its token endpoint. What is not handed over with a deletion is gone. */
export function fakeZoom(options: FakeZoomOptions) {
  const { users, groups = [], pageSize = 300 } = options;
  const { accountId = 'A-1', clientId = 'gatehouse', clientSecret } = options;
  /** Whom Zoom let go: they keep an account of their own. */
  const letGo: string[] = [];
  const token = 'zoom-token';

  const service = fakeService({
    'POST /oauth/token': (_, { headers, body }) => {
      const [id, secret] = Buffer.from(
        (headers.get('authorization') ?? '').replace('Basic ', ''),
        'base64',
      )
        .toString()
        .split(':');
      const asked = new URLSearchParams(String(body));
      if (id !== clientId || (clientSecret !== undefined && secret !== clientSecret)) {
        return json(400, { reason: 'Invalid client_id or client_secret', error: 'invalid_client' });
      }
      if (asked.get('account_id') !== accountId) {
        return json(400, { reason: 'Bad Request', error: 'invalid_request' });
      }
      const scope = (options.granted ?? ['user:read:user:admin']).join(' ');
      return json(200, { access_token: token, token_type: 'bearer', expires_in: 3_599, scope });
    },
    'GET /v2/users': guarded((_, { url }) => {
      const wanted = url.searchParams.get('status') ?? 'active';
      return paged(
        'users',
        users.filter((it) => (it.status ?? 'active') === wanted).map(shown),
        url,
      );
    }),
    'GET /v2/users/:id': guarded(withUser((it) => json(200, shown(it)))),
    'PATCH /v2/users/:id': guarded(
      withUser((it, { body }) => {
        it.type = (body as { type: number }).type;
        return nothing();
      }),
    ),
    'PUT /v2/users/:id/status': guarded(
      withUser((it, { body }) => {
        if (it.status === 'pending') return refused(300, 'Cannot change a pending user.');
        const { action } = body as { action: string };
        it.status = action === 'activate' ? 'active' : 'inactive';
        // Zoom takes every licence with the deactivation.
        if (action === 'deactivate') it.type = 1;
        return nothing();
      }),
    ),
    'DELETE /v2/users/:id/token': guarded(
      withUser((it) => {
        it.signedIn = false;
        return nothing();
      }),
    ),
    'DELETE /v2/users/:id': guarded(withUser((it, { url }) => remove(it, url.searchParams))),
    'GET /v2/users/:id/meetings': guarded(
      withUser((it, { url }) => paged('meetings', it.meetings ?? [], url)),
    ),
    'POST /v2/roles/:role/members': guarded(({ role }, { body }) => {
      for (const id of memberIds(body)) {
        const it = users.find((one) => one.id === id);
        if (it) it.roleId = role!;
      }
      return json(201, { ids: memberIds(body).join(',') });
    }),
    'DELETE /v2/roles/:role/members/:id': guarded(
      withUser((it) => {
        if (it.roleId === '0') return refused(300, 'The owner cannot be changed.');
        it.roleId = '2';
        return nothing();
      }),
    ),
    'GET /v2/groups': guarded((_, { url }) =>
      paged(
        'groups',
        groups.map(({ id, name }) => ({ id, name })),
        url,
      ),
    ),
    'POST /v2/groups/:group/members': guarded(({ group: wanted }, { body }) => {
      const group = groups.find(({ id }) => id === wanted);
      if (!group) return missing(4130, 'Group does not exist.');
      const fresh = memberIds(body).filter((id) => !group.members.includes(id));
      if (!group.ignoresJoining) group.members.push(...fresh);
      return json(201, { ids: group.ignoresJoining ? '' : fresh.join(',') });
    }),
    'DELETE /v2/groups/:group/members/:id': guarded(({ group: wanted, id }) => {
      const group = groups.find((one) => one.id === wanted);
      if (!group) return missing(4130, 'Group does not exist.');
      group.members = group.members.filter((one) => one !== id);
      return nothing();
    }),
  });
  return { ...service, users, groups, letGo };

  function guarded(answer: Handler): Handler {
    return (params, request) =>
      request.headers.get('authorization') === `Bearer ${token}`
        ? answer(params, request)
        : json(401, { code: 124, message: 'Invalid access token.' });
  }

  function withUser(answer: (it: FakeZoomUser, request: Request) => Response): Handler {
    return ({ id = '' }, request) => {
      const wanted = decodeURIComponent(id).toLowerCase();
      const found = users.find(
        (it) => it.id.toLowerCase() === wanted || it.email.toLowerCase() === wanted,
      );
      return found ? answer(found, request) : missing(1001, 'User does not exist.');
    };
  }

  function remove(it: FakeZoomUser, query: URLSearchParams): Response {
    const to = users.find(({ email }) => email === query.get('transfer_email'));
    const isDeleted = query.get('action') === 'delete';
    if (it.status === 'pending' && isDeleted) {
      return refused(1120, 'A valid invitation was not found for this user.');
    }
    if (to === it) return refused(300, 'The transfer-to address cannot be the same.');
    if (to && (to.type ?? 2) !== 2) {
      return refused(300, 'The destination user does not have a license.');
    }
    const moves = (what: string) => query.get(`transfer_${what}`) === 'true';
    if (to && moves('meeting')) to.meetings = [...(to.meetings ?? []), ...(it.meetings ?? [])];
    if (to && moves('recording')) {
      to.recordings = [...(to.recordings ?? []), ...(it.recordings ?? [])];
    }
    if (!isDeleted && it.status !== 'pending') letGo.push(it.email);
    users.splice(users.indexOf(it), 1);
    return nothing();
  }

  function shown(it: FakeZoomUser) {
    const roleId = it.roleId ?? '2';
    return {
      ...{ id: it.id, email: it.email, type: it.type ?? 2, status: it.status ?? 'active' },
      ...{ role_id: roleId, role_name: roleNames[roleId] ?? 'Own role' },
      group_ids: groups.filter(({ members }) => members.includes(it.id)).map(({ id }) => id),
      ...(it.lastLogin === undefined ? {} : { last_login_time: it.lastLogin }),
    };
  }

  function paged(field: string, all: readonly unknown[], url: URL): Response {
    const size = Math.min(Number(url.searchParams.get('page_size') ?? 30), pageSize);
    const from = Number(url.searchParams.get('next_page_token') ?? 0);
    const next_page_token = from + size < all.length ? `${from + size}` : '';
    return json(200, { [field]: all.slice(from, from + size), next_page_token });
  }
}

type Handler = Parameters<typeof fakeService>[0][string];
type Request = Parameters<Handler>[1];

const memberIds = (body: unknown): string[] =>
  (body as { members: { id: string }[] }).members.map(({ id }) => id);
const nothing = () => new Response(null, { status: 204 });
const refused = (code: number, message: string) => json(400, { code, message });
const missing = (code: number, message: string) => json(404, { code, message });

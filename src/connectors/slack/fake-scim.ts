import { type fakeService, json } from '#connector-kit/testing/fake-service.ts';
import type { FakeSlackUser, FakeUserGroup } from './fake-data.ts';
import type { SlackPlan } from './settings.ts';

interface World {
  readonly users: FakeSlackUser[];
  readonly groups: FakeUserGroup[];
  readonly plan: SlackPlan;
  readonly token: string;
  readonly granted: readonly string[] | null;
  later(effect: () => void): void;
}

interface Operation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly value: unknown;
}

type Handler = Parameters<typeof fakeService>[0][string];

/** The SCIM side of the same Slack. A flag that is set shows some seconds later. */
export function scimOfFake(world: World): Record<string, Handler> {
  const { users, groups, plan, token, granted, later } = world;
  const hasScim = plan === 'business' || plan === 'enterprise';

  const handlers: Record<string, Handler> = {
    'GET /scim/v2/Users': (_, { url }) => {
      const wanted = /^email eq (".*")$/.exec(url.searchParams.get('filter') ?? '')?.[1];
      const found = users.filter(
        (it) =>
          !it.bot &&
          (wanted === undefined ||
            it.email?.toLowerCase() === String(JSON.parse(wanted)).toLowerCase()),
      );
      return list(found.map(shown), url);
    },
    'POST /scim/v2/Users': (_, { body }) => {
      const { externalId, emails, name } = body as {
        externalId: string;
        emails: { value: string }[];
        name: { givenName: string };
      };
      const email = emails[0]!.value;
      if (users.some((it) => it.email?.toLowerCase() === email.toLowerCase())) {
        return refused(409, 'email_taken');
      }
      const it = { id: `U0NEW${users.length}`, email, externalId, name: name.givenName };
      users.push(plan === 'enterprise' ? { ...it, workspaces: {} } : it);
      return json(201, shown(it));
    },
    'GET /scim/v2/Users/:id': ({ id }) => {
      const it = users.find((one) => one.id === id);
      return it ? json(200, shown(it)) : refused(404, 'user_not_found');
    },
    'PATCH /scim/v2/Users/:id': ({ id }, { body }) => {
      const it = users.find((one) => one.id === id);
      if (!it) return refused(404, 'user_not_found');
      // A token acts on those of its own rank and below; ours is an owner's.
      if (it.rank === 'primary owner') return refused(403, 'cannot_update_primary_owner');
      const active = operationIn(body).value === true;
      later(() => {
        it.deleted = !active;
        if (!active && it.workspaces) it.workspaces = {};
      });
      return json(200, shown(it));
    },
    'GET /scim/v2/Groups': (_, { url }) =>
      list(groups.filter(({ byScim }) => byScim).map(shownGroup), url),
    'PATCH /scim/v2/Groups/:id': ({ id }, { body }) => {
      const group = groups.find((one) => one.id === id && one.byScim);
      if (!group) return refused(404, 'group_not_found');
      const { op, value } = operationIn(body);
      const ids = (value as { value: string }[]).map((it) => it.value);
      const rest = group.members.filter((it) => !ids.includes(it));
      group.members = op === 'remove' ? rest : [...rest, ...ids];
      return new Response(null, { status: 204 });
    },
  };
  return Object.fromEntries(
    Object.entries(handlers).map(([route, handler]): [string, Handler] => [
      route,
      (params, request) => {
        const isKnown = request.headers.get('authorization') === `Bearer ${token}` && hasScim;
        // That is what Slack says to a token that it cannot place.
        if (!isKnown || (granted && !granted.includes('admin'))) {
          return refused(400, 'unsupported_version');
        }
        return handler(params, request);
      },
    ]),
  );

  function shown(it: FakeSlackUser) {
    return {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      ...{ id: it.id, userName: it.name ?? it.id.toLowerCase(), active: !it.deleted },
      ...(it.externalId === undefined ? {} : { externalId: it.externalId }),
      emails: it.email === undefined ? [] : [{ value: it.email, primary: true }],
      groups: groups
        .filter(({ byScim, members }) => byScim && members.includes(it.id))
        .map(({ id, name }) => ({ value: id, display: name })),
    };
  }
}

const operationIn = (body: unknown): Operation =>
  (body as { Operations: Operation[] }).Operations[0]!;

const shownGroup = ({ id, name, members }: FakeUserGroup) => ({
  ...{ id, displayName: name, members: members.map((value) => ({ value })) },
});

function list(all: readonly unknown[], url: URL): Response {
  const from = Number(url.searchParams.get('startIndex') ?? 1);
  const count = Number(url.searchParams.get('count') ?? 100);
  const Resources = all.slice(from - 1, from - 1 + count);
  const counts = { totalResults: all.length, itemsPerPage: Resources.length, startIndex: from };
  return json(200, { ...counts, Resources });
}

const refused = (code: number, description: string): Response =>
  json(code, { Errors: { description, code } });

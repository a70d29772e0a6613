import type { fakeService } from '#connector-kit/testing/fake-service.ts';
import { json } from '#connector-kit/testing/fake-service.ts';
import type { FakeUser } from './fake.ts';

export interface FakeMember {
  readonly user: number;
  level: number;
  expires?: string;
  customRole?: number;
}

export interface FakeGroup {
  readonly id: number;
  /** The whole path; the parent is the group whose path it begins with. */
  readonly path: string;
  members: FakeMember[];
}

export interface FakeProject extends FakeGroup {
  /** Whose own project it is; left out: it is in the group of its path. */
  readonly ownOf?: number;
}

export interface FakePlaces {
  readonly groups: FakeGroup[];
  readonly projects: FakeProject[];
  /** Whom GitLab took off issues and merge requests, and where. */
  readonly unassigned: string[];
  /** Who is let in by a group from elsewhere that was invited. */
  readonly invited: readonly number[];
  /** Under what name somebody signs in by SAML. */
  saml: { readonly name: string; readonly user: number }[];
}

type Answer = (params: Record<string, string>, url: URL, body: unknown) => Response;
type Handlers = Parameters<typeof fakeService>[0];

/** Groups and projects of the fake, and who is a member of them. */
export function placesOf(
  world: FakePlaces,
  users: readonly FakeUser[],
  guarded: (answer: Answer) => Handlers[string],
): Handlers {
  const { groups, projects, unassigned, invited } = world;
  return {
    'GET /api/v4/users/:id/memberships': guarded(({ id }, url) =>
      paged(
        [
          ...groups.filter(isWith(id)).map((it) => source(it, 'Namespace')),
          ...projects.filter(isWith(id)).map((it) => source(it, 'Project')),
        ],
        url,
      ),
    ),
    'GET /api/v4/users/:id/projects': guarded(({ id }, url) =>
      paged(projects.filter(({ ownOf }) => ownOf === Number(id)).map(shownProject), url),
    ),
    'GET /api/v4/groups/:id': guarded(within(groups, (it) => json(200, shownGroup(it)))),
    'GET /api/v4/projects/:id': guarded(within(projects, (it) => json(200, shownProject(it)))),
    'GET /api/v4/groups/:id/members/all/:user': guarded(
      within(groups, (it, { user }) => {
        const levels = lineOf(it).flatMap(({ members }) => members.filter(isOf(user)));
        const best = levels.toSorted((a, b) => b.level - a.level)[0];
        if (best) return json(200, shown(best));
        const isInvited = invited.includes(Number(user));
        return isInvited
          ? json(200, shown({ user: Number(user), level: 20 }))
          : missing('Not found');
      }),
    ),
    'GET /api/v4/groups/:id/members': guarded(
      within(groups, (it, _, url) => paged(it.members, url, shown)),
    ),
    ...membersIn('groups', groups),
    ...membersIn('projects', projects),
  };

  function membersIn(kind: string, places: readonly FakeProject[]): Handlers {
    const at = `/api/v4/${kind}/:id/members`;
    return {
      [`GET ${at}/:user`]: guarded(
        within(places, ({ members }, { user }) => {
          const member = members.find(isOf(user));
          return member ? json(200, shown(member)) : missing('Not found');
        }),
      ),
      [`POST ${at}`]: guarded(
        within(places, ({ members }, _, __, body) => {
          const { user_id: user, ...role } = body as Sent & { user_id: number };
          if (members.some(isOf(String(user))))
            return json(409, { message: 'Member already exists' });
          const member = { user, ...roleOf(role) };
          members.push(member);
          return json(201, shown(member));
        }),
      ),
      [`PUT ${at}/:user`]: guarded(
        within(places, ({ members }, { user }, _, body) => {
          const member = members.find(isOf(user));
          if (!member) return missing('Not found');
          Object.assign(member, roleOf(body as Sent));
          return json(200, shown(member));
        }),
      ),
      [`DELETE ${at}/:user`]: guarded(
        within(places, (it, { user }, url) => {
          const member = it.members.find(isOf(user));
          if (!member) return missing('Not found');
          if (it.ownOf === member.user || isLastOwner(kind, it, member))
            return json(403, { message: '403 Forbidden' });
          const below = url.searchParams.get('skip_subresources') !== 'true' && kind === 'groups';
          const all = [...groups, ...projects].filter(({ path }) => path.startsWith(`${it.path}/`));
          for (const place of [it, ...(below ? all : [])]) {
            place.members = place.members.filter((one) => one.user !== member.user);
          }
          // Who is out of the group is no longer linked with the single sign-on either.
          if (!it.path.includes('/'))
            world.saml = world.saml.filter((one) => one.user !== member.user);
          if (url.searchParams.get('unassign_issuables') === 'true') unassigned.push(it.path);
          return new Response(null, { status: 204 });
        }),
      ),
    };
  }

  /** The group and those above, as far as there are any. */
  function lineOf({ path }: FakeGroup): FakeGroup[] {
    return groups.filter((it) => path === it.path || path.startsWith(`${it.path}/`));
  }

  /** Tokens are no owners, and owners of groups above are. */
  function isLastOwner(kind: string, place: FakeGroup, { user, level }: FakeMember): boolean {
    if (kind !== 'groups' || level < 50) return false;
    const owners = lineOf(place).flatMap(({ members }) => members.filter((it) => it.level === 50));
    const isToken = (id: number) => userOf(id).username.startsWith('group_');
    return (
      owners.filter((it) => !isToken(it.user)).length === 1 && owners.some((it) => it.user === user)
    );
  }

  function within<Place extends FakeGroup>(
    places: readonly Place[],
    answer: (it: Place, params: Record<string, string>, url: URL, body: unknown) => Response,
  ): Answer {
    return (params, url, body) => {
      const wanted = decodeURIComponent(params['id'] ?? '');
      const it = places.find(({ id, path }) => String(id) === wanted || path === wanted);
      return it ? answer(it, params, url, body) : missing('Not Found');
    };
  }

  function userOf(id: number): FakeUser {
    return users.find((it) => it.id === id) ?? { id, username: `user${id}`, email: '' };
  }

  function shown({ user, level, expires, customRole }: FakeMember) {
    const { username, state = 'active' } = userOf(user);
    return {
      ...{ id: user, username, name: username, state, access_level: level },
      expires_at: expires ?? null,
      ...(customRole === undefined ? {} : { member_role: { id: customRole } }),
    };
  }

  function shownGroup(it: FakeGroup) {
    const above = lineOf(it).filter(({ id }) => id !== it.id);
    const parent = above.toSorted((a, b) => b.path.length - a.path.length)[0];
    return { id: it.id, name: it.path, full_path: it.path, parent_id: parent?.id ?? null };
  }
}

/** Pages by number, as GitLab links them. */
export function paged<Item>(
  all: readonly Item[],
  url: URL,
  shown: (it: Item) => unknown = (it) => it,
): Response {
  const size = Number(url.searchParams.get('per_page') ?? 20);
  const page = Number(url.searchParams.get('page') ?? 1);
  const next = new URL(url);
  next.searchParams.set('page', String(page + 1));
  return Response.json(
    all.slice((page - 1) * size, page * size).map(shown),
    all.length > page * size ? { headers: { link: `<${next}>; rel="next"` } } : {},
  );
}

interface Sent {
  readonly access_level: number;
  readonly expires_at?: string;
  readonly member_role_id?: number;
}

const roleOf = ({ access_level: level, expires_at, member_role_id }: Sent) => ({
  level,
  ...(expires_at === undefined ? {} : { expires: expires_at }),
  ...(member_role_id === undefined ? {} : { customRole: member_role_id }),
});
const isOf =
  (user: string | undefined) =>
  (it: FakeMember): boolean =>
    it.user === Number(user);
const isWith =
  (user: string | undefined) =>
  ({ members }: FakeGroup): boolean =>
    members.some(isOf(user));
const source = ({ id, path }: FakeGroup, type: 'Namespace' | 'Project') => ({
  ...{ source_id: id, source_name: path.split('/').at(-1), source_type: type, access_level: '30' },
});
const shownProject = ({ id, path }: FakeProject) => ({
  ...{ id, name: path, path_with_namespace: path },
});
const missing = (what: string) => json(404, { message: `404 ${what}` });

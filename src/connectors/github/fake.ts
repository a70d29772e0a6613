import { fakeService, json } from '#connector-kit/testing/fake-service.ts';
import { accessRoutes } from './fake-access.ts';
import { answerGraphQl } from './fake-graphql.ts';
import {
  fullInstallation,
  fullTeam,
  fullUser,
  invitationBy,
  organisationOf,
  profile,
  teamMembership,
} from './fake-shapes.ts';
import {
  empty,
  type FakeGitHubOptions,
  type FakeTeam,
  type FakeUser,
  gone,
  isAnOwner,
  isMember,
  missing,
  openWorld,
  refused,
  type World,
} from './fake-world.ts';

/** A small organisation in memory, as GitHub shows it to an app or to a token of an owner. */
export function fakeGitHub(options: FakeGitHubOptions) {
  const world = openWorld(options);
  const access = accessRoutes(world);
  const service = fakeService({
    ...peopleRoutes(world),
    ...access.routes,
    'POST /graphql': world.guarded(async (_, __, body) =>
      json(200, await answerGraphQl(world, body)),
    ),
  });
  const { users, teams, invitations, roles, credentials, tokens, repositories } = world;
  const { settle } = access;
  return {
    ...service,
    users,
    teams,
    invitations,
    roles,
    credentials,
    tokens,
    repositories,
    settle,
  };
}

function peopleRoutes(world: World) {
  const { options, org, organisation, permissions, users, teams, invitations } = world;
  const { byId, byLogin, installationToken, guarded, asApp, withUser, paged } = world;
  /** What somebody had who was removed; GitHub keeps it for three months. */
  const kept = new Map<number, () => void>();
  const invitation = invitationBy(users[0]!);

  return {
    [`GET ${org}/installation`]: asApp(() =>
      json(200, fullInstallation(organisation, permissions)),
    ),
    'POST /app/installations/:id/access_tokens': asApp(() =>
      json(201, {
        token: installationToken,
        expires_at: new Date(Date.now() + 3_600_000).toISOString(),
        permissions,
        repository_selection: 'all',
      }),
    ),
    'GET /user': guarded(() => found(users[0])),
    'GET /user/:id': guarded(({ id }) => found(byId(Number(id)))),
    'GET /users/:login': guarded(({ login }) => found(byLogin(login))),
    [`GET ${org}/members`]: guarded((_, url) => {
      const role = url.searchParams.get('role') ?? 'all';
      return paged(
        users
          .filter(isMember)
          .filter((it) => role === 'all' || isAnOwner(it) === (role === 'admin'))
          .map(fullUser),
        url,
      );
    }),
    [`GET ${org}/memberships/:login`]: guarded(
      withUser((it) => (isMember(it) || it.isInvited ? json(200, membership(it)) : missing())),
    ),
    [`PUT ${org}/memberships/:login`]: guarded(
      withUser((it, _, __, body) => {
        const role = (body as { role: 'admin' | 'member' }).role;
        if (!isMember(it)) it.isInvited = true;
        else if (isAnOwner(it) && role === 'member' && owners() === 1) {
          return refused('The organization must have at least one owner');
        } else it.role = role;
        return json(200, membership(it));
      }),
    ),
    [`DELETE ${org}/memberships/:login`]: guarded(
      withUser((it) => {
        if (it.isInvited) {
          it.isInvited = false;
          return empty();
        }
        if (!isMember(it)) return missing();
        if (isAnOwner(it) && owners() === 1) {
          return json(403, { message: 'You can’t remove the last owner', documentation_url: 'x' });
        }
        remove(it);
        return empty();
      }),
    ),
    [`GET ${org}/outside_collaborators`]: guarded((_, url) =>
      paged(users.filter((it) => it.isOutside && !isMember(it)).map(fullUser), url),
    ),
    [`DELETE ${org}/outside_collaborators/:login`]: guarded(
      withUser((it) => {
        if (isMember(it)) return refused('You cannot specify an organization member to remove');
        it.isOutside = false;
        return empty();
      }),
    ),
    [`GET ${org}/invitations`]: guarded((_, url) => paged(invitations.map(invitation), url)),
    [`POST ${org}/invitations`]: guarded((_, __, body) => {
      const { invitee_id: id, role } = body as { invitee_id: number; role: string };
      const it = byId(id);
      if (!it || (role === 'reinstate' && !kept.has(id))) return refused('Invitee was no member');
      it.isInvited = true;
      if (options.acceptingAtOnce) accept(it);
      return json(201, invitation({ id: 7_000 + id, login: it.login, email: null, role }));
    }),
    [`DELETE ${org}/invitations/:id`]: guarded(({ id }) => gone(invitations, Number(id))),

    [`GET ${org}/teams`]: guarded((_, url) => paged(teams.map(fullTeam), url)),
    [`GET ${org}/teams/:slug/members`]: guarded(({ slug }, url) => {
      const role = url.searchParams.get('role');
      const it = teams.find((one) => one.slug === slug);
      const members = it?.members.filter((one) => role === null || one.role === role) ?? [];
      return it
        ? paged(
            members.map(({ id }) => fullUser(byId(id)!)),
            url,
          )
        : missing();
    }),
    [`GET ${org}/teams/:slug/memberships/:login`]: guarded(
      inTeam((it, user) => {
        const member = it.members.find(({ id }) => id === user.id);
        return member ? json(200, teamMembership(member.role)) : missing();
      }),
    ),
    [`PUT ${org}/teams/:slug/memberships/:login`]: guarded(
      inTeam((it, user, body) => {
        if (it.isSynchronised || it.group) return json(403, {});
        const { role } = body as { role: 'member' | 'maintainer' };
        if (!isMember(user)) user.isInvited = true;
        else if (!it.members.some(({ id }) => id === user.id))
          it.members.push({ id: user.id, role });
        return json(200, teamMembership(role));
      }),
    ),
    [`DELETE ${org}/teams/:slug/memberships/:login`]: guarded(
      inTeam((it, user) => {
        if (it.isSynchronised || it.group) return json(403, {});
        return gone(it.members, user.id);
      }),
    ),
    [`GET ${org}/teams/:slug/external-groups`]: guarded(({ slug }) => {
      const it = teams.find((one) => one.slug === slug);
      if (!it?.group) return missing(); // no managed users here
      return json(200, {
        groups: [{ group_id: 1, group_name: it.group, updated_at: '2026-01-01T00:00:00Z' }],
      });
    }),
  };

  function remove(it: FakeUser) {
    const had = { role: it.role, seat: it.seat };
    const left = teams.flatMap((team) => {
      const member = team.members.find(({ id }) => id === it.id);
      if (member && !team.slug.startsWith('ent:')) gone(team.members, it.id);
      return member ? [() => team.members.push(member)] : [];
    });
    kept.set(it.id, () => {
      Object.assign(it, had);
      for (const rejoin of left) rejoin();
    });
    delete it.role;
    it.seat = null;
  }

  function accept(it: FakeUser) {
    it.isInvited = false;
    const reinstate = kept.get(it.id);
    if (reinstate) reinstate();
    else it.role = 'member';
  }

  function owners() {
    return users.filter(isAnOwner).length;
  }

  function inTeam(answer: (it: FakeTeam, user: FakeUser, body: unknown) => Response) {
    return withUser((user, { slug }, _, body) => {
      const it = teams.find((one) => one.slug === slug);
      return it ? answer(it, user, body) : missing();
    });
  }

  function membership(it: FakeUser) {
    return {
      ...{ state: it.isInvited ? 'pending' : 'active', role: it.role ?? 'member' },
      ...{ url: 'https://api.github.com/x', organization_url: 'https://api.github.com/y' },
      direct_membership: it.role !== undefined,
      enterprise_teams_providing_indirect_membership: it.enterpriseTeams ?? [],
      organization: organisationOf(organisation),
      user: fullUser(it),
    };
  }

  function found(it: FakeUser | undefined): Response {
    return it ? json(200, { ...fullUser(it), ...profile }) : missing();
  }
}

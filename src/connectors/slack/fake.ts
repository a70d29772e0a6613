import { fakeService } from '#connector-kit/testing/fake-service.ts';
import { chatOfFake, type FakeChannel } from './fake-chat.ts';
import {
  type FakeIntegrationChange,
  type FakeSlackUser,
  type FakeUserGroup,
  onlyWorkspace,
  organisation,
  type Rank,
  shownChange,
  shownGroup,
  shownInOrganisation,
  shownUser,
} from './fake-data.ts';
import { scimOfFake } from './fake-scim.ts';
import type { SlackPlan } from './settings.ts';

export interface FakeSlackOptions {
  readonly users: FakeSlackUser[];
  readonly plan?: SlackPlan;
  readonly groups?: FakeUserGroup[];
  readonly integrations?: readonly FakeIntegrationChange[];
  readonly token?: string;
  readonly botToken?: string;
  /** Left out: every scope that messages take. */
  readonly botGranted?: readonly string[];
  readonly channels?: readonly FakeChannel[];
  /** Left out: every scope. */
  readonly granted?: readonly string[];
  readonly pageSize?: number;
  /** What Slack queues is done only when `settle` is called. */
  readonly slowly?: boolean;
  /** Where the app is installed; default: where the plan wants it. */
  readonly installedOnOrganisation?: boolean;
}

type Input = Readonly<Record<string, unknown>>;

/** A small Slack in memory, web API and SCIM. It answers 200 to what it refuses. */
export function fakeSlack(options: FakeSlackOptions) {
  const { users, groups = [], integrations = [], plan = 'enterprise', pageSize = 1_000 } = options;
  const token = options.token ?? 'xoxp-token';
  const isOrganisation = plan === 'enterprise';
  const queue: (() => void)[] = [];
  const chat = chatOfFake({ users, channels: options.channels ?? [] });
  const state = { users, groups, plan, token, later, granted: options.granted ?? null };

  const service = fakeService({
    ...methods('POST', {
      'admin.users.deactivate': ['admin.users:write', withUser(deactivate)],
      'admin.users.assign': [
        'admin.users:write',
        withUser((it, { team_id }) => {
          if (it.deleted) return refuse('user_is_deactivated');
          it.workspaces = { ...it.workspaces, [String(team_id)]: 'member' };
          return {};
        }),
      ],
      'admin.users.session.list': [
        'admin.users:read',
        ({ cursor, limit }) => {
          const all = users.flatMap((it) =>
            (it.sessions ?? []).map((session_id) => ({
              ...{ session_id, user_id: it.id, team_id: organisation },
            })),
          );
          return page('active_sessions', all, cursor, limit);
        },
      ],
      'admin.users.session.reset': [
        'admin.users:write',
        withUser((it) => {
          later(() => {
            it.sessions = [];
          });
          return {};
        }),
      ],
      'admin.users.setRegular': ['admin.users:write', withUser(setRegular)],
      'admin.users.setAdmin': ['admin.users:write', withUser(raise('admin'))],
      'admin.users.setOwner': ['admin.users:write', withUser(raise('owner'))],
      'usergroups.users.update': [
        'usergroups:write',
        ({ usergroup, users: list }) => {
          const group = groups.find(({ id }) => id === usergroup);
          if (!group) return refuse('no_such_subteam');
          if (group.byScim || group.auto) return refuse('permission_denied');
          const wanted = String(list ?? '')
            .split(',')
            .filter(Boolean);
          if (wanted.length === 0) return refuse('no_users_provided');
          group.members = wanted;
          return { usergroup: shownGroup(group) };
        },
      ],
    }),
    ...methods('POST', chat.methods),
    ...methods('GET', {
      'auth.test': [
        null,
        () => ({
          ...{ url: 'https://meadow.slack.com/', team: 'Meadow & Co', user: 'gatehouse' },
          ...{ team_id: isOrganisation ? organisation : onlyWorkspace, user_id: 'U0GATEHOUSE' },
          is_enterprise_install: options.installedOnOrganisation ?? isOrganisation,
        }),
      ],
      'users.info': ['users:read', withUser((it) => ({ user: shownUser(it, isOrganisation) }))],
      'users.list': [
        'users:read',
        ({ cursor, limit }) => ({
          ...page(
            'members',
            users.map((it) => shownUser(it, isOrganisation)),
            cursor,
            limit,
          ),
          cache_ts: 1_764_400_000,
        }),
      ],
      'users.lookupByEmail': [
        'users:read.email',
        ({ email }) => {
          const found = users.find(
            (it) => !it.deleted && it.email?.toLowerCase() === String(email).toLowerCase(),
          );
          return found ? { user: shownUser(found, isOrganisation) } : refuse('users_not_found');
        },
      ],
      'admin.users.list': [
        'admin.users:read',
        ({ is_active, cursor, limit }) => {
          const active = is_active !== 'false';
          const all = users.filter((it) => !it.deleted === active).map(shownInOrganisation);
          return page('users', all, cursor, limit);
        },
      ],
      'admin.teams.admins.list': ['admin.teams:read', rankedAs('admin', 'admin_ids')],
      'admin.teams.owners.list': ['admin.teams:read', rankedAs('owner', 'owner_ids')],
      'usergroups.list': [
        'usergroups:read',
        ({ team_id }) => {
          if (isOrganisation && !team_id) return refuse('missing_argument');
          return { usergroups: groupsOf(team_id).map(shownGroup) };
        },
      ],
      'usergroups.users.list': [
        'usergroups:read',
        ({ usergroup }) => {
          const group = groups.find(({ id }) => id === usergroup);
          return group ? { users: group.members } : refuse('no_such_subteam');
        },
      ],
      'team.integrationLogs': [
        'admin',
        ({ user, app_id, service_id, team_id, page: asked }) => {
          if (isOrganisation && !team_id) return refuse('missing_argument');
          const all = integrations
            .filter((it) => !isOrganisation || it.workspace === team_id)
            .filter((it) => user === undefined || it.user === user)
            .filter((it) => app_id === undefined || it.app === app_id)
            .filter((it) => service_id === undefined || it.service === service_id)
            .toSorted((a, b) => b.date - a.date);
          const from = (Number(asked ?? 1) - 1) * pageSize;
          return {
            logs: all.slice(from, from + pageSize).map(shownChange),
            paging: {
              ...{ count: pageSize, total: all.length, page: Number(asked ?? 1) },
              pages: Math.max(1, Math.ceil(all.length / pageSize)),
            },
          };
        },
      ],
    }),
    ...scimOfFake(state),
  });
  return {
    ...service,
    users,
    groups,
    /** What was posted, in its order. */
    posted: chat.posted,
    /** What was queued is done. */
    settle() {
      for (const it of queue.splice(0)) it();
    },
  };

  function later(effect: () => void): void {
    if (options.slowly) queue.push(effect);
    else effect();
  }

  type Method = (input: Input) => object;
  function methods(verb: 'GET' | 'POST', table: Record<string, readonly [string | null, Method]>) {
    const byToken = new Map([
      [`Bearer ${token}`, options.granted ?? everyScope],
      [`Bearer ${options.botToken ?? 'xoxb-token'}`, options.botGranted ?? everyBotScope],
    ]);
    return Object.fromEntries(
      Object.entries(table).map(([name, [scope, method]]): [string, Handler] => [
        `${verb} /api/${name}`,
        (_, { url, headers, body }) => {
          const input = verb === 'GET' ? Object.fromEntries(url.searchParams) : (body ?? {});
          const granted = byToken.get(headers.get('authorization') ?? '');
          const answer = (it: object) =>
            Response.json(
              { ok: true, ...it },
              { headers: { 'x-oauth-scopes': (granted ?? []).join(',') } },
            );
          if (!granted) return answer(refuse('invalid_auth'));
          if (name.startsWith('admin.') && !isOrganisation)
            return answer(refuse('feature_not_enabled'));
          if (scope !== null && !granted.includes(scope)) {
            return answer({ ...refuse('missing_scope'), needed: scope });
          }
          return answer(method(input as Input));
        },
      ]),
    );
  }

  function withUser(method: (it: FakeSlackUser, input: Input) => object): Method {
    return (input) => {
      const wanted = input['user_id'] ?? input['user'];
      const it = users.find(({ id }) => id === wanted);
      return it ? method(it, input) : refuse('user_not_found');
    };
  }

  function deactivate(it: FakeSlackUser): object {
    if (it.rank === 'primary owner') return refuse('cannot_modify_primary_owner');
    later(() => {
      it.deleted = true;
      // Nothing of it comes back by itself.
      if (it.workspaces) it.workspaces = {};
    });
    return {};
  }

  function setRegular(it: FakeSlackUser, { team_id }: Input): object {
    if (it.rank === 'primary owner') return refuse('cannot_modify_primary_owner');
    const workspaces = { ...it.workspaces };
    if (team_id === organisation) {
      it.rank = 'member';
      for (const [at, rank] of Object.entries(workspaces)) {
        if (rank === 'owner') workspaces[at] = 'member';
      }
    } else {
      if (it.rank === 'admin') {
        return refuse('cannot_set_org_admin_to_regular_at_workspace_level');
      }
      workspaces[String(team_id)] = 'member';
    }
    it.workspaces = workspaces;
    return {};
  }

  function raise(rank: 'admin' | 'owner') {
    return (it: FakeSlackUser, { team_id }: Input): object => {
      if (it.rank === 'primary owner') return refuse('cannot_modify_primary_owner');
      if (team_id === organisation) {
        it.rank = rank;
        const all = Object.keys(it.workspaces ?? {});
        it.workspaces = Object.fromEntries(all.map((at) => [at, 'owner']));
      } else it.workspaces = { ...it.workspaces, [String(team_id)]: rank };
      return {};
    };
  }

  function rankedAs(rank: Rank, field: string): Method {
    return ({ team_id, cursor, limit }) => {
      const ids = users.filter((it) => it.workspaces?.[String(team_id)] === rank);
      return page(
        field,
        ids.map(({ id }) => id),
        cursor,
        limit,
      );
    };
  }

  function page(field: string, all: readonly unknown[], cursor: unknown, limit: unknown): object {
    const size = Math.min(Number(limit ?? pageSize), pageSize);
    const from = Number(cursor ?? 0);
    const next_cursor = from + size < all.length ? `${from + size}` : '';
    return { [field]: all.slice(from, from + size), response_metadata: { next_cursor } };
  }

  function groupsOf(workspace: unknown) {
    // Groups of the organisation itself are seen by SCIM only.
    return isOrganisation ? groups.filter((it) => it.workspace === workspace) : groups;
  }
}

type Handler = Parameters<typeof fakeService>[0][string];

const refuse = (error: string) => ({ ok: false, error });

const everyBotScope = ['users:read', 'users:read.email', 'im:write', 'chat:write'];
const everyScope = [
  ...['users:read', 'users:read.email', 'usergroups:read', 'usergroups:write', 'admin'],
  ...['admin.users:read', 'admin.users:write', 'admin.teams:read'],
];

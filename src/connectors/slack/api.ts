import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import { openSlackBot, type SlackBot } from './bot.ts';
import { failureIn, nobodyFound } from './failures.ts';
import { openSlackScim, type SlackScim } from './scim.ts';
import { hasScim, type Settings } from './settings.ts';
import { IntegrationChange, OrganisationUser, SlackUser, UserGroup } from './shapes.ts';
import { whoAmI } from './who-am-i.ts';

const said = { ok: z.literal(true) };
const Ok = z.object(said);
const paged = { response_metadata: z.object({ next_cursor: z.string().nullish() }).nullish() };
const Paged = z.object(paged);

const Ids = z.array(z.string());
const Admins = z
  .object({ ...said, ...paged, admin_ids: Ids })
  .transform(({ admin_ids, ...rest }) => ({ ids: admin_ids, ...rest }));
const Owners = z
  .object({ ...said, ...paged, owner_ids: Ids })
  .transform(({ owner_ids, ...rest }) => ({ ids: owner_ids, ...rest }));

const Session = z.object({ session_id: z.int(), user_id: z.string() });

const UserAnswer = z.object({ ...said, user: SlackUser });
/** A 404 says nothing of the kind: it comes from whoever stands in between. */
const UserOrNobody = z.union([
  UserAnswer,
  z
    .object({ ok: z.literal(false), error: z.literal(nobodyFound) })
    .transform(() => ({ user: null })),
]);
const Members = z.object({ ...said, ...paged, members: z.array(SlackUser) });
const OrganisationUsers = z.object({ ...said, ...paged, users: z.array(OrganisationUser) });
const Sessions = z.object({ ...said, ...paged, active_sessions: z.array(Session) });
const Groups = z.object({ ...said, usergroups: z.array(UserGroup) });
const Users = z.object({ ...said, users: z.array(z.string()) });
const Log = z.object({
  ...said,
  logs: z.array(IntegrationChange).default([]),
  paging: z.object({ pages: z.int().default(1) }),
});

type Query = Readonly<Record<string, string | null>>;

/** Slack's web API in our words, one function per call. https://docs.slack.dev/reference/methods */
export function openSlack(settings: Settings, io: Io) {
  const { token, botToken } = settings;
  const http = openHttp(io, {
    baseUrl: 'https://slack.com/api',
    headers: { authorization: `Bearer ${token}` },
    failureIn,
  });
  const withQuery = (method: string, query: Query) => {
    const set = Object.entries(query).filter((it): it is [string, string] => it[1] !== null);
    return set.length === 0 ? `/${method}` : `/${method}?${new URLSearchParams(set)}`;
  };
  const get = <T>(method: string, shape: z.ZodType<T>, query: Query = {}) =>
    http.get(withQuery(method, query), shape);
  const post = async (method: string, body: object): Promise<void> => {
    await http.post(`/${method}`, Ok, body);
  };

  /** Page by page: an empty cursor is the end, and a short page is not. */
  async function* pages<T extends z.infer<typeof Paged>>(
    page: (cursor: string | null) => Promise<T>,
  ): AsyncIterable<T> {
    for (let cursor: string | null = null; ; ) {
      const it: T = await page(cursor);
      yield it;
      const next: string | null = it.response_metadata?.next_cursor || null;
      if (next === null) return;
      if (next === cursor) {
        const detail = 'Slack names the same page as the next one again';
        throw new ConnectorError({ kind: 'unexpected', detail });
      }
      cursor = next;
    }
  }

  async function idsIn(
    method: string,
    shape: z.ZodType<{ ids: string[] } & z.infer<typeof Paged>>,
    workspace: string,
  ): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    const page = (cursor: string | null) =>
      get(method, shape, { team_id: workspace, limit: '100', cursor });
    for await (const { ids } of pages(page)) for (const id of ids) found.add(id);
    return found;
  }

  return {
    settings,
    /** Null: the plan has none. */
    scim: hasScim(settings) ? openSlackScim(token, io) : null,

    /** Null: no messages go out by Slack. */
    bot: botToken === undefined ? null : openSlackBot(botToken, io),

    /** Who we are, and in a header of the answer what we may do. */
    whoAmI: () => whoAmI(http),

    user: async (id: string) => (await get('users.info', UserAnswer, { user: id })).user,
    /** Somebody active, or null; a deactivated one is not found by the address. */
    userWith: async (email: string) =>
      (await get('users.lookupByEmail', UserOrNobody, { email })).user,
    /** Everybody in a workspace, deactivated ones and bots as well. */
    async *allUsers(): AsyncIterable<SlackUser> {
      const page = (cursor: string | null) => get('users.list', Members, { limit: '200', cursor });
      for await (const { members } of pages(page)) yield* members;
    },
    /** Everybody in the organisation who is active, or who is not: Slack lists only one of them at a time. */
    async *allInOrganisation(active: boolean): AsyncIterable<OrganisationUser> {
      const query = { is_active: `${active}`, limit: '100' };
      const page = (cursor: string | null) =>
        get('admin.users.list', OrganisationUsers, { ...query, cursor });
      for await (const { users } of pages(page)) yield* users;
    },

    deactivate: (id: string) => post('admin.users.deactivate', { user_id: id }),
    assign: (id: string, workspace: string) =>
      post('admin.users.assign', { team_id: workspace, user_id: id }),
    /** Of all workspaces: sessions of somebody who has lost them are found only so. */
    async sessionsOf(id: string): Promise<number[]> {
      const found: number[] = [];
      const page = (cursor: string | null) =>
        http.post('/admin.users.session.list', Sessions, {
          limit: 1_000,
          ...(cursor === null ? {} : { cursor }),
        });
      for await (const { active_sessions } of pages(page)) {
        for (const it of active_sessions) if (it.user_id === id) found.push(it.session_id);
      }
      return found.sort((a, b) => a - b);
    },
    resetSessions: (id: string) => post('admin.users.session.reset', { user_id: id }),

    admins: (workspace: string) => idsIn('admin.teams.admins.list', Admins, workspace),
    owners: (workspace: string) => idsIn('admin.teams.owners.list', Owners, workspace),
    /** `at` is a workspace, or the organisation. */
    setRole: (id: string, at: string, role: 'Regular' | 'Admin' | 'Owner') =>
      post(`admin.users.set${role}`, { team_id: at, user_id: id }),

    /** Those that are in use, with their members. The workspace is named only in organisations. */
    groups: async (workspace: string | null) =>
      (await get('usergroups.list', Groups, { include_users: 'true', team_id: workspace }))
        .usergroups,
    membersOf: async (group: string, workspace: string | null) =>
      (await get('usergroups.users.list', Users, { usergroup: group, team_id: workspace })).users,
    /** Slack takes the whole list, and none that is empty. */
    setMembers: (group: string, workspace: string | null, users: readonly string[]) =>
      post('usergroups.users.update', {
        usergroup: group,
        users: users.join(','),
        ...(workspace === null ? {} : { team_id: workspace }),
      }),

    /** What was added, changed and removed; the newest first. */
    async integrationChanges(query: Query): Promise<IntegrationChange[]> {
      const found: IntegrationChange[] = [];
      for (let page = 1, last = 1; page <= last; page++) {
        const answer = await get('team.integrationLogs', Log, {
          ...{ ...query, count: '1000', page: `${page}` },
        });
        found.push(...answer.logs);
        last = answer.paging.pages;
      }
      return found;
    },
  };
}
export type Slack = ReturnType<typeof openSlack>;

/** For what is offered only on plans that have SCIM. */
export function scimOf({ scim, settings }: Slack): SlackScim {
  if (scim) return scim;
  const detail = `The plan ${settings.plan} of Slack has no SCIM interface.`;
  throw new ConnectorError({ kind: 'rejected', detail });
}

/** For what is offered only where there is a bot token. */
export function botOf({ bot }: Slack): SlackBot {
  if (bot) return bot;
  const detail = 'No bot token of Slack is entered, so no messages go out by Slack.';
  throw new ConnectorError({ kind: 'rejected', detail });
}

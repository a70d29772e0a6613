import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp, unlessMissing } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import { openGraphQl } from './graphql.ts';
import { addressesOf, type Settings } from './settings.ts';
import { headers, signInAsApp } from './sign-in.ts';
import { failureIn, howLong, tellingTooOften } from './too-often.ts';

const User = z.object({ id: z.number(), login: z.string() });
export type User = z.infer<typeof User>;

const Membership = z.object({
  state: z.enum(['active', 'pending']),
  role: z.string(),
  /** Older servers do not say. */
  direct_membership: z.boolean().default(true),
  enterprise_teams_providing_indirect_membership: z.array(z.string()).default([]),
});
const Invitation = z.object({
  id: z.number(),
  login: z.string().nullable(),
  email: z.string().nullable(),
  role: z.string(),
});
const TeamMembership = z.object({
  role: z.enum(['member', 'maintainer']),
  state: z.enum(['active', 'pending']),
});
const Team = z.object({ id: z.number(), name: z.string(), slug: z.string() });
const ExternalGroups = z.object({
  groups: z.array(z.object({ group_name: z.string() })),
});
const Roles = z.object({
  roles: z.array(z.object({ id: z.number(), name: z.string() })),
});
const RoleHolder = User.extend({
  assignment: z.enum(['direct', 'indirect', 'mixed']).default('direct'),
  inherited_from: z.array(z.object({ name: z.string() })).default([]),
});
const Credential = z.object({
  login: z.string(),
  credential_id: z.number(),
  credential_type: z.string(),
});
const Grant = z.object({ id: z.number(), owner: User, token_name: z.string() });
const DeployKey = z.object({
  id: z.number(),
  title: z.string(),
  added_by: z.string().nullish(),
});
const Seat = z.object({
  created_at: z.string(),
  pending_cancellation_date: z.string().nullish(),
  assigning_team: z.object({ name: z.string() }).nullish(),
});
const Installations = z.object({
  total_count: z.number(),
  installations: z.array(z.object({ app_slug: z.string() })),
});
const App = z.object({ name: z.string(), slug: z.string(), owner: z.object({ id: z.number() }) });

/** GitHub's API in our words, one function per call. https://docs.github.com/rest */
export function openGitHub(settings: Settings, io: Io) {
  const app = signInAsApp(settings, io);
  const { rest, graphql } = addressesOf(settings);
  const options = {
    headers:
      settings.token === undefined
        ? headers
        : { ...headers, authorization: `Bearer ${settings.token}` },
    ...(app ? { authorization: app } : {}),
    retryAfterMs: howLong,
  };
  const patient: Io = { ...io, fetch: tellingTooOften(io.fetch) };
  const http = openHttp(patient, { ...options, baseUrl: rest });
  const org = `/orgs/${settings.organisation}`;
  const of = encodeURIComponent;
  const team = (slug: string, login: string) => `${org}/teams/${of(slug)}/memberships/${of(login)}`;

  /**
   * What a call answers; null where there is no such thing. GitHub says so of everything it does not want us to
   * see, so an owner has to be there before it is believed: every organisation has one.
   */
  async function unlessGone<T>(answer: Promise<T>): Promise<T | null> {
    const found = await unlessMissing(answer);
    if (found !== null) return found;
    await seesAnOwner();
    return null;
  }

  async function seesAnOwner(): Promise<void> {
    const [owner] = await http.get(`${org}/members?role=admin&per_page=1`, z.array(User));
    if (owner) return;
    const detail = `GitHub shows no owner of ${settings.organisation}: the permission to read members may be missing`;
    throw new ConnectorError({ kind: 'not-found', detail });
  }

  async function* each<T>(path: string, shape: z.ZodType<T>): AsyncIterable<T> {
    for await (const page of http.pages(path, z.array(shape))) yield* page;
  }

  return {
    settings,
    list: io.list,
    /** Throws where GitHub shows none, though every organisation has one. */
    seesAnOwner,
    /** Null: a token, which does not tell what it may do. */
    app: async () => (app ? await app.token() : null),
    ...openGraphQl(
      openHttp(patient, { ...options, baseUrl: graphql, failureIn }),
      settings.organisation,
    ),

    me: () => http.get('/user', User),
    /** By the number that stays when the login changes. */
    userById: (id: string) => unlessGone(http.get(`/user/${of(id)}`, User)),
    userCalled: (login: string) => unlessGone(http.get(`/users/${of(login)}`, User)),

    membersWho: (role: 'admin' | 'member') =>
      each(`${org}/members?role=${role}&per_page=100`, User),
    membership: (login: string) =>
      unlessGone(http.get(`${org}/memberships/${of(login)}`, Membership)),
    setRole: (login: string, role: 'admin' | 'member') =>
      http.call('PUT', `${org}/memberships/${of(login)}`, { role }),
    /** Also takes an invitation back. GitHub writes to the person. */
    removeMember: (login: string) => http.call('DELETE', `${org}/memberships/${of(login)}`),

    outsiders: () => each(`${org}/outside_collaborators?per_page=100`, User),
    removeOutsider: (login: string) =>
      http.call('DELETE', `${org}/outside_collaborators/${of(login)}`),

    invitations: () => each(`${org}/invitations?per_page=100`, Invitation),
    invite: (id: string, role: 'reinstate' | 'direct_member') =>
      http.call('POST', `${org}/invitations`, { invitee_id: Number(id), role }),
    cancelInvitation: (id: string) => http.call('DELETE', `${org}/invitations/${of(id)}`),

    allTeams: () => each(`${org}/teams?per_page=100`, Team),
    maintainersOf: (slug: string) =>
      each(`${org}/teams/${of(slug)}/members?role=maintainer&per_page=100`, User),
    teamMembership: (slug: string, login: string) =>
      unlessMissing(http.get(team(slug, login), TeamMembership)),
    join: (slug: string, login: string, role: 'member' | 'maintainer') =>
      http.call('PUT', team(slug, login), { role }),
    leave: (slug: string, login: string) => http.call('DELETE', team(slug, login)),
    /** Only organisations with managed users have such; the others answer 404. */
    externalGroupsOf: async (slug: string) => {
      const path = `${org}/teams/${of(slug)}/external-groups`;
      return (await unlessMissing(http.get(path, ExternalGroups)))?.groups ?? [];
    },

    roles: async () => (await http.get(`${org}/organization-roles`, Roles)).roles,
    holdersOf: (roleId: number) =>
      each(`${org}/organization-roles/${roleId}/users?per_page=100`, RoleHolder),
    giveRole: (login: string, roleId: number) =>
      http.call('PUT', `${org}/organization-roles/users/${of(login)}/${roleId}`),
    takeRole: (login: string, roleId: number) =>
      http.call('DELETE', `${org}/organization-roles/users/${of(login)}/${roleId}`),

    credentialsOf: (login: string) =>
      each(`${org}/credential-authorizations?login=${of(login)}&per_page=100`, Credential),
    endCredential: (id: number) => http.call('DELETE', `${org}/credential-authorizations/${id}`),
    grantsOf: (login: string) => {
      const query = new URLSearchParams({ 'owner[]': login, per_page: '100' });
      return each(`${org}/personal-access-tokens?${query}`, Grant);
    },
    /** Accepted, and done a little later. */
    endGrants: (ids: readonly number[]) =>
      http.call('POST', `${org}/personal-access-tokens`, { action: 'revoke', pat_ids: ids }),
    deployKeysIn: (repository: string) =>
      each(`/repos/${settings.organisation}/${of(repository)}/keys?per_page=100`, DeployKey),
    endDeployKey: (repository: string, id: number) =>
      http.call('DELETE', `/repos/${settings.organisation}/${of(repository)}/keys/${id}`),

    seatOf: (login: string) => unlessMissing(http.get(`${org}/members/${of(login)}/copilot`, Seat)),
    giveSeat: (login: string) =>
      http.call('POST', `${org}/copilot/billing/selected_users`, { selected_usernames: [login] }),
    takeSeat: (login: string) =>
      http.call('DELETE', `${org}/copilot/billing/selected_users`, { selected_usernames: [login] }),

    async *installedApps(): AsyncIterable<string> {
      for await (const page of http.pages(`${org}/installations?per_page=100`, Installations)) {
        for (const { app_slug } of page.installations) yield app_slug;
      }
    },
    appCalled: (slug: string) => unlessMissing(http.get(`/apps/${of(slug)}`, App)),
  };
}
export type GitHub = ReturnType<typeof openGitHub>;

import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import { addressOf, type Settings } from './settings.ts';
import { openTop } from './top-group.ts';

/** What administrators see of a user. */
export const User = z.object({
  id: z.number(),
  username: z.string(),
  email: z.string(),
  state: z.string(),
  is_admin: z.boolean(),
  two_factor_enabled: z.boolean(),
  last_activity_on: z.coerce.date().nullish(),
});
export type User = z.infer<typeof User>;

const Profile = z.object({ id: z.number(), username: z.string(), state: z.string() });
export type Profile = z.infer<typeof Profile>;

const Me = z.object({ id: z.number(), username: z.string(), is_admin: z.boolean().default(false) });
const Token = z.object({ id: z.number(), name: z.string() });
const SshKey = z.object({ id: z.number(), title: z.string() });
const GpgKey = z.object({ id: z.number() });

const Source = z.object({ source_id: z.number(), source_type: z.enum(['Namespace', 'Project']) });
const Group = z.object({ id: z.number(), full_path: z.string(), parent_id: z.number().nullable() });
const Project = z.object({ id: z.number(), path_with_namespace: z.string() });
export const Member = z.object({
  id: z.number(),
  username: z.string(),
  /** Of the user: active, blocked, … */
  state: z.string(),
  access_level: z.number(),
  expires_at: z.string().nullish(),
  /** Ultimate only. */
  member_role: z.object({ id: z.number() }).nullish(),
});

/** A group or a project, as the addresses of the API name it: `groups/12`, `projects/7`. */
export type Place = `${'groups' | 'projects'}/${number}`;

/** What somebody may do in a place. */
export interface Role {
  readonly level: number;
  readonly expires: string | null;
  readonly customRole: number | null;
}

/** GitLab's API in our words, one function per call. https://docs.gitlab.com/api/users */
export function openGitLab(settings: Settings, io: Io) {
  const http = openHttp(io, {
    baseUrl: `${new URL(addressOf(settings)).origin}/api/v4`,
    headers: { authorization: `Bearer ${settings.token}` },
  });
  const user = (id: string) => `/users/${encodeURIComponent(id)}`;

  async function* each<T>(path: string, shape: z.ZodType<T>): AsyncIterable<T> {
    for await (const page of http.pages(path, z.array(shape))) yield* page;
  }
  async function all<T>(path: string, shape: z.ZodType<T>): Promise<T[]> {
    const found: T[] = [];
    for await (const it of each(path, shape)) found.push(it);
    return found;
  }

  return {
    settings,
    list: io.list,
    /** The group of gitlab.com that we are there for; null: the whole of a GitLab of one's own. */
    top: settings.group === undefined ? null : openTop(http, settings.group),

    me: () => http.get('/user', Me),
    /** What our own token may do. */
    scopes: async () =>
      (await http.get('/personal_access_tokens/self', z.object({ scopes: z.array(z.string()) })))
        .scopes,
    user: (id: string) => http.get(user(id), User),
    /** What everybody sees. */
    profile: (id: string) => http.get(user(id), Profile),
    profileOf: async (username: string) =>
      (await all(`/users?${new URLSearchParams({ username })}`, Profile))[0] ?? null,
    /** Parts of names and addresses match as well. */
    usersLike: (text: string) =>
      each(`/users?${new URLSearchParams({ search: text, per_page: '100' })}`, User),
    allUsers: () => each('/users?pagination=keyset&order_by=id&sort=asc&per_page=100', User),

    block: (id: string) => http.call('POST', `${user(id)}/block`),
    unblock: (id: string) => http.call('POST', `${user(id)}/unblock`),
    setAdmin: (id: string, admin: boolean) => http.call('PUT', user(id), { admin }),
    /** GitLab writes to the person. */
    disableTwoFactor: (id: string) => http.call('PATCH', `${user(id)}/disable_two_factor`),

    tokensOf: (id: string) =>
      all(
        `/personal_access_tokens?${new URLSearchParams({ user_id: id, state: 'active', per_page: '100' })}`,
        Token,
      ),
    endToken: (id: number) => http.call('DELETE', `/personal_access_tokens/${id}`),
    impersonationsOf: (id: string) =>
      all(`${user(id)}/impersonation_tokens?state=active&per_page=100`, Token),
    endImpersonation: (id: string, token: number) =>
      http.call('DELETE', `${user(id)}/impersonation_tokens/${token}`),
    sshKeysOf: (id: string) => all(`${user(id)}/keys?per_page=100`, SshKey),
    endSshKey: (id: string, key: number) => http.call('DELETE', `${user(id)}/keys/${key}`),
    gpgKeysOf: (id: string) => all(`${user(id)}/gpg_keys?per_page=100`, GpgKey),
    endGpgKey: (id: string, key: number) => http.call('DELETE', `${user(id)}/gpg_keys/${key}`),

    /** Where the user is a member by name; what comes from a group above is not among them. */
    membershipsOf: (id: string) => all(`${user(id)}/memberships?per_page=100`, Source),
    /** Those in the user's own name, which no membership can be taken from. */
    personalProjectsOf: (id: string) =>
      all(`${user(id)}/projects?simple=true&per_page=100`, Project),
    /** By number, or by the whole path. */
    group: (group: number | string) =>
      http.get(`/groups/${encodeURIComponent(group)}?with_projects=false`, Group),
    project: (id: number) => http.get(`/projects/${id}`, Project),
    membersOf: (group: number) => each(`/groups/${group}/members?per_page=100`, Member),
    member: (place: Place, id: string) => http.get(`/${member(place, id)}`, Member),
    /** Groups above count as well, and groups that were invited. */
    memberThrough: (group: number, id: string) =>
      http.get(`/groups/${group}/members/all/${encodeURIComponent(id)}`, Member),
    add: (place: Place, id: string, role: Role) =>
      http.call('POST', `/${place}/members`, { user_id: Number(id), ...sent(role) }),
    setRole: (place: Place, id: string, role: Role) =>
      http.call('PUT', `/${member(place, id)}`, sent(role)),
    /** Only there: what the user has in places below stays. */
    remove: (place: Place, id: string, { unassign }: { unassign: boolean }) =>
      http.call(
        'DELETE',
        `/${member(place, id)}?skip_subresources=true&unassign_issuables=${unassign}`,
      ),
  };
}
const member = (place: Place, id: string) => `${place}/members/${encodeURIComponent(id)}`;
const sent = ({ level, expires, customRole }: Role) => ({
  access_level: level,
  ...(expires === null ? {} : { expires_at: expires }),
  ...(customRole === null ? {} : { member_role_id: customRole }),
});

export type GitLab = ReturnType<typeof openGitLab>;

import { z } from 'zod';
import { type openHttp, unlessMissing } from '#connector-kit/http.ts';
import type { Place } from './api.ts';

const Self = z.object({ id: z.number(), full_path: z.string(), parent_id: z.number().nullable() });
const Numbered = z.object({ id: z.number() });
const Billed = z.object({
  id: z.number(),
  username: z.string(),
  state: z.string(),
  last_activity_on: z.coerce.date().nullish(),
});
const BilledMembership = z.object({ source_members_url: z.string(), source_id: z.number() });
const EnterpriseUser = z.object({
  id: z.number(),
  username: z.string(),
  state: z.string(),
  email: z.string(),
  two_factor_enabled: z.boolean(),
});
/** Said to be text in the reference, and a number in its example. */
const Identity = z.object({ extern_uid: z.string(), user_id: z.coerce.number() });
const Token = z.object({ id: z.number(), name: z.string(), user_id: z.number() });
const SshKey = z.object({ id: z.number(), title: z.string(), user_id: z.number() });

type Http = ReturnType<typeof openHttp>;

/**
 * A top-level group as its owner sees it. https://docs.gitlab.com/api/group_members,
 * /group_enterprise_users, /saml, /groups (credentials inventory)
 */
export function openTop(http: Http, path: string) {
  const group = `/groups/${encodeURIComponent(path)}`;
  const of = encodeURIComponent;

  async function* each<T>(at: string, shape: z.ZodType<T>): AsyncIterable<T> {
    for await (const page of http.pages(`${group}${at}`, z.array(shape))) yield* page;
  }
  async function all<T>(at: string, shape: z.ZodType<T>): Promise<T[]> {
    const found: T[] = [];
    for await (const it of each(at, shape)) found.push(it);
    return found;
  }
  const ofUser = <T extends { user_id: number }>(id: string, them: readonly T[]) =>
    them.filter(({ user_id }) => String(user_id) === id);

  return {
    path,
    self: () => http.get(`${group}?with_projects=false`, Self),
    /** Everybody who takes a seat, also those who are only members of something below. */
    billed: () => each('/billable_members?per_page=100', Billed),
    /** Null: the user takes no seat, which does not mean that they are a member of nothing. */
    billedPlacesOf: async (id: string): Promise<readonly Place[] | null> => {
      const at = `/billable_members/${of(id)}/memberships?per_page=100`;
      const found = await unlessMissing(all(at, BilledMembership));
      return found?.map(placeOf) ?? null;
    },
    /** Every group and project there is. */
    async *places(): AsyncIterable<Place> {
      yield `groups/${(await http.get(`${group}?with_projects=false`, Self)).id}`;
      for await (const { id } of each('/descendant_groups?per_page=100', Numbered))
        yield `groups/${id}`;
      const below = '/projects?include_subgroups=true&with_shared=false&simple=true&per_page=100';
      for await (const { id } of each(below, Numbered)) yield `projects/${id}`;
    },

    /** Parts of names and addresses match as well. */
    enterpriseUsersLike: (text: string) =>
      each(
        `/enterprise_users?${new URLSearchParams({ search: text, per_page: '100' })}`,
        EnterpriseUser,
      ),
    /** Null: the account is the person's own. */
    enterpriseUser: (id: string) =>
      unlessMissing(http.get(`${group}/enterprise_users/${of(id)}`, EnterpriseUser)),
    /** GitLab writes to the person. */
    disableTwoFactor: (id: string) =>
      http.call('PATCH', `${group}/enterprise_users/${of(id)}/disable_two_factor`),
    /** Accepted, and done a little later. */
    deleteEnterpriseUser: (id: string) =>
      http.call('DELETE', `${group}/enterprise_users/${of(id)}`),
    samlIdentities: () => each('/saml/identities', Identity),

    tokensOf: async (id: string) =>
      ofUser(id, await all('/manage/personal_access_tokens?state=active&per_page=100', Token)),
    /** GitLab writes to the person. */
    endToken: (id: number) => http.call('DELETE', `${group}/manage/personal_access_tokens/${id}`),
    sshKeysOf: async (id: string) => ofUser(id, await all('/manage/ssh_keys?per_page=100', SshKey)),
    /** GitLab writes to the person. */
    endSshKey: (id: number) => http.call('DELETE', `${group}/manage/ssh_keys/${id}`),
  };
}
export type Top = ReturnType<typeof openTop>;

/** Numbers of groups and projects overlap; only the address says which it is. */
function placeOf({ source_id, source_members_url: url }: z.infer<typeof BilledMembership>): Place {
  return url.endsWith('/project_members') ? `projects/${source_id}` : `groups/${source_id}`;
}

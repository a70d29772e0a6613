import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Settings } from './settings.ts';

/** Everybody's. */
export const address = 'https://api.atlassian.com';

const Links = z.object({ next: z.string().nullish() }).nullish();

/** The part of a user of the organisation that we read. */
export const Member = z.object({
  accountId: z.string(),
  email: z.string().nullish(),
  /** Of the Atlassian account: active, inactive, closed. */
  accountStatus: z.string().nullish(),
  /** In the organisation: active, suspended (in every directory), no_membership. */
  membershipStatus: z.string().nullish(),
  /** managed: the company owns the domain of the address, and so the account. */
  claimStatus: z.string().nullish(),
  forDeletion: z.boolean().nullish(),
  platformRoles: z.array(z.string()).nullish(),
  productAccess: z.array(z.object({ lastActiveTimestamp: z.coerce.date().nullish() })).nullish(),
});
export type Member = z.infer<typeof Member>;

const Profile = z.object({ account: z.object({ account_status: z.string() }) });
const Rule = z.object({
  allowed: z.boolean(),
  reason: z.object({ key: z.string() }).optional(),
});
const Rules = z.object({
  'lifecycle.enablement': Rule.optional(),
  'lifecycle.delete': Rule.optional(),
  'apiToken.delete': Rule.optional(),
});
const Token = z.object({ id: z.string(), label: z.string() });
const Group = z.object({
  id: z.string(),
  name: z.string(),
  directoryId: z.string(),
  externalSynced: z.boolean().nullish(),
});
const Assignment = z.object({
  resourceId: z.string().nullish(),
  roleAssignments: z
    .array(z.object({ role: z.string(), roleAssignmentMethods: z.array(z.string()).nullish() }))
    .nullish(),
});
const Directory = z.object({ directoryId: z.string() });

/** A role of an administrator, and where; null: in the whole organisation. */
export interface RoleAt {
  readonly role: string;
  readonly resource: string | null;
}

type Privilege = keyof z.infer<typeof Rules>;

const segment = encodeURIComponent;

/**
 * Atlassian's two APIs for administrators, of the organisation and of managed accounts, in our words.
 * https://developer.atlassian.com/cloud/admin
 */
export function openAtlassian(settings: Settings, io: Io) {
  const http = openHttp(io, {
    baseUrl: address,
    headers: { authorization: `Bearer ${settings.apiKey}` },
    onlyReads: (_, path) => path.endsWith('/search'),
  });
  const org = segment(settings.organisationId);
  /** A dash: every directory that we may administer. */
  const directory = (id = '-') => `/admin/v2/orgs/${org}/directories/${segment(id)}`;
  const account = (id: string) => `/users/${segment(id)}/manage`;
  /** Where the document knows no body, Atlassian answers 415 to a request that has none. */
  const empty = {};

  async function* search<T>(
    path: string,
    shape: z.ZodType<T>,
    asked: Readonly<Record<string, unknown>>,
  ): AsyncIterable<T> {
    const Page = z.object({ data: z.array(shape), links: Links });
    for (let cursor: string | undefined; ; ) {
      const { data, links } = await http.post(path, Page, {
        ...asked,
        ...(cursor === undefined ? {} : { cursor }),
      });
      yield* data;
      if (!links?.next) return;
      cursor = links.next;
    }
  }
  async function all<T>(found: AsyncIterable<T>): Promise<T[]> {
    const list: T[] = [];
    for await (const it of found) list.push(it);
    return list;
  }
  async function listed<T>(path: string, shape: z.ZodType<T>, query: Record<string, string> = {}) {
    const Page = z.object({ data: z.array(shape), links: Links });
    const found: T[] = [];
    for (let cursor: string | undefined; ; ) {
      const asked = new URLSearchParams({ ...query, ...(cursor === undefined ? {} : { cursor }) });
      const { data, links } = await http.get(`${path}${asked.size > 0 ? `?${asked}` : ''}`, Page);
      found.push(...data);
      if (!links?.next) return found;
      cursor = links.next;
    }
  }
  const expand = ['platformRoles', 'productAccess'];

  return {
    settings,
    async organisation(): Promise<string> {
      const shape = z.object({ data: z.object({ attributes: z.object({ name: z.string() }) }) });
      return (await http.get(`/admin/v1/orgs/${org}`, shape)).data.attributes.name;
    },

    /** Exact addresses only. */
    membersWith: (email: string) =>
      all(search(`${directory()}/users/search`, Member, { emails: [email], expand })),
    /** Everybody in a directory, and every managed account besides. */
    members: () => search(`${directory()}/users/search`, Member, { expand }),
    /** Null: there is none of that id that we may see. */
    async member(id: string): Promise<Member | null> {
      const asked = { accountIds: [id], expand };
      const found = await all(search(`${directory()}/users/search`, Member, asked));
      return found.find(({ accountId }) => accountId === id) ?? null;
    },
    directoriesOf: (id: string) =>
      listed(`/admin/v2/orgs/${org}/directories`, Directory, { accountId: id }),
    suspendAccess: (id: string, directoryId: string) =>
      http.call('POST', `${directory(directoryId)}/users/${segment(id)}/suspend`, empty),
    restoreAccess: (id: string, directoryId: string) =>
      http.call('POST', `${directory(directoryId)}/users/${segment(id)}/restore`, empty),
    /** Roles and groups go too; only an invitation brings them back. */
    removeFrom: (directoryId: string, id: string) =>
      http.call('DELETE', `${directory(directoryId)}/users/${segment(id)}`),

    /** Of managed accounts only, as everything below /users. */
    statusOf: async (id: string) =>
      (await http.get(`${account(id)}/profile`, Profile)).account.account_status,
    /** Why we may not; null: we may. */
    async obstacle(id: string, privilege: Privilege): Promise<string | null> {
      const query = new URLSearchParams({ privileges: privilege });
      const rule = (await http.get(`${account(id)}?${query}`, Rules))[privilege];
      if (!rule) {
        const detail = `Atlassian does not tell whether ${privilege} is allowed for this account`;
        throw new ConnectorError({ kind: 'unexpected', detail });
      }
      return rule.allowed ? null : (rule.reason?.key ?? 'not allowed');
    },
    /** Atlassian writes to the person, and offers no way not to (ID-7882). */
    deactivate: (id: string) => http.call('POST', `${account(id)}/lifecycle/disable`, empty),
    activate: (id: string) => http.call('POST', `${account(id)}/lifecycle/enable`),
    /** For good after 14 days, until which it looks deactivated. Atlassian writes to the person. */
    deleteAccount: (id: string) => http.call('POST', `${account(id)}/lifecycle/delete`),

    /** Also those of a deactivated account, which no longer work. */
    tokensOf: (id: string) => http.get(`${account(id)}/api-tokens`, z.array(Token)),
    endToken: (id: string, tokenId: string) =>
      http.call('DELETE', `${account(id)}/api-tokens/${segment(tokenId)}`),

    groupsOf: (id: string) =>
      all(search(`${directory()}/groups/search`, Group, { accountIds: [id] })),
    groupsNamed: (name: string) =>
      all(search(`${directory()}/groups/search`, Group, { groupNames: [name] })),
    join: (id: string, groupId: string, directoryId: string) =>
      http.call('POST', `${directory(directoryId)}/groups/${segment(groupId)}/memberships`, {
        accountId: id,
      }),
    leave: (id: string, groupId: string, directoryId: string) =>
      http.call(
        'DELETE',
        `${directory(directoryId)}/groups/${segment(groupId)}/memberships/${segment(id)}`,
      ),

    rolesOf: (id: string) =>
      listed(`${directory()}/users/${segment(id)}/role-assignments`, Assignment),
    takeRole: (id: string, role: RoleAt) => changeRole('revoke', id, role),
    giveRole: (id: string, role: RoleAt) => changeRole('assign', id, role),
  };

  /** Roles of the whole organisation are given and taken by a call of their own. */
  function changeRole(how: 'assign' | 'revoke', id: string, { role, resource }: RoleAt) {
    const user = `/admin/v1/orgs/${org}/users/${segment(id)}`;
    return resource === null
      ? http.call('POST', `${user}/role-assignments/${how}`, { role })
      : http.call('POST', `${user}/roles/${how}`, { role, resource });
  }
}
export type Atlassian = ReturnType<typeof openAtlassian>;

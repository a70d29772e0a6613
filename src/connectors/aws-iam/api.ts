import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import { type Credential, credentialKinds } from './credentials.ts';
import { openQuery } from './query.ts';
import type { Settings } from './settings.ts';
import { members } from './xml.ts';

const User = z.object({ UserName: z.string(), UserId: z.string(), Arn: z.string() });
export type User = z.infer<typeof User>;

const Policy = z.object({ PolicyName: z.string(), PolicyArn: z.string() });
const Inline = z.object({ PolicyName: z.string(), PolicyDocument: z.string() });
/** Only what IAM was asked for has to be there; what nobody has may be left out. */
const Attached = { AttachedManagedPolicies: members(Policy).optional() };
/** A user with all that hangs on it. */
const Users = z.object({
  UserDetailList: members(
    User.extend({
      ...Attached,
      UserPolicyList: members(Inline).optional(),
      GroupList: members(z.string()).optional(),
      Tags: members(z.object({ Key: z.string(), Value: z.string() })).optional(),
    }),
  ),
});
export type UserDetail = z.infer<typeof Users>['UserDetailList'][number];
/** What users can be given by: groups, and policies of your own. */
const Grants = z.object({
  GroupDetailList: members(
    z.object({ ...Attached, GroupName: z.string(), GroupPolicyList: members(Inline).optional() }),
  ).optional(),
  Policies: members(
    z.object({
      Arn: z.string(),
      PolicyVersionList: members(
        z.object({ Document: z.string(), IsDefaultVersion: z.enum(['true', 'false']) }),
      ),
    }),
  ).optional(),
});

export type Iam = ReturnType<typeof openIam>;

/** What we ask IAM. Whatever names a user takes its name, which can change; we know users by their ids. */
export function openIam(settings: Settings, io: Io) {
  const query = openQuery(settings, io);

  async function all<T>(
    action: string,
    params: Record<string, string>,
    at: string,
    item: z.ZodType<T>,
  ) {
    const found: T[] = [];
    for await (const page of query.pages(action, params, z.object({ [at]: members(item) }))) {
      found.push(...((page as Record<string, T[]>)[at] ?? []));
    }
    return found;
  }

  /** The user of this id, whatever it is called now; null: the account has none. */
  async function find(id: string): Promise<User | null> {
    const users = z.object({ Users: members(User) });
    for await (const page of query.pages('ListUsers', { MaxItems: '1000' }, users)) {
      const found = page.Users.find(({ UserId }) => UserId === id);
      if (found) return found;
    }
    return null;
  }

  /** The name of the user of this id. Throws `not-found`. */
  async function nameOf(id: string): Promise<string> {
    const user = await find(id);
    if (user) return user.UserName;
    throw new ConnectorError({ kind: 'not-found', detail: 'The account has no user of this id' });
  }

  /** Whose key we sign with. The root user has no name. */
  const Self = z.object({ User: z.object({ UserId: z.string(), Arn: z.string() }) });
  const self = async () => (await query.read('GetUser', {}, Self)).User;

  return {
    settings,
    now: io.now,
    find,

    nameOf,
    self,

    /** The name of a user that is to be changed: any but our own, or nobody could undo anything. */
    async toChange(id: string): Promise<string> {
      if ((await self()).UserId !== id) return nameOf(id);
      const detail =
        'This is the user by which Gatehouse itself signs in: it does not cut itself off';
      throw new ConnectorError({ kind: 'rejected', detail });
    },

    /** Every user with tags, groups and policies, page by page. */
    users: () =>
      query.pages('GetAccountAuthorizationDetails', { ...only('User'), MaxItems: '100' }, Users),
    grants: () =>
      query.pages('GetAccountAuthorizationDetails', only('Group', 'LocalManagedPolicy'), Grants),

    async hasPassword(UserName: string): Promise<boolean> {
      const profile = z.object({ LoginProfile: z.object({ CreateDate: z.string() }) });
      return (await unlessMissing(query.read('GetLoginProfile', { UserName }, profile))) !== null;
    },
    async removePassword(UserName: string): Promise<void> {
      await unlessMissing(query.change('DeleteLoginProfile', { UserName }));
    },

    async credentialsOf(
      UserName: string,
      kind: Credential['kind'],
    ): Promise<readonly Credential[]> {
      const { list, at, id, called } = credentialKinds[kind];
      const item = z.object({
        [id]: z.string(),
        Status: z.string(),
        ServiceName: z.string().optional(),
      });
      const found = await all(list, { UserName }, at, item as z.ZodType<Record<string, string>>);
      return found.map((it) => ({
        ...{ kind, id: it[id]!, active: it['Status'] === 'Active' },
        name: [called, it['ServiceName'], it[id]].filter((part) => part !== undefined).join(' '),
      }));
    },
    async setCredential(
      UserName: string,
      { kind, id }: Pick<Credential, 'kind' | 'id'>,
      active: boolean,
    ) {
      const { thing, id: parameter } = credentialKinds[kind];
      const Status = active ? 'Active' : 'Inactive';
      await query.change(`Update${thing}`, { UserName, [parameter]: id, Status });
    },
    async removeCredential(UserName: string, { kind, id }: Pick<Credential, 'kind' | 'id'>) {
      const { thing, id: parameter } = credentialKinds[kind];
      await unlessMissing(query.change(`Delete${thing}`, { UserName, [parameter]: id }));
    },

    factorsOf: (UserName: string) =>
      all('ListMFADevices', { UserName }, 'MFADevices', z.object({ SerialNumber: z.string() })),
    async removeFactor(UserName: string, SerialNumber: string): Promise<void> {
      await unlessMissing(query.change('DeactivateMFADevice', { UserName, SerialNumber }));
      // An app on a phone leaves a virtual device behind, whose serial number is an ARN of that kind.
      if (!/^arn:[\w-]+:iam::\d+:mfa\//.test(SerialNumber)) return;
      await unlessMissing(query.change('DeleteVirtualMFADevice', { SerialNumber }));
    },

    groupsOf: (UserName: string) =>
      all(
        'ListGroupsForUser',
        { UserName },
        'Groups',
        z.object({ GroupId: z.string(), GroupName: z.string() }),
      ),
    join: (UserName: string, GroupName: string) =>
      query.change('AddUserToGroup', { UserName, GroupName }),
    async leave(UserName: string, GroupName: string): Promise<void> {
      // A group that is gone has no members either.
      await unlessMissing(query.change('RemoveUserFromGroup', { UserName, GroupName }));
    },

    attachedTo: (UserName: string) =>
      all('ListAttachedUserPolicies', { UserName }, 'AttachedPolicies', Policy),
    attach: (UserName: string, PolicyArn: string) =>
      query.change('AttachUserPolicy', { UserName, PolicyArn }),
    async detach(UserName: string, PolicyArn: string): Promise<void> {
      await unlessMissing(query.change('DetachUserPolicy', { UserName, PolicyArn }));
    },

    inlineOf: (UserName: string) =>
      all('ListUserPolicies', { UserName }, 'PolicyNames', z.string()),
    /** The document of a policy that stands in the user itself, as it was put there; null: none of that name. */
    async inline(UserName: string, PolicyName: string): Promise<string | null> {
      const found = await unlessMissing(
        query.read('GetUserPolicy', { UserName, PolicyName }, Inline),
      );
      return found && plainDocument(found.PolicyDocument);
    },
    putInline: (UserName: string, PolicyName: string, PolicyDocument: string) =>
      query.change('PutUserPolicy', { UserName, PolicyName, PolicyDocument }),
    async removeInline(UserName: string, PolicyName: string): Promise<void> {
      await unlessMissing(query.change('DeleteUserPolicy', { UserName, PolicyName }));
    },

    async removeUser(UserName: string): Promise<void> {
      await unlessMissing(query.change('DeleteUser', { UserName }));
    },
  };
}

const only = (...kinds: readonly string[]): Record<string, string> =>
  Object.fromEntries(kinds.map((it, i) => [`Filter.member.${i + 1}`, it]));

/** Documents come percent-encoded (RFC 3986). Throws `unexpected`. */
export function plainDocument(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch (cause) {
    const detail = 'A policy is not encoded as IAM says';
    throw new ConnectorError({ kind: 'unexpected', detail }, { cause });
  }
}

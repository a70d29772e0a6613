import type { FakeCredential, FakeIamUser, World } from './fake.ts';
import { type Body, IamError } from './fake-xml.ts';

type Handler = (world: World, params: URLSearchParams) => Body;

const account = 'arn:aws:iam::123456789012';
const day = '2026-01-02T03:04:05Z';

function userIn({ users }: World, params: URLSearchParams): FakeIamUser {
  const name = params.get('UserName');
  const user = users.find((it) => it.name.toLowerCase() === name?.toLowerCase());
  if (!user) throw missing(`The user with name ${name} cannot be found.`);
  return user;
}

const missing = (words: string) => new IamError(404, 'NoSuchEntity', words);

/** One page of a list; the marker is where the next one begins. */
function paged<It>(world: World, params: URLSearchParams, all: readonly It[]) {
  const size = Math.min(Number(params.get('MaxItems') ?? 100), world.pageSize);
  const from = Number(params.get('Marker') ?? 0);
  const more = from + size < all.length;
  return {
    page: all.slice(from, from + size),
    end: { IsTruncated: more, Marker: more ? String(from + size) : undefined },
  };
}

const identity = (user: FakeIamUser) => ({
  ...{ Path: '/', UserName: user.name, UserId: user.id },
  ...{ Arn: `${account}:user/${user.name}`, CreateDate: day },
});
const policy = (arn: string) => ({ PolicyName: arn.split('/').at(-1), PolicyArn: arn });
const inlineIn = (all: Readonly<Record<string, string>> = {}) =>
  Object.entries(all).map(([PolicyName, it]) => ({
    ...{ PolicyName, PolicyDocument: encodeURIComponent(it) },
  }));

type Kind = 'accessKeys' | 'sshKeys' | 'services' | 'certificates';

/** Listing, changing and deleting one kind of credential. */
function credentials(
  kind: Kind,
  thing: string,
  list: string,
  at: string,
  id: string,
  more: (it: FakeCredential) => Readonly<Record<string, Body>>,
): Record<string, Handler> {
  const one = (user: FakeIamUser, params: URLSearchParams): FakeCredential => {
    const found = user[kind]?.find((it) => it.id === params.get(id));
    if (found) return found;
    throw missing(`The ${thing} with id ${params.get(id)} cannot be found.`);
  };
  return {
    [list](world, params) {
      const user = userIn(world, params);
      const { page, end } = paged(world, params, user[kind] ?? []);
      const items = page.map((it) => ({
        ...{ UserName: user.name, [id]: it.id, Status: it.active ? 'Active' : 'Inactive' },
        ...more(it),
      }));
      return { [at]: items, ...end };
    },
    [`Update${thing}`](world, params) {
      one(userIn(world, params), params).active = params.get('Status') === 'Active';
      return undefined;
    },
    [`Delete${thing}`](world, params) {
      const user = userIn(world, params);
      const gone = one(user, params);
      Object.assign(user, { [kind]: user[kind]?.filter((it) => it !== gone) });
      return undefined;
    },
  };
}

/** Everything that has to be gone before a user is deleted. */
const hangsOn = (it: FakeIamUser): boolean =>
  it.password === true ||
  Object.keys(it.inline ?? {}).length > 0 ||
  [
    it.accessKeys,
    it.sshKeys,
    it.services,
    it.certificates,
    it.factors,
    it.groups,
    it.attached,
  ].some((all) => (all?.length ?? 0) > 0);

export const actions: Readonly<Record<string, Handler>> = {
  ...credentials(
    'accessKeys',
    'AccessKey',
    'ListAccessKeys',
    'AccessKeyMetadata',
    'AccessKeyId',
    () => ({
      CreateDate: day,
    }),
  ),
  ...credentials(
    'sshKeys',
    'SSHPublicKey',
    'ListSSHPublicKeys',
    'SSHPublicKeys',
    'SSHPublicKeyId',
    () => ({
      UploadDate: day,
    }),
  ),
  ...credentials(
    ...(['services', 'ServiceSpecificCredential', 'ListServiceSpecificCredentials'] as const),
    ...(['ServiceSpecificCredentials', 'ServiceSpecificCredentialId'] as const),
    (it) => ({ CreateDate: day, ServiceName: (it as { service?: string }).service }),
  ),
  ...credentials(
    ...(['certificates', 'SigningCertificate', 'ListSigningCertificates'] as const),
    ...(['Certificates', 'CertificateId'] as const),
    () => ({ CertificateBody: 'a certificate' }),
  ),

  GetUser: ({ self }) => ({
    User: {
      ...{ Path: '/', UserName: self.arn.split('/').at(-1), UserId: self.id, Arn: self.arn },
      CreateDate: day,
    },
  }),
  ListUsers(world, params) {
    const { page, end } = paged(world, params, world.users);
    return { Users: page.map(identity), ...end };
  },
  GetAccountAuthorizationDetails(world, params) {
    const asks = (kind: string) => [...params.values()].includes(kind);
    const all = [
      ...(asks('Group') ? world.groups.map((group) => ({ group })) : []),
      ...(asks('LocalManagedPolicy') ? Object.entries(world.policies).map((own) => ({ own })) : []),
      ...(asks('User') ? world.users.map((user) => ({ user })) : []),
    ];
    const { page, end } = paged(world, params, all);
    return {
      UserDetailList: page.flatMap((it) => ('user' in it ? [userDetail(it.user)] : [])),
      GroupDetailList: page.flatMap((it) => ('group' in it ? [groupDetail(it.group)] : [])),
      Policies: page.flatMap((it) => ('own' in it ? [ownPolicy(...it.own)] : [])),
      ...end,
    };
  },

  GetLoginProfile(world, params) {
    const user = userIn(world, params);
    if (!user.password) throw missing(`Login Profile for User ${user.name} cannot be found.`);
    return { LoginProfile: { UserName: user.name, CreateDate: day, PasswordResetRequired: false } };
  },
  DeleteLoginProfile(world, params) {
    const user = userIn(world, params);
    if (!user.password) throw missing(`Login Profile for User ${user.name} cannot be found.`);
    user.password = false;
    return undefined;
  },

  ListMFADevices(world, params) {
    const user = userIn(world, params);
    const { page, end } = paged(world, params, user.factors ?? []);
    const devices = page.map((it) => ({ UserName: user.name, SerialNumber: it, EnableDate: day }));
    return { MFADevices: devices, ...end };
  },
  DeactivateMFADevice(world, params) {
    const user = userIn(world, params);
    const serial = params.get('SerialNumber');
    if (!user.factors?.includes(serial!)) throw missing('The device cannot be found.');
    user.factors = user.factors.filter((it) => it !== serial);
    return undefined;
  },
  DeleteVirtualMFADevice(world, params) {
    const serial = params.get('SerialNumber')!;
    if (world.users.some((it) => it.factors?.includes(serial))) {
      throw new IamError(
        409,
        'DeleteConflict',
        'MFA VirtualDevice in use. Must be deactivated first.',
      );
    }
    if (!world.virtualFactors.delete(serial)) throw missing('The device cannot be found.');
    return undefined;
  },

  ListGroupsForUser(world, params) {
    const names = userIn(world, params).groups ?? [];
    const groups = world.groups.filter((it) => names.includes(it.name));
    const { page, end } = paged(world, params, groups);
    return { Groups: page.map(group), ...end };
  },
  AddUserToGroup(world, params) {
    const user = userIn(world, params);
    const name = groupIn(world, params);
    user.groups = [...(user.groups ?? []).filter((it) => it !== name), name];
    return undefined;
  },
  RemoveUserFromGroup(world, params) {
    const user = userIn(world, params);
    const name = groupIn(world, params);
    user.groups = (user.groups ?? []).filter((it) => it !== name);
    return undefined;
  },

  ListAttachedUserPolicies(world, params) {
    const { page, end } = paged(world, params, userIn(world, params).attached ?? []);
    return { AttachedPolicies: page.map(policy), ...end };
  },
  AttachUserPolicy(world, params) {
    const user = userIn(world, params);
    const arn = params.get('PolicyArn')!;
    user.attached = [...(user.attached ?? []).filter((it) => it !== arn), arn];
    return undefined;
  },
  DetachUserPolicy(world, params) {
    const user = userIn(world, params);
    const arn = params.get('PolicyArn')!;
    if (!user.attached?.includes(arn)) throw missing(`Policy ${arn} was not found.`);
    user.attached = user.attached.filter((it) => it !== arn);
    return undefined;
  },

  ListUserPolicies(world, params) {
    const { page, end } = paged(world, params, Object.keys(userIn(world, params).inline ?? {}));
    return { PolicyNames: page, ...end };
  },
  GetUserPolicy(world, params) {
    const user = userIn(world, params);
    const name = params.get('PolicyName')!;
    const document = user.inline?.[name];
    if (document === undefined) throw missing(`The user policy with name ${name} cannot be found.`);
    return { UserName: user.name, PolicyName: name, PolicyDocument: encodeURIComponent(document) };
  },
  PutUserPolicy(world, params) {
    const user = userIn(world, params);
    const document = params.get('PolicyDocument')!;
    user.inline = { ...user.inline, [params.get('PolicyName')!]: document };
    // All inline policies of a user together, without blanks.
    if (Object.values(user.inline).join('').replaceAll(/\s/g, '').length > 2_048) {
      delete user.inline[params.get('PolicyName')!];
      throw new IamError(
        409,
        'LimitExceeded',
        'Maximum policy size of 2048 bytes exceeded for user',
      );
    }
    return undefined;
  },
  DeleteUserPolicy(world, params) {
    const user = userIn(world, params);
    const { [params.get('PolicyName')!]: gone, ...rest } = user.inline ?? {};
    if (gone === undefined) throw missing('The user policy cannot be found.');
    user.inline = rest;
    return undefined;
  },

  DeleteUser(world, params) {
    const user = userIn(world, params);
    if (hangsOn(user)) {
      throw new IamError(
        409,
        'DeleteConflict',
        'Cannot delete entity, must remove what hangs on it first.',
      );
    }
    world.users.splice(world.users.indexOf(user), 1);
    return undefined;
  },
};

const userDetail = (user: FakeIamUser) => ({
  ...identity(user),
  UserPolicyList: user.inline ? inlineIn(user.inline) : undefined,
  GroupList: user.groups ?? [],
  AttachedManagedPolicies: (user.attached ?? []).map(policy),
  Tags: user.tags ? Object.entries(user.tags).map(([Key, Value]) => ({ Key, Value })) : [],
});

const group = (it: World['groups'][number]) => ({
  ...{ Path: '/', GroupName: it.name, GroupId: it.id },
  ...{ Arn: `${account}:group/${it.name}`, CreateDate: day },
});

const groupDetail = (it: World['groups'][number]) => ({
  ...group(it),
  GroupPolicyList: inlineIn(it.inline),
  AttachedManagedPolicies: (it.attached ?? []).map(policy),
});

const ownPolicy = (arn: string, document: string) => ({
  ...{ PolicyName: arn.split('/').at(-1), Arn: arn, DefaultVersionId: 'v2' },
  PolicyVersionList: [
    { Document: encodeURIComponent(document), VersionId: 'v2', IsDefaultVersion: true },
    { Document: encodeURIComponent('{"Statement":[]}'), VersionId: 'v1', IsDefaultVersion: false },
  ],
});

function groupIn({ groups }: World, params: URLSearchParams): string {
  const name = params.get('GroupName');
  const found = groups.find((it) => it.name === name);
  if (!found) throw missing(`The group with name ${name} cannot be found.`);
  return found.name;
}

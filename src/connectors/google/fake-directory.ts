import { json } from '#connector-kit/testing/fake-service.ts';
import { isOnHold } from './fake-vault.ts';
import {
  type Answer,
  type FakeGroup,
  type FakeUser,
  nothing,
  refusal,
  type World,
  whole,
} from './fake-world.ts';

const base = '/admin/directory/v1';
const missing = (what: string) => refusal(404, `Resource Not Found: ${what}`, 'notFound');
const bad = (message: string) => refusal(400, message, 'invalid');
const suspendedNow = () =>
  refusal(412, 'User is suspended. You must unsuspend first', 'conditionNotMet');

/** Users, how they sign in, groups and roles. */
export function directoryHandlers(world: World): Record<string, Answer> {
  const { users, groups, assignments, domain } = world;
  const enforced = (it: FakeUser) => world.enforcingUnits?.includes(it.orgUnitPath ?? '/') ?? false;
  const find = (key: string) =>
    users.find((it) => it.id === key || addresses(it).some((own) => own === key.toLowerCase()));

  const withUser =
    (answer: (it: FakeUser, ...rest: Parameters<Answer>) => Response): Answer =>
    (params, request) => {
      const { key = '' } = params;
      const it = find(key);
      if (it) return answer(it, params, request);
      // Addresses of other companies are not "not found", but none of one's business.
      return key.includes('@') && !key.endsWith(`@${domain}`)
        ? refusal(403, 'Not Authorized to access this resource/api', 'forbidden')
        : missing('userKey');
    };
  const withGroup =
    (answer: (it: FakeGroup, ...rest: Parameters<Answer>) => Response): Answer =>
    (params, request) => {
      const it = groups.find(
        ({ id, email }) => id === params['group'] || email === params['group'],
      );
      return it ? answer(it, params, request) : missing('groupKey');
    };
  /** Delegated administrators are told yes, and nothing happens. */
  const onlySuper =
    (answer: Answer): Answer =>
    (params, request) =>
      request.caller.subject.isAdmin ? answer(params, request) : json(200, {});

  const shown = (it: FakeUser) => ({
    ...{ id: it.id, primaryEmail: it.primaryEmail, customerId: 'C0meadow' },
    ...(it.aliases ? { aliases: it.aliases } : {}),
    orgUnitPath: it.orgUnitPath ?? '/',
    suspended: it.suspended ?? false,
    ...(it.suspended ? { suspensionReason: it.suspensionReason ?? 'ADMIN' } : {}),
    archived: it.archived ?? false,
    isAdmin: it.isAdmin ?? false,
    isDelegatedAdmin: it.isDelegatedAdmin ?? false,
    isEnrolledIn2Sv: it.isEnrolledIn2Sv ?? false,
    isEnforcedIn2Sv: enforced(it),
    isMailboxSetup: it.isMailboxSetup ?? true,
    lastLoginTime: it.lastLoginTime ?? '1970-01-01T00:00:00.000Z',
    ...(it.recoveryEmail ? { recoveryEmail: it.recoveryEmail } : {}),
    ...(it.recoveryPhone ? { recoveryPhone: it.recoveryPhone } : {}),
    ...(it.number ? { externalIds: [{ type: 'organization', value: it.number }] } : {}),
    ...(it.sshPublicKeys?.length ? { sshPublicKeys: it.sshPublicKeys } : {}),
    ...(it.posixAccounts?.length ? { posixAccounts: it.posixAccounts } : {}),
  });

  return {
    [`GET ${base}/users`]: (_, { url }) => {
      const [, field, value] = /^(\w+)="(.*)"$/.exec(url.searchParams.get('query') ?? '') ?? [];
      // The search also finds what only begins like it, whoever asks has to look.
      const found = users.filter((it) => {
        if (field === 'email') return addresses(it).some((own) => own.startsWith(value!));
        if (field === 'externalId') return it.number?.startsWith(value!) ?? false;
        return true;
      });
      return world.page('users', found.map(shown), url);
    },
    [`POST ${base}/users`]: onlySuper((_, { body }) => {
      const { primaryEmail, orgUnitPath, externalIds } = body as {
        primaryEmail: string;
        orgUnitPath?: string;
        externalIds?: { value: string }[];
      };
      if (find(primaryEmail)) return refusal(409, 'Entity already exists.', 'duplicate');
      const it: FakeUser = {
        ...{ id: `u${users.length}`, primaryEmail },
        ...(externalIds?.[0] ? { number: externalIds[0].value } : {}),
        ...(orgUnitPath === undefined ? {} : { orgUnitPath }),
      };
      users.push(it);
      return json(200, shown(it));
    }),
    [`GET ${base}/users/:key`]: withUser((it) => json(200, shown(it))),
    [`PUT ${base}/users/:key`]: withUser((it, _, { body }) => {
      const change = body as Partial<FakeUser>;
      if (
        change.suspended === false &&
        it.suspended &&
        (it.suspensionReason ?? 'ADMIN') !== 'ADMIN'
      )
        return refusal(412, 'User was suspended by Google', 'conditionNotMet');
      for (const [name, value] of Object.entries(change)) {
        Object.assign(it, { [name]: value ?? undefined });
      }
      return json(200, shown(it));
    }),
    [`DELETE ${base}/users/:key`]: withUser((it) => {
      const hasLicence = it.licences === undefined || it.licences.length > 0;
      if (hasLicence && isOnHold(world, it.id, it.orgUnitPath)) {
        return refusal(412, 'The user has data on hold', 'conditionNotMet');
      }
      users.splice(users.indexOf(it), 1);
      world.deleted.push(it);
      return nothing();
    }),
    [`POST ${base}/users/:key/aliases`]: withUser((it, _, { body }) => {
      const { alias } = body as { alias: string };
      if (find(alias)) return refusal(409, 'Entity already exists.', 'duplicate');
      it.aliases = [...(it.aliases ?? []), alias];
      return json(200, { id: it.id, primaryEmail: it.primaryEmail, alias });
    }),
    [`DELETE ${base}/users/:key/aliases/:alias`]: withUser((it, { alias }) => {
      if (!it.aliases?.includes(alias!)) return missing('alias');
      it.aliases = it.aliases.filter((own) => own !== alias);
      return nothing();
    }),
    [`POST ${base}/users/:key/undelete`]: onlySuper(({ key }, { body }) => {
      const it = world.deleted.find(({ id }) => id === key);
      if (!it) return missing('userKey');
      it.orgUnitPath = (body as { orgUnitPath: string }).orgUnitPath;
      users.push(it);
      world.deleted.splice(world.deleted.indexOf(it), 1);
      return nothing();
    }),
    [`POST ${base}/users/:key/makeAdmin`]: onlySuper(
      withUser((it, _, { body }) => {
        it.isAdmin = (body as { status: boolean }).status;
        const seed = world.roles.find(({ isSuperAdminRole }) => isSuperAdminRole);
        const at = assignments.findIndex(
          ({ assignedTo, roleId }) => assignedTo === it.id && roleId === seed?.roleId,
        );
        if (!it.isAdmin && at >= 0) assignments.splice(at, 1);
        if (it.isAdmin && at < 0 && seed) {
          const { roleId } = seed;
          assignments.push({ roleAssignmentId: `seed-${it.id}`, roleId, assignedTo: it.id });
        }
        return nothing();
      }),
    ),

    [`POST ${base}/users/:key/signOut`]: withUser((it) => {
      it.sessions = 0;
      return nothing();
    }),
    [`POST ${base}/users/:key/twoStepVerification/turnOff`]: withUser((it) => {
      if (it.suspended) return suspendedNow();
      if (!it.isEnrolledIn2Sv) return bad('User is not enrolled in 2-step verification');
      if (enforced(it)) return bad('2-step verification is enforced for the user');
      it.isEnrolledIn2Sv = false;
      it.backupCodes = [];
      return nothing();
    }),
    [`GET ${base}/users/:key/verificationCodes`]: withUser((it) =>
      whole(
        'items',
        (it.backupCodes ?? []).map((verificationCode) => ({ userId: it.id, verificationCode })),
      ),
    ),
    [`POST ${base}/users/:key/verificationCodes/invalidate`]: withUser((it) => {
      if (it.suspended) return suspendedNow();
      it.backupCodes = [];
      return nothing();
    }),
    [`GET ${base}/users/:key/tokens`]: withUser((it) => whole('items', it.tokens ?? [])),
    [`DELETE ${base}/users/:key/tokens/:id`]: withUser((it, { id }) => {
      if (!it.tokens?.some(({ clientId }) => clientId === id)) return missing('clientId');
      it.tokens = it.tokens.filter(({ clientId }) => clientId !== id);
      return nothing();
    }),
    [`GET ${base}/users/:key/asps`]: withUser((it) => whole('items', it.appPasswords ?? [])),
    [`DELETE ${base}/users/:key/asps/:id`]: withUser((it, { id }) => {
      if (!it.appPasswords?.some(({ codeId }) => `${codeId}` === id)) return missing('codeId');
      it.appPasswords = it.appPasswords.filter(({ codeId }) => `${codeId}` !== id);
      return nothing();
    }),

    [`GET ${base}/groups`]: (_, { url }) => {
      const id = find(url.searchParams.get('userKey') ?? '')?.id;
      const own = groups.filter(({ members }) => id !== undefined && id in members);
      return world.page('groups', own.map(shownGroup), url);
    },
    [`GET ${base}/groups/:group`]: withGroup((it) => json(200, shownGroup(it))),
    [`GET ${base}/groups/:group/members`]: withGroup((it, _, { url }) => {
      const role = url.searchParams.get('roles');
      const members = Object.entries(it.members)
        .filter(([, own]) => role === null || own === role)
        .map(([id, own]) => ({ id, role: own, type: 'USER' }));
      return world.page('members', members, url);
    }),
    [`POST ${base}/groups/:group/members`]: withGroup((it, _, { body }) => {
      const { email, role } = body as { email: string; role: 'OWNER' };
      const id = find(email)?.id;
      if (id === undefined) return missing('memberKey');
      if (id in it.members) return refusal(409, 'Member already exists.', 'duplicate');
      it.members[id] = role;
      return json(200, { id, email, role });
    }),
    [`GET ${base}/groups/:group/members/:key`]: withGroup((it, { key = '' }) => {
      const role = it.members[find(key)?.id ?? ''];
      return role === undefined ? missing('memberKey') : json(200, { id: key, role });
    }),
    [`PUT ${base}/groups/:group/members/:key`]: withGroup((it, { key = '' }, { body }) => {
      const id = find(key)?.id ?? '';
      if (!(id in it.members)) return missing('memberKey');
      it.members[id] = (body as { role: 'OWNER' }).role;
      return json(200, { id, role: it.members[id] });
    }),
    [`DELETE ${base}/groups/:group/members/:key`]: withGroup((it, { key = '' }) => {
      const id = find(key)?.id ?? '';
      if (!(id in it.members)) return missing('memberKey');
      delete it.members[id];
      return nothing();
    }),

    [`GET ${base}/customer/:customer/roles`]: (_, { url }) => world.page('items', world.roles, url),
    [`GET ${base}/customer/:customer/roleassignments`]: (_, { url }) => {
      const { searchParams } = url;
      const own = assignments.filter(
        ({ assignedTo, through }) =>
          assignedTo === searchParams.get('userKey') &&
          (!through || searchParams.get('includeIndirectRoleAssignments') === 'true'),
      );
      return world.page(
        'items',
        own.map(({ through, ...it }) => ({ ...it, assigneeType: through ?? 'user' })),
        url,
      );
    },
    [`POST ${base}/customer/:customer/roleassignments`]: onlySuper((_, { body }) => {
      const { roleId, ...rest } = body as FakeAssignmentBody;
      const it = { roleAssignmentId: `a-${roleId}`, roleId, ...rest };
      assignments.push(it);
      return json(200, it);
    }),
    [`DELETE ${base}/customer/:customer/roleassignments/:id`]: onlySuper(({ id }) => {
      const at = assignments.findIndex(({ roleAssignmentId }) => roleAssignmentId === id);
      if (at < 0) return missing('roleAssignmentId');
      assignments.splice(at, 1);
      return nothing();
    }),
  };
}

interface FakeAssignmentBody {
  readonly roleId: string;
  readonly assignedTo: string;
  readonly scopeType: string;
}

const addresses = ({ primaryEmail, aliases = [] }: FakeUser) =>
  [primaryEmail, ...aliases].map((it) => it.toLowerCase());

const shownGroup = ({ id, email }: FakeGroup) => ({ id, email, name: email });

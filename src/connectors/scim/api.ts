import type { Io } from '#connector-kit/contract.ts';
import { openHttp, unlessMissing } from '#connector-kit/http.ts';
import { namesIn } from '#connector-kit/new-account.ts';
import type { NewAccount } from '#core/account.ts';
import { ConnectorError } from '#core/failure.ts';
import { allOf, equals, pageOf } from './paging.ts';
import { enterprise, Group, ProviderConfig, User, Whole } from './resources.ts';
import type { Key, Settings } from './settings.ts';

export type Scim = ReturnType<typeof openScim>;

const coreUser = 'urn:ietf:params:scim:schemas:core:2.0:User';

/** A SCIM 2.0 application in our words, with its quirks. RFC 7643 and RFC 7644. */
export function openScim(settings: Settings, io: Io) {
  const { update, patchStyle, operationNames, booleans } = settings;
  const http = openHttp(io, {
    baseUrl: settings.baseUrl,
    headers: {
      accept: 'application/scim+json, application/json;q=0.9',
      authorization: `Bearer ${settings.token}`,
    },
    contentType: 'application/scim+json',
  });

  const flag = (it: boolean) => {
    if (booleans === 'json') return it;
    const [yes, no] = booleans === 'text' ? ['true', 'false'] : ['True', 'False'];
    return it ? yes : no;
  };

  const patch = (path: string, op: 'add' | 'remove' | 'replace', rest: object) =>
    http.call('PATCH', path, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [
        { op: operationNames === 'lower' ? op : op[0]!.toUpperCase() + op.slice(1), ...rest },
      ],
    });

  /** Sends the resource back with what `changes` says, and all the rest as it is. Null: no need. */
  async function replace(
    path: string,
    kind: 'User' | 'Group',
    changes: (whole: Whole) => object | null,
  ): Promise<void> {
    const whole = await http.get(path, Whole);
    const changed = changes(whole);
    if (changed === null) return;
    const { meta, groups, ...writable } = whole;
    const core = `urn:ietf:params:scim:schemas:core:2.0:${kind}`;
    const schemas = [...new Set([core, ...whole.schemas])]; // some leave them out
    await http.call('PUT', path, { ...writable, schemas, ...changed });
  }

  return {
    settings,

    /** Null where the server says nothing of itself. */
    providerConfig: () => unlessMissing(http.get('/ServiceProviderConfig', ProviderConfig)),

    /**
     * Null: the account is gone. A server without that path also answers 404, so the list has to
     * answer before we believe it.
     */
    async user(id: string): Promise<User | null> {
      const path = pathOf('Users', id);
      const user = await unlessMissing(http.get(path, User));
      if (user === null) await pageOf(http, '/Users', User, { filter: null, count: 1 });
      else if (user.id.toLowerCase() !== id.toLowerCase()) {
        throw new ConnectorError({ kind: 'unexpected', detail: `GET ${path} shows another user` });
      }
      return user;
    },

    allUsers: () => allOf(http, '/Users', User),
    usersWhere: (key: Key, value: string) => allOf(http, '/Users', User, equals(key, value)),
    /** Whoever reports to this user, as far as the server searches by it. */
    reportsOf: (id: string) =>
      allOf(http, '/Users', User, equals(`${enterprise}:manager.value`, id)),
    firstUsers: () => pageOf(http, '/Users', User, { filter: null }),

    group: (id: string) => http.get(pathOf('Groups', id), Group),
    allGroups: () => allOf(http, '/Groups', Group),
    groupsWhere: (key: 'members.value' | 'members', userId: string) =>
      allOf(http, '/Groups', Group, equals(key, userId)),
    /** Without a search that works every group is listed; the caller looks at the names. */
    groupsNamed: (name: string) =>
      settings.filters && settings.groups !== 'list'
        ? allOf(http, '/Groups', Group, equals('displayName', name))
        : allOf(http, '/Groups', Group),
    firstGroups: () => pageOf(http, '/Groups', Group, { filter: null }),

    async setActive(id: string, active: boolean): Promise<void> {
      const path = pathOf('Users', id);
      const value = flag(active);
      if (update === 'put') await replace(path, 'User', () => ({ active: value }));
      else if (patchStyle === 'path') await patch(path, 'replace', { path: 'active', value });
      else await patch(path, 'replace', { value: { active: value } });
    },

    async setManager(id: string, managerId: string): Promise<void> {
      const path = pathOf('Users', id);
      const manager = { value: managerId };
      if (update === 'put') {
        await replace(path, 'User', ({ schemas, [enterprise]: extension }) => ({
          schemas: [...new Set([coreUser, ...schemas, enterprise])],
          [enterprise]: { ...extension, manager },
        }));
      } else if (patchStyle === 'path') {
        await patch(path, 'replace', { path: `${enterprise}:manager`, value: manager });
      } else await patch(path, 'replace', { value: { [enterprise]: { manager } } });
    },

    async createUser({ name, email, employeeNumber, title }: NewAccount): Promise<void> {
      const { given, family } = namesIn(name);
      await http.call('POST', '/Users', {
        schemas: [coreUser],
        userName: email,
        externalId: employeeNumber,
        displayName: name,
        name: {
          formatted: name,
          familyName: family,
          ...(given === null ? {} : { givenName: given }),
        },
        ...(title === null ? {} : { title }),
        emails: [{ value: email, type: 'work', primary: true }],
        active: flag(true),
      });
    },

    deleteUser: (id: string) => http.call('DELETE', pathOf('Users', id)),

    async addMember(groupId: string, userId: string): Promise<void> {
      const path = pathOf('Groups', groupId);
      const value = [{ value: userId }];
      if (update === 'patch') return patch(path, 'add', { path: 'members', value });

      return replace(path, 'Group', ({ members }) => {
        if (members?.some((it) => it.value === userId)) return null;
        return { members: [...(members ?? []), ...value] };
      });
    },

    async removeMember(groupId: string, userId: string): Promise<void> {
      const path = pathOf('Groups', groupId);
      const member = `members[${equals('value', userId)}]`;
      if (update === 'patch') return patch(path, 'remove', { path: member });

      return replace(path, 'Group', ({ members }) => {
        // Where members are not shown, a PUT without them would remove them all.
        if (!members?.some((it) => it.value === userId)) return null;
        return { members: members.filter((it) => it.value !== userId) };
      });
    },
  };
}

/** The id is what a foreign server said; it must stay one segment of the path. */
function pathOf(list: 'Users' | 'Groups', id: string): string {
  if (/^\.{0,2}$/.test(id)) {
    throw new ConnectorError({ kind: 'unexpected', detail: `"${id}" is no id within ${list}` });
  }
  return `/${list}/${encodeURIComponent(id)}`;
}

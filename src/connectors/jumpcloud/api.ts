import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Settings } from './settings.ts';

/** The part of a user that we read. */
export const User = z.object({
  _id: z.string(),
  username: z.string(),
  email: z.string().nullish(),
  employeeIdentifier: z.string().nullish(),
  /** STAGED, ACTIVATED, SUSPENDED. Null: an older record, of which `suspended` tells. */
  state: z.string().nullish(),
  suspended: z.boolean().nullish(),
  totp_enabled: z.boolean().nullish(),
  mfaEnrollment: z.object({ webAuthnStatus: z.string().nullish() }).nullish(),
  password_date: z.string().nullish(),
  /** Administrator on every device that the user is bound to. */
  sudo: z.boolean().nullish(),
  /** Set where the user administers JumpCloud itself. */
  admin: z.object({ roleName: z.string().nullish() }).nullish(),
  /** Active Directory keeps the password. */
  delegatedAuthority: z.object({ name: z.string().nullish() }).nullish(),
});
export type User = z.infer<typeof User>;

const Key = z.object({ _id: z.string(), name: z.string().nullish() });
const PushEndpoint = z.object({ id: z.string(), name: z.string().nullish() });
const Bound = z.object({ id: z.string() });
const Group = z.object({
  id: z.string(),
  name: z.string(),
  membershipMethod: z.string().nullish(),
});
export const System = z.object({
  _id: z.string(),
  displayName: z.string().nullish(),
  hostname: z.string().nullish(),
  serialNumber: z.string().nullish(),
  osFamily: z.string().nullish(),
  /** Whose device it is; several may sign in there. */
  primarySystemUser: z.object({ id: z.string().nullish() }).nullish(),
  provisionMetadata: z
    .object({ provisioner: z.object({ type: z.string().nullish() }).nullish() })
    .nullish(),
});
export type System = z.infer<typeof System>;

const pageSize = 100;
const segment = encodeURIComponent;

/** JumpCloud's APIs 1.0 and 2.0 in our words, one function per call. https://docs.jumpcloud.com/api */
export function openJumpCloud(settings: Settings, io: Io) {
  const http = openHttp(io, {
    baseUrl: `${new URL(settings.address).origin}/api`,
    headers: {
      'x-api-key': settings.apiKey,
      ...(settings.organisationId === undefined ? {} : { 'x-org-id': settings.organisationId }),
    },
  });
  const user = (id: string) => `/systemusers/${segment(id)}`;
  const graph = (id: string) => `/v2/users/${segment(id)}`;
  const Users = z.object({ results: z.array(User) });

  /** Reads on until a page is empty. */
  async function* each<T>(page: (skip: number) => Promise<readonly T[]>): AsyncIterable<T> {
    for (let skip = 0; ; skip += pageSize) {
      const found = await page(skip);
      if (found.length === 0) return;
      yield* found;
    }
  }
  async function all<T>(path: string, shape: z.ZodType<T>, filter?: string): Promise<T[]> {
    const found: T[] = [];
    const page = (skip: number) => {
      const query = new URLSearchParams({ limit: `${pageSize}`, skip: `${skip}` });
      if (filter !== undefined) query.set('filter', filter);
      return http.get(`${path}?${query}`, z.array(shape));
    };
    for await (const it of each(page)) found.push(it);
    return found;
  }

  return {
    settings,
    async organisation(): Promise<string | null> {
      const shape = z.object({
        results: z.array(z.object({ displayName: z.string().nullish() })),
      });
      return (await http.get('/organizations', shape)).results[0]?.displayName ?? null;
    },
    oneUser: () => http.get('/systemusers?limit=1', Users),

    user: (id: string) => http.get(user(id), User),
    /** Those with exactly this value in one of the fields. */
    async usersWith(wanted: readonly Readonly<Record<string, string>>[]): Promise<User[]> {
      const found: User[] = [];
      const page = async (skip: number) =>
        (
          await http.post('/search/systemusers', Users, {
            ...{ filter: { or: wanted }, limit: pageSize, skip },
          })
        ).results;
      for await (const it of each(page)) found.push(it);
      return found;
    },
    allUsers: () =>
      each(async (skip) => {
        const query = new URLSearchParams({ limit: `${pageSize}`, skip: `${skip}`, sort: '_id' });
        return (await http.get(`/systemusers?${query}`, Users)).results;
      }),
    /** What is left out stays as it is. */
    change: (
      id: string,
      wanted: {
        readonly state?: 'ACTIVATED' | 'SUSPENDED';
        readonly password?: string;
        readonly sudo?: boolean;
      },
    ) => http.call('PUT', user(id), wanted),
    deleteUser: (id: string) => http.call('DELETE', user(id)),

    /** Takes the key of one-time codes away. */
    resetTotp: (id: string) => http.call('POST', `${user(id)}/resetmfa`, { exclusion: false }),
    pushEndpointsOf: (id: string) => http.get(`${graph(id)}/pushendpoints`, z.array(PushEndpoint)),
    removePushEndpoint: (id: string, endpointId: string) =>
      http.call('DELETE', `${graph(id)}/pushendpoints/${segment(endpointId)}`),

    keysOf: (id: string) => http.get(`${user(id)}/sshkeys`, z.array(Key)),
    removeKey: (id: string, keyId: string) =>
      http.call('DELETE', `${user(id)}/sshkeys/${segment(keyId)}`),

    async groupsOf(id: string) {
      const groups = await all(`${graph(id)}/memberof`, Bound);
      return Promise.all(groups.map((it) => http.get(`/v2/usergroups/${segment(it.id)}`, Group)));
    },
    groupsNamed: (name: string) => all('/v2/usergroups', Group, `name:eq:${name}`),
    changeMember: (groupId: string, id: string, op: 'add' | 'remove') =>
      http.call('POST', `/v2/usergroups/${segment(groupId)}/members`, { op, type: 'user', id }),

    /** Devices that a user can sign in to, directly or through groups. */
    async systemsOf(id: string): Promise<System[]> {
      const bound = await all(`${graph(id)}/systems`, Bound);
      return Promise.all(bound.map((it) => http.get(`/systems/${segment(it.id)}`, System)));
    },
    /** Carried out when the device is next online. Windows and Linux only. */
    async order(systemId: string, what: 'lock' | 'erase'): Promise<void> {
      const path = `/systems/${segment(systemId)}/command/builtin/${what}`;
      const response = await http.send('POST', path, {});
      await response.body?.cancel();
      // The answer is all that is ever heard of it.
      if (response.status === 201) return;
      const detail = `POST ${path} answered ${response.status}, which is not how an order is taken`;
      throw new ConnectorError({ kind: 'unexpected', detail });
    },
    removeSystem: (systemId: string) => http.call('DELETE', `/systems/${segment(systemId)}`),
  };
}
export type JumpCloud = ReturnType<typeof openJumpCloud>;

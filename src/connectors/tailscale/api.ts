import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp, unlessMissing } from '#connector-kit/http.ts';
import { openOAuth } from '#connector-kit/oauth.ts';
import { ConnectorError } from '#core/failure.ts';
import { kindsOfKeys, type Settings } from './settings.ts';

export const roles = [
  ...(['owner', 'member', 'admin', 'it-admin', 'network-admin', 'billing-admin'] as const),
  'auditor',
] as const;
export type Role = (typeof roles)[number];

/** The part of a user that we read. */
export const User = z.object({
  id: z.string().min(1),
  /** “The emailish login name”: an address, or such as ada@github. */
  loginName: z.string().min(1),
  role: z.enum(roles),
  /** active and idle differ only in when somebody was seen. */
  status: z.enum(['active', 'idle', 'suspended', 'needs-approval', 'over-billing-limit']),
  lastSeen: z.coerce.date().nullish(),
});
export type User = z.infer<typeof User>;

const Device = z.object({
  nodeId: z.string().min(1),
  /** Who registered it, by the login name; the owner, unless it carries a tag. */
  user: z.string(),
  hostname: z.string(),
  tags: z.array(z.string()).nullish(),
  /** When it has to sign in again. */
  expires: z.string().nullish(),
});
export type Device = z.infer<typeof Device>;

const Key = z.object({
  id: z.string().min(1),
  /** api: for the API; auth: lets devices in; client, federated: credentials of programs. */
  keyType: z.enum(['auth', 'client', 'api', 'federated']),
  description: z.string().nullish(),
  userId: z.string().nullish(),
});
export type Key = z.infer<typeof Key>;

export const hosts = ['api.tailscale.com:443'] as const;
const address = 'https://api.tailscale.com/api/v2';
const segment = encodeURIComponent;
/** The tailnet of the OAuth client itself. */
const tailnet = '/tailnet/-';

/** Tailscale's API in our words, one function per call; it has no pages. https://tailscale.com/api */
export function openTailscale(settings: Settings, io: Io) {
  const oauth = openOAuth(io, {
    tokenUrl: `${address}/oauth/token`,
    client: {
      id: settings.clientId,
      proof: { kind: 'secret', secret: settings.clientSecret, in: 'body' },
    },
    grant: { kind: 'client credentials' },
    // Left out, the token has all that the client was granted.
    scopes: [],
  });
  const http = openHttp(io, { baseUrl: address, headers: {}, authorization: oauth });
  const user = (id: string) => `/users/${segment(id)}`;

  /** Keys of a kind that we may not see are left out of the list, without a word. */
  async function mustSeeEveryKind(): Promise<void> {
    const granted = (await oauth.granted()) ?? [];
    if (granted.length === 0) return; // it does not tell
    const sees = (kind: string) =>
      ['all', 'all:read', kind, `${kind}:read`].some((it) => granted.includes(it));
    const hidden = kindsOfKeys.filter((it) => !sees(it));
    if (hidden.length === 0) return;
    const detail = `Tailscale would leave keys out of its list, since the OAuth client lacks ${hidden.join(', ')}.`;
    throw new ConnectorError({ kind: 'forbidden', detail });
  }

  return {
    settings,
    now: io.now,
    granted: () => oauth.granted(),

    /** Those of the tailnet itself; others only share a device with it. */
    users: async () =>
      (await http.get(`${tailnet}/users`, z.object({ users: z.array(User) }))).users,
    user: (id: string) => http.get(user(id), User),
    suspend: (id: string) => http.call('POST', `${user(id)}/suspend`),
    restore: (id: string) => http.call('POST', `${user(id)}/restore`),
    setRole: (id: string, role: Role) => http.call('POST', `${user(id)}/role`, { role }),
    deleteUser: (id: string) => unlessMissing(http.call('POST', `${user(id)}/delete`)),

    /** What somebody registered, tagged or not. */
    async devicesOf(loginName: string): Promise<readonly Device[]> {
      const query = new URLSearchParams({ user: loginName });
      const shape = z.object({ devices: z.array(Device) });
      const { devices } = await http.get(`${tailnet}/devices?${query}`, shape);
      return devices.filter((it) => it.user === loginName);
    },
    /** From then on it has to sign in again. */
    expire: (nodeId: string) =>
      unlessMissing(http.call('POST', `/device/${segment(nodeId)}/expire`)),

    /** Every key of the tailnet that works, whoever made it. */
    async keysOf(userId: string): Promise<readonly Key[]> {
      await mustSeeEveryKind();
      const shape = z.object({ keys: z.array(Key) });
      const { keys } = await http.get(`${tailnet}/keys?all=true`, shape);
      return keys.filter((it) => it.userId === userId);
    },
    deleteKey: (id: string) => unlessMissing(http.call('DELETE', `${tailnet}/keys/${segment(id)}`)),
  };
}
export type Tailscale = ReturnType<typeof openTailscale>;

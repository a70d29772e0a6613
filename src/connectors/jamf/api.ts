import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import { openOAuth } from '#connector-kit/oauth.ts';
import { ConnectorError } from '#core/failure.ts';
import type { Settings } from './settings.ts';

const Computer = z.object({
  general: z
    .object({
      name: z.string().nullish(),
      managementId: z.string().nullish(),
      remoteManagement: z.object({ managed: z.boolean().nullish() }).nullish(),
    })
    .nullish(),
  hardware: z.object({ serialNumber: z.string().nullish() }).nullish(),
  userAndLocation: z.object({ email: z.string().nullish() }).nullish(),
});

const Mobile = z.object({
  general: z
    .object({
      displayName: z.string().nullish(),
      managementId: z.string().nullish(),
      managed: z.boolean().nullish(),
      deviceOwnershipType: z.string().nullish(),
    })
    .nullish(),
  hardware: z.object({ serialNumber: z.string().nullish() }).nullish(),
  userAndLocation: z.object({ emailAddress: z.string().nullish() }).nullish(),
});

/** One device, whichever kind it is. */
export interface Device {
  /** By which commands reach it; null: none can. */
  readonly managementId: string | null;
  readonly name: string;
  /** Empty where Jamf does not know it. */
  readonly serial: string;
  readonly kind: 'computer' | 'mobile';
  readonly isManaged: boolean;
  readonly isPrivate: boolean;
  /** Whose it is; empty where nobody is entered. */
  readonly email: string;
}

const Command = z.object({
  uuid: z.string().min(1),
  commandType: z.string(),
  /** PENDING, NOT_NOW: the device has not done it yet. */
  commandState: z.enum(['PENDING', 'ACKNOWLEDGED', 'NOT_NOW', 'ERROR']),
});
export type Command = z.infer<typeof Command>;
export type Order = 'DEVICE_LOCK' | 'ERASE_DEVICE';

const pageSize = 100;
/** How devices of the company were enrolled; by any other way somebody enrolled their own. */
const ownedByCompany = ['Institutional', 'AccountDrivenDeviceEnrollment'];

/** The Jamf Pro API in our words, one function per call. https://developer.jamf.com/jamf-pro/reference */
export function openJamf(settings: Settings, io: Io) {
  const baseUrl = `${new URL(settings.address).origin}/api`;
  const oauth = openOAuth(io, {
    tokenUrl: `${baseUrl}/oauth/token`,
    client: {
      id: settings.clientId,
      proof: { kind: 'secret', secret: settings.clientSecret, in: 'body' },
    },
    grant: { kind: 'client credentials' },
    scopes: [],
  });
  const http = openHttp(io, { baseUrl, headers: {}, authorization: oauth });
  const page = <T>(path: string, shape: z.ZodType<T>, query: URLSearchParams) =>
    http.get(`${path}?${query}`, z.object({ totalCount: z.int().min(0), results: z.array(shape) }));

  /** Reads on until as many came as there are. */
  async function* every<T>(
    path: string,
    shape: z.ZodType<T>,
    query: Readonly<Record<string, string>>,
  ): AsyncIterable<T> {
    let taken = 0;
    for (let number = 0; ; number += 1) {
      const params = new URLSearchParams({
        ...query,
        page: `${number}`,
        'page-size': `${pageSize}`,
      });
      for (const it of ['GENERAL', 'HARDWARE', 'USER_AND_LOCATION']) params.append('section', it);
      const { totalCount, results } = await page(path, shape, params);
      yield* results;
      taken += results.length;
      if (taken >= totalCount) return;
      if (results.length > 0) continue;
      const detail = `GET ${path} ended after ${taken} of ${totalCount}`;
      throw new ConnectorError({ kind: 'unexpected', detail });
    }
  }

  async function* computers(filter: string | null): AsyncIterable<Device> {
    const query = { sort: 'id:asc', ...(filter === null ? {} : { filter }) };
    for await (const it of every('/v3/computers-inventory', Computer, query)) {
      yield {
        ...common(it.general?.managementId, it.general?.name, it.hardware?.serialNumber),
        ...{ kind: 'computer', isManaged: it.general?.remoteManagement?.managed === true },
        ...{ isPrivate: false, email: it.userAndLocation?.email ?? '' },
      };
    }
  }

  async function* mobiles(filter: string | null): AsyncIterable<Device> {
    const query = { sort: 'mobileDeviceId:asc', ...(filter === null ? {} : { filter }) };
    for await (const it of every('/v2/mobile-devices/detail', Mobile, query)) {
      yield {
        ...common(it.general?.managementId, it.general?.displayName, it.hardware?.serialNumber),
        ...{ kind: 'mobile', isManaged: it.general?.managed === true },
        isPrivate: !ownedByCompany.includes(it.general?.deviceOwnershipType ?? ''),
        email: it.userAndLocation?.emailAddress ?? '',
      };
    }
  }

  return {
    settings,

    /** Whether both lists can be read. */
    async check(): Promise<void> {
      const one = new URLSearchParams({ page: '0', 'page-size': '1' });
      await page('/v3/computers-inventory', z.unknown(), one);
      await page('/v2/mobile-devices/detail', z.unknown(), one);
    },

    async *devices(): AsyncIterable<Device> {
      yield* computers(null);
      yield* mobiles(null);
    },

    /** Those that name this address, however it is written. */
    async devicesOf(email: string): Promise<readonly Device[]> {
      const found: Device[] = [];
      for await (const it of computers(`userAndLocation.email==${quoted(email)}`)) found.push(it);
      for await (const it of mobiles(`emailAddress==${quoted(email)}`)) found.push(it);
      return found.filter((it) => it.email.toLowerCase() === email.toLowerCase());
    },

    /** The newest command of this kind; null: there was none. */
    async lastOrder(managementId: string, order: Order): Promise<Command | null> {
      const query = new URLSearchParams({
        filter: `clientManagementId==${quoted(managementId)};command==${order}`,
        ...{ sort: 'dateSent:desc', page: '0', 'page-size': '1' },
      });
      return (await page('/v2/mdm/commands', Command, query)).results[0] ?? null;
    },

    /** Queues a command; the device carries it out when it is next online. */
    order: (managementId: string, order: Order, more: Readonly<Record<string, string>>) =>
      http.call('POST', '/v2/mdm/commands', {
        clientData: [{ managementId }],
        commandData: { commandType: order, ...more },
      }),

    /** What opens a Mac again. It goes into the request to Jamf, and nowhere else. */
    pin(): string {
      if (/^\d{6}$/.test(settings.pin)) return settings.pin;
      const detail = 'The PIN of the connection is not six digits. Enter it anew.';
      throw new ConnectorError({ kind: 'rejected', detail });
    },
  };
}
export type Jamf = ReturnType<typeof openJamf>;

const common = (
  managementId: string | null | undefined,
  name: string | null | undefined,
  serial: string | null | undefined,
) => ({
  managementId: managementId || null,
  name: name || serial || 'a device without a name',
  serial: serial ?? '',
});

/** A value in a filter (RSQL), in which it can mean nothing else. */
const quoted = (value: string): string => `"${value.replaceAll(/["\\]/g, '\\$&')}"`;

import { fakeService, json } from '#connector-kit/testing/fake-service.ts';
import type { Command, Order } from './api.ts';

export interface FakeJamfDevice {
  /** Its management id. Left out: it has none. */
  readonly id?: string;
  readonly name: string;
  readonly serial?: string;
  readonly kind: 'computer' | 'mobile';
  readonly email?: string;
  readonly managed?: false;
  /** Only of mobile devices. Default: Institutional. */
  readonly ownership?:
    | 'Institutional'
    | 'UserEnrollment'
    | 'AccountDrivenUserEnrollment'
    | 'AccountDrivenDeviceEnrollment';
}

export interface FakeCommand extends Command {
  readonly managementId: string;
  readonly commandType: Order;
  commandState: Command['commandState'];
  readonly pin?: string;
}

export interface FakeJamfOptions {
  readonly devices: readonly FakeJamfDevice[];
  readonly commands?: FakeCommand[];
  readonly clientId?: string;
  /** Left out: any will do. */
  readonly clientSecret?: string;
  /** Commands wait until `settle`. */
  readonly offline?: true;
}

interface Posted {
  readonly clientData: { readonly managementId: string }[];
  readonly commandData: { readonly commandType: Order; readonly pin?: string };
}

/** A small Jamf Pro in memory, with its token endpoint. Its shapes are held to Jamf's own documents (spec.json). */
export function fakeJamf(options: FakeJamfOptions) {
  const { devices, commands = [], clientId = 'gatehouse', clientSecret } = options;
  const token = 'jamf-token';
  let count = commands.length;

  type Answer = (request: { url: URL; body: unknown }) => Response;
  const guarded =
    (answer: Answer) => (_: unknown, request: { url: URL; body: unknown; headers: Headers }) =>
      request.headers.get('authorization') === `Bearer ${token}`
        ? answer(request)
        : json(401, { httpStatus: 401, errors: [] });
  const paged = <T>(found: readonly T[], { searchParams }: URL): Response => {
    const size = Number(searchParams.get('page-size') ?? 100);
    const from = Number(searchParams.get('page') ?? 0) * size;
    return json(200, { totalCount: found.length, results: found.slice(from, from + size) });
  };
  /** Jamf compares without regard to case. */
  const named = (field: string, { searchParams }: URL) => {
    const filter = searchParams.get('filter') ?? '';
    const [, value] = new RegExp(`${field}=="([^"]*)"`).exec(filter) ?? [];
    return (it: FakeJamfDevice) =>
      value === undefined || it.email?.toLowerCase() === value.toLowerCase();
  };
  const ofKind = (kind: FakeJamfDevice['kind']) => devices.filter((it) => it.kind === kind);

  const service = fakeService({
    'POST /api/oauth/token': (_, { body }) => {
      const asked = new URLSearchParams(String(body));
      const isRight =
        asked.get('client_id') === clientId &&
        (clientSecret === undefined || asked.get('client_secret') === clientSecret);
      if (!isRight) return json(401, { error: 'invalid_client' });
      return json(200, { access_token: token, token_type: 'Bearer', expires_in: 1200 });
    },
    'GET /api/v3/computers-inventory': guarded(({ url }) =>
      paged(
        ofKind('computer')
          .filter(named('userAndLocation.email', url))
          .map((it) => ({
            id: it.name,
            general: {
              name: it.name,
              remoteManagement: { managed: it.managed ?? true },
              ...(it.id === undefined ? {} : { managementId: it.id }),
            },
            hardware: { serialNumber: it.serial ?? '' },
            userAndLocation: { email: it.email ?? '' },
          })),
        url,
      ),
    ),
    'GET /api/v2/mobile-devices/detail': guarded(({ url }) =>
      paged(
        ofKind('mobile')
          .filter(named('emailAddress', url))
          .map((it) => ({
            ...{ mobileDeviceId: it.name, deviceType: 'iOS' },
            general: {
              ...{ displayName: it.name, managed: it.managed ?? true },
              deviceOwnershipType: it.ownership ?? 'Institutional',
              ...(it.id === undefined ? {} : { managementId: it.id }),
            },
            hardware: { serialNumber: it.serial ?? '' },
            userAndLocation: { emailAddress: it.email ?? '' },
          })),
        url,
      ),
    ),
    'GET /api/v2/mdm/commands': guarded(({ url }) => {
      const filter = url.searchParams.get('filter') ?? '';
      const [, id, type] = /^clientManagementId=="([^"]+)";command==(\w+)$/.exec(filter) ?? [];
      const found = commands
        .filter((it) => it.managementId === id && it.commandType === type)
        .toReversed()
        .map(({ managementId, pin: _, ...it }) => ({ ...it, client: { managementId } }));
      return paged(found, url);
    }),
    'POST /api/v2/mdm/commands': guarded(({ body }) => {
      const { clientData, commandData } = body as Posted;
      const made = clientData.map(({ managementId }): FakeCommand => {
        const { commandType, pin } = commandData;
        const commandState = options.offline ? 'PENDING' : 'ACKNOWLEDGED';
        count += 1;
        const it = { managementId, commandType, commandState, uuid: `c-${count}` } as const;
        return pin === undefined ? it : { ...it, pin };
      });
      commands.push(...made);
      const isMac = clientData.some(({ managementId }) =>
        ofKind('computer').some(({ id }) => id === managementId),
      );
      if (isMac && !/^\d{6}$/.test(commandData.pin ?? '')) {
        return json(500, { httpStatus: 500, errors: [] });
      }
      return json(
        201,
        made.map(({ uuid }) => ({ id: uuid, href: `/api/v2/mdm/commands/${uuid}` })),
      );
    }),
  });

  return {
    ...service,
    devices,
    commands,
    /** Devices come online and do what waits, or fail at it. */
    settle(ending: 'ACKNOWLEDGED' | 'ERROR' = 'ACKNOWLEDGED') {
      for (const it of commands) if (it.commandState === 'PENDING') it.commandState = ending;
    },
  };
}

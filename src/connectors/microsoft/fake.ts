import { fakeService, json } from '#connector-kit/testing/fake-service.ts';
import { deviceRoutes, settleDevices } from './fake-devices.ts';
import { directoryRoutes } from './fake-directory.ts';
import type { Answer, FakeTenant } from './fake-tenant.ts';
import { userRoutes } from './fake-users.ts';
import { workRoutes } from './fake-work.ts';

export interface FakeMicrosoftOptions extends Partial<FakeTenant> {
  readonly users: FakeTenant['users'];
  /** What the app was granted: told in its token. Default: nothing. */
  readonly permissions?: readonly string[];
  readonly pageSize?: number;
  /** Without it there is no Privileged Identity Management. Default: true. */
  readonly hasPremium?: boolean;
  /** Devices do what is asked only when `settle` is called. */
  readonly devicesOffline?: boolean;
}

/** A small tenant in memory, with the sign-in of apps in front of it. */
export function fakeMicrosoft(options: FakeMicrosoftOptions) {
  const tenant: FakeTenant = {
    users: options.users,
    deleted: options.deleted ?? [],
    groups: options.groups ?? [],
    roles: options.roles ?? [],
    eligible: options.eligible ?? [],
    consents: options.consents ?? [],
    appRoles: options.appRoles ?? [],
    apps: options.apps ?? [],
  };
  const { pageSize = 100, hasPremium = true, permissions = [] } = options;
  const token = `header.${Buffer.from(JSON.stringify({ roles: permissions })).toString('base64url')}.signature`;
  let clock = Date.parse('2026-11-29T08:00:00.000Z');
  const now = () => {
    clock += 1_000;
    return new Date(clock).toISOString();
  };

  const routes = {
    ...userRoutes(tenant, { pageSize, now }),
    ...directoryRoutes(tenant, { pageSize, hasPremium }),
    ...workRoutes(tenant),
    ...deviceRoutes(tenant, { now, offline: options.devicesOffline === true }),
  };
  const service = fakeService({
    'POST /:tenant/oauth2/v2.0/token': () =>
      json(200, { token_type: 'Bearer', expires_in: 3599, access_token: token }),
    ...Object.fromEntries(
      Object.entries(routes).map(([route, answer]) => [route, guarded(answer)]),
    ),
  });
  return {
    ...service,
    ...tenant,
    /** Devices come online and do what was asked of them. */
    settle: () => settleDevices(tenant),
  };

  function guarded(answer: Answer): Parameters<typeof fakeService>[0][string] {
    return (params, { url, headers, body }) =>
      headers.get('authorization') === `Bearer ${token}`
        ? answer(params, { url, body })
        : json(401, { error: { code: 'InvalidAuthenticationToken', message: 'Not signed in.' } });
  }
}

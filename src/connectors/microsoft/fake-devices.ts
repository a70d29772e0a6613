import { json } from '#connector-kit/testing/fake-service.ts';
import { type FakeDevice, type FakeTenant, missing, none, type Routes } from './fake-tenant.ts';

/** Intune. What is asked of a device waits until it is online; a wiped or retired one leaves. */
export function deviceRoutes(
  tenant: FakeTenant,
  { now, offline }: { readonly now: () => string; readonly offline: boolean },
): Routes {
  const { users } = tenant;
  const device = (id: string) =>
    users.flatMap(({ devices = [] }) => devices).find((it) => it.id === id);

  function asked(name: 'wipe' | 'retire' | 'remoteLock'): Routes[string] {
    return ({ id = '' }) => {
      const it = device(id);
      if (!it) return missing(id);
      it.actions = [...(it.actions ?? []), { name, state: 'pending', at: now() }];
      if (name !== 'remoteLock') it.management = `${name}Pending`;
      if (!offline) settleDevices(tenant);
      return none();
    };
  }

  return {
    'GET /v1.0/users/:id/managedDevices': ({ id = '' }) => {
      const it = users.find((one) => one.id === id);
      return it ? json(200, { value: (it.devices ?? []).map(shown) }) : missing(id);
    },
    'GET /v1.0/deviceManagement/managedDevices/:id': ({ id = '' }) => {
      const it = device(id);
      return it ? json(200, shown(it)) : missing(id);
    },
    'POST /v1.0/deviceManagement/managedDevices/:id/wipe': asked('wipe'),
    'POST /v1.0/deviceManagement/managedDevices/:id/retire': asked('retire'),
    'POST /v1.0/deviceManagement/managedDevices/:id/remoteLock': asked('remoteLock'),
  };
}

export function settleDevices({ users }: FakeTenant): void {
  for (const user of users) {
    user.devices = (user.devices ?? []).filter(
      ({ management }) => !/^(wipe|retire)Pending$/.test(management ?? ''),
    );
    for (const action of user.devices.flatMap(({ actions = [] }) => actions)) {
      if (action.state === 'pending') action.state = 'done';
    }
  }
}

const shown = (it: FakeDevice) => ({
  id: it.id,
  deviceName: it.name,
  managedDeviceOwnerType: it.owner,
  managementState: it.management ?? 'managed',
  deviceActionResults: (it.actions ?? []).map(({ name, state, at }) => ({
    ...{ actionName: name, actionState: state, startDateTime: at, lastUpdatedDateTime: at },
  })),
});

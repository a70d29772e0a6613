import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Microsoft } from './api.ts';
import type { Device } from './work.ts';

export const DeviceState = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** What is not known to be the company's is treated as private. */
  owner: z.enum(['company', 'private']),
  /** How Intune stands to it, by its own words; gone: it is no longer there. */
  management: z.string(),
  /** What was asked of it last, of its kind. Times are Intune's. */
  lock: z.strictObject({ state: z.string(), at: z.string() }).nullable(),
  wipe: z.strictObject({ state: z.string(), at: z.string() }).nullable(),
});
export type DeviceState = z.infer<typeof DeviceState>;

/** Both ways in which Intune is seen to name an action: the request, and its report of remote actions. */
const names = {
  lock: ['remotelock'],
  wipe: ['wipe', 'factoryreset', 'retire', 'removecompanydata'],
};

/** The devices of an account, and those of before that are no longer its own. */
export async function devicesOf(
  microsoft: Microsoft,
  accountId: string,
  before: readonly DeviceState[],
): Promise<DeviceState[]> {
  const devices = (await microsoft.devicesOf(accountId)).map(toState);
  for (const was of before) {
    if (devices.some(({ id }) => id === was.id)) continue;
    const found = was.management === 'gone' ? null : await unlessMissing(microsoft.device(was.id));
    devices.push(found ? toState(found) : { ...was, management: 'gone' });
  }
  return devices.sort(byId);
}

function toState(it: Device): DeviceState {
  const last = (kind: 'lock' | 'wipe') => {
    const all = (it.deviceActionResults ?? [])
      .filter(({ actionName }) => names[kind].includes((actionName ?? '').toLowerCase()))
      .toSorted((a, b) => Date.parse(b.startDateTime) - Date.parse(a.startDateTime));
    return all[0] ? { state: all[0].actionState, at: all[0].startDateTime } : null;
  };
  return {
    id: it.id,
    name: it.deviceName ?? it.id,
    owner: it.managedDeviceOwnerType === 'company' ? 'company' : 'private',
    management: it.managementState ?? 'managed',
    lock: last('lock'),
    wipe: last('wipe'),
  };
}

import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import type { Google } from './api.ts';

/** One device on which the account is. */
export const DeviceState = z.strictObject({
  /** By which Google knows the account on the device. */
  id: z.string(),
  model: z.string(),
  /** ANDROID, IOS, GOOGLE_SYNC; others are computers. */
  type: z.string(),
  /** Only what Google calls the company’s is. */
  ofCompany: z.boolean(),
  /** Of the account on the device: APPROVED, BLOCKED, WIPING, WIPED, … */
  account: z.string(),
  /** Of the device as a whole. */
  device: z.string(),
});
export type DeviceState = z.infer<typeof DeviceState>;

const mobile: readonly string[] = ['ANDROID', 'IOS', 'GOOGLE_SYNC'];
export const isMobile = ({ type }: DeviceState): boolean => mobile.includes(type);

/** Every device on which somebody is signed in, in the order of their ids. */
export async function devicesOf(google: Google, accountId: string): Promise<DeviceState[]> {
  const { primaryEmail } = await google.user(accountId);
  const found: DeviceState[] = [];
  for (const { name, managementState } of await google.devicesOf(primaryEmail)) {
    const device = await google.device(deviceIn(name));
    found.push({
      id: name,
      model: device.model ?? 'a device',
      type: device.deviceType ?? 'UNKNOWN',
      ofCompany: device.ownerType === 'COMPANY',
      account: managementState ?? 'UNKNOWN',
      device: device.managementState ?? 'UNKNOWN',
    });
  }
  return found.sort(byId);
}

/** The device of which `devices/{device}/deviceUsers/{user}` speaks. */
export const deviceIn = (deviceUser: string): string => deviceUser.split('/').slice(0, 2).join('/');

export const modelsOf = (devices: readonly DeviceState[]): string =>
  devices.map(({ model }) => model).join(', ');

/** What is left to say of computers, which Google lists and does not manage like telephones. */
export const besidesComputers = (devices: readonly DeviceState[]): string => {
  const computers = devices.filter((it) => !isMobile(it));
  return computers.length === 0
    ? ''
    : ` Computers are not touched from here: ${modelsOf(computers)}.`;
};

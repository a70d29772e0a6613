import { z } from 'zod';
import { scopes } from './scopes.ts';
import { all, inPath, pageOf, pagesOf, type Speak } from './web.ts';

const DeviceUser = z.object({
  /** devices/{device}/deviceUsers/{user} */
  name: z.string(),
  userEmail: z.string().optional(),
  managementState: z.string().optional(),
});
const Device = z.object({
  name: z.string(),
  model: z.string().optional(),
  deviceType: z.string().optional(),
  ownerType: z.string().optional(),
  managementState: z.string().optional(),
});

/**
 * The devices of people, their own and the company’s; the list of the Directory API leaves the latter out.
 * https://cloud.google.com/identity/docs/reference/rest/v1/devices
 */
export function openDevices(speak: Speak) {
  const http = speak('devices', scopes.devices);
  const customer = 'customers/my_customer';
  const named = (name: string) => `/v1/${name.split('/').map(inPath).join('/')}`;
  const command = (name: string, word: string, body: object = {}) =>
    http.call('POST', `${named(name)}:${word}`, { customer, ...body });

  return {
    /** Where somebody is signed in, by the first address of the account. */
    async devicesOf(email: string) {
      const query = { customer, filter: `email:${email}`, pageSize: '20' };
      const found = await all(
        pagesOf(http, '/v1/devices/-/deviceUsers', query, pageOf('deviceUsers', DeviceUser)),
      );
      // The search finds what only begins like it as well.
      return found.filter((it) => it.userEmail?.toLowerCase() === email.toLowerCase());
    },
    device: (name: string) =>
      http.get(`${named(name)}?${new URLSearchParams({ customer })}`, Device),
    /** Takes the account and its data off a device; everything else on it stays. */
    wipeAccount: (deviceUser: string) => command(deviceUser, 'wipe'),
    wipeDevice: (device: string) => command(device, 'wipe'),
    blockAccount: (deviceUser: string) => command(deviceUser, 'block'),
    approveAccount: (deviceUser: string) => command(deviceUser, 'approve'),
  };
}

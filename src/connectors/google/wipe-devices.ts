import { z } from 'zod';
import { change, done, type Plan, transition, underway } from '#connector-kit/contract.ts';
import type { Google } from './api.ts';
import {
  besidesComputers,
  DeviceState,
  deviceIn,
  devicesOf,
  isMobile,
  modelsOf,
} from './devices-of.ts';
import { scopes } from './scopes.ts';

const state = z.strictObject({ devices: z.array(DeviceState) });

interface Change {
  /** Names of devices. */
  readonly erase: readonly string[];
  /** Names of accounts on devices. */
  readonly takeOff: readonly string[];
}

/** A device that belongs to somebody is never erased: only the account and its data go. It happens when the device next asks Google. */
export const wipeDevices = transition({
  capability: 'device.wipe',
  summary:
    'Takes the account and its data off telephones and tablets; those that belong to the company are erased where that is asked for.',
  scopes: [scopes.users, scopes.devices],
  mustPrecede: ['account.delete'],
  params: z.strictObject({
    companyDevices: z.enum(['take the account off', 'erase']).default('take the account off').meta({
      title: 'Devices of the company',
      description: 'erase: everything on them. Devices that belong to people only lose the account',
    }),
  }),
  state,
  repeatable: true,
  // Until the device is switched on again.
  settlesWithinMs: 30 * 24 * 60 * 60_000,

  async read(google: Google, accountId) {
    return { devices: await devicesOf(google, accountId) };
  },

  plan({ devices }, { companyDevices }): Plan<Change> {
    const isErased = (it: DeviceState) => it.ofCompany && companyDevices === 'erase';
    const stateOf = (it: DeviceState) =>
      it.device === 'WIPED' ? 'WIPED' : isErased(it) ? it.device : it.account;
    const mobile = devices.filter(isMobile);
    const open = mobile.filter((it) => !['WIPED', 'WIPING'].includes(stateOf(it)));
    const waiting = mobile.filter((it) => stateOf(it) === 'WIPING');
    if (open.length > 0) {
      const erase = open.filter(isErased);
      const takeOff = open.filter((it) => !isErased(it));
      const words = [
        ...(erase.length > 0 ? [`Erase everything on ${modelsOf(erase)}`] : []),
        ...(takeOff.length > 0 ? [`Take the account and its data off ${modelsOf(takeOff)}`] : []),
      ];
      return change(`${words.join('; ')}.${besidesComputers(devices)}`, {
        erase: erase.map(({ id }) => deviceIn(id)),
        takeOff: takeOff.map(({ id }) => id),
      });
    }
    if (waiting.length > 0) {
      return underway(`Waiting until ${modelsOf(waiting)} asks Google again.`);
    }
    const because =
      mobile.length === 0
        ? 'The account is on no telephone or tablet that Google knows.'
        : `The account is off ${modelsOf(mobile)}.`;
    return done(`${because}${besidesComputers(devices)}`);
  },

  async apply(google, accountId, { erase, takeOff }: Change) {
    // Sent again only where it did not arrive the first time.
    const now = await devicesOf(google, accountId);
    const isOpen = (word: string) => !['WIPED', 'WIPING'].includes(word);
    for (const it of now) {
      if (takeOff.includes(it.id) && isOpen(it.account)) await google.wipeAccount(it.id);
      // Whose it is was read anew: what became somebody's own since is not erased.
      if (erase.includes(deviceIn(it.id)) && it.ofCompany && isOpen(it.device))
        await google.wipeDevice(deviceIn(it.id));
    }
  },
});

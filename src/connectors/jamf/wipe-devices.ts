import { z } from 'zod';
import { transition } from '#connector-kit/contract.ts';
import type { Jamf } from './api.ts';
import { type Change, planFor, readDevices, state } from './devices.ts';
import { privileges } from './settings.ts';

/**
 * Devices do not ask again for an erasure that failed, so the command stays with Jamf until it is acknowledged. One
 * that waits already, whoever gave it, is not given twice.
 */
export const wipeDevices = transition({
  capability: 'device.wipe',
  summary: 'Erases the Macs, phones and tablets of the company that the person has.',
  scopes: [
    ...[privileges.readComputers, privileges.readMobiles, privileges.seeCommands],
    ...[privileges.wipeComputers, privileges.wipeMobiles],
  ],
  params: z.strictObject({}),
  state,
  // Jamf shows a command as soon as it has taken it: one that does not show was not taken.
  repeatable: true,
  settlesWithinMs: 30 * 24 * 60 * 60_000,

  read: (jamf: Jamf, accountId, known) =>
    readDevices(jamf, accountId, 'ERASE_DEVICE', known?.before ?? null, true),

  plan: (now) =>
    planFor(now, {
      order: 'Erase',
      otherwise: 'Erase it on the device itself.',
      finished: 'Took the command to erase itself',
    }),

  async apply(jamf, _accountId, devices: Change) {
    const pin = jamf.pin();
    for (const { id, kind } of devices) {
      // Jamf wants the PIN of every Mac, though only older ones ask for it afterwards.
      const more = kind === 'computer' ? { pin, obliterationBehavior: 'Default' } : {};
      await jamf.order(id, 'ERASE_DEVICE', more);
    }
  },
});

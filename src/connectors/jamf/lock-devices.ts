import { z } from 'zod';
import { transition } from '#connector-kit/contract.ts';
import type { Jamf } from './api.ts';
import { type Change, planFor, readDevices, state } from './devices.ts';
import { privileges } from './settings.ts';

/** A Mac restarts and opens only with the PIN; a phone shows its lock screen. */
export const lockDevices = transition({
  capability: 'device.lock',
  summary: 'Locks Macs with the PIN of the connection, and the screens of phones and tablets.',
  scopes: [
    ...[privileges.readComputers, privileges.readMobiles, privileges.seeCommands],
    ...[privileges.lockComputers, privileges.lockMobiles],
  ],
  // What is erased can no longer be locked.
  mustPrecede: ['device.wipe'],
  params: z.strictObject({}),
  state,
  // Jamf shows a command as soon as it has taken it: one that does not show was not taken.
  repeatable: true,
  settlesWithinMs: 7 * 24 * 60 * 60_000,

  read: (jamf: Jamf, accountId, known) =>
    readDevices(jamf, accountId, 'DEVICE_LOCK', known?.before ?? null, false),

  plan: (now) =>
    planFor(now, {
      order: 'Lock',
      otherwise: 'Get it back, or lock it in another way.',
      finished: 'Locked',
    }),

  async apply(jamf, _accountId, devices: Change) {
    const pin = jamf.pin();
    for (const { id, kind } of devices) {
      await jamf.order(id, 'DEVICE_LOCK', kind === 'computer' ? { pin } : {});
    }
  },
});

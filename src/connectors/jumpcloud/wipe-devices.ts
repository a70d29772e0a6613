import { z } from 'zod';
import { byHand, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { JumpCloud } from './api.ts';
import { Device, devicesOf, inWords } from './devices.ts';
import { permission } from './settings.ts';

const state = z.strictObject({
  /** Whether the order to erase was given before. */
  ordered: z.boolean(),
  devices: z.array(Device),
});

interface Change {
  readonly do: 'erase' | 'remove';
  readonly systemIds: readonly string[];
}

/**
 * JumpCloud hands the order on when a device is next online, and does not tell that it was carried out. So a person
 * says of each device that it is empty, by its serial number, and JumpCloud is read until it no longer has it.
 */
export const wipeDevices = transition({
  capability: 'device.wipe',
  summary:
    'Erases the devices whose primary user the person is. Somebody confirms each by its serial number.',
  scopes: [permission],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state,
  // The device may be switched off.
  settlesWithinMs: 30 * 24 * 60 * 60_000,

  read: async (jumpCloud: JumpCloud, accountId, known) => ({
    ordered: known?.before != null,
    devices: await devicesOf(jumpCloud, accountId),
  }),

  plan({ ordered, devices }): Plan<Change> {
    const [device] = devices;
    if (!device) return done('JumpCloud has no device of the person, but private ones.');
    const ready = devices.filter((it) => it.takesOrders);
    if (!ordered && ready.length > 0) {
      return change(`Erase ${ready.map(inWords).join(', ')}.`, {
        do: 'erase',
        systemIds: ready.map(({ id }) => id),
      });
    }
    const how = device.takesOrders
      ? 'JumpCloud has the order to erase it, and hands it on when the device is next online.'
      : 'JumpCloud erases it only with a PIN: Devices → the device → Security commands → Erase.';
    return byHand(
      {
        instructions:
          `Make sure that this is erased: ${inWords(device)}.\n\n${how}\n\n` +
          'When it shows its first set-up, confirm it with the serial number on the device. ' +
          'It is then taken out of JumpCloud.',
        proof: ['serial number on the device', 'who saw it'],
        assignTo: { role: 'it-admin' },
        deadline: null,
        mustName: device.serial === '' ? null : device.serial,
      },
      change(`Take ${inWords(device)} out of JumpCloud.`, {
        do: 'remove',
        systemIds: [device.id],
      }),
    );
  },

  async apply(jumpCloud, _accountId, it: Change) {
    for (const id of it.systemIds) {
      if (it.do === 'erase') await jumpCloud.order(id, 'erase');
      else await unlessMissing(jumpCloud.removeSystem(id));
    }
  },
});

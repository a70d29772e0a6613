import { z } from 'zod';
import { command } from '#connector-kit/contract.ts';
import { ConnectorError } from '#core/failure.ts';
import type { JumpCloud } from './api.ts';
import { devicesOf, inWords } from './devices.ts';
import { permission } from './settings.ts';

/** JumpCloud takes the order, hands it on when a device is next online, and does not tell what became of it. */
export const lockDevices = command({
  capability: 'device.lock',
  summary: 'Locks the Windows and Linux devices whose primary user the person is.',
  scopes: [permission],
  // What is erased can no longer be locked, and a lock can be taken back.
  mustPrecede: ['device.wipe'],
  params: z.strictObject({}),

  async send(jumpCloud: JumpCloud, accountId) {
    const devices = await devicesOf(jumpCloud, accountId);
    const locked = devices.filter((it) => it.takesOrders);
    for (const { id } of locked) await jumpCloud.order(id, 'lock');
    const others = devices.filter((it) => !it.takesOrders);
    const taken = locked.map(inWords).join(', ') || 'none';
    if (others.length > 0) {
      const detail =
        `JumpCloud locks these only with a PIN, so lock them in the console: ${others.map(inWords).join(', ')}. ` +
        `It took the order for: ${taken}.`;
      throw new ConnectorError({ kind: 'rejected', detail });
    }
    return { summary: `JumpCloud took the order to lock: ${taken}.` };
  },
});

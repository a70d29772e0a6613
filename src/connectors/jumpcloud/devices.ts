import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import type { JumpCloud, System } from './api.ts';

export const Device = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** Empty where JumpCloud does not know it. */
  serial: z.string(),
  /** Takes orders to lock and to erase; Macs and phones take them only with a PIN, in the console. */
  takesOrders: z.boolean(),
});
export type Device = z.infer<typeof Device>;

/**
 * The devices of one person, which is fewer than they can sign in to: those that name them as primary user. Servers
 * that many are bound to name nobody. What somebody enrolled by themselves is private, and not ours to touch.
 */
export async function devicesOf(jumpCloud: JumpCloud, id: string): Promise<Device[]> {
  const systems = await jumpCloud.systemsOf(id);
  return systems
    .filter((it) => it.primarySystemUser?.id === id && !isPrivate(it))
    .map((it) => ({
      id: it._id,
      name: it.displayName ?? it.hostname ?? it._id,
      serial: it.serialNumber ?? '',
      takesOrders: ['windows', 'linux'].includes(it.osFamily?.toLowerCase() ?? ''),
    }))
    .sort(byId);
}

const isPrivate = ({ provisionMetadata }: System) =>
  provisionMetadata?.provisioner?.type === 'user';

/** Such as “Priya’s laptop (C02XK1)”. */
export const inWords = ({ name, serial }: Device) => (serial === '' ? name : `${name} (${serial})`);

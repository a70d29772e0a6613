import { z } from 'zod';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { Google } from './api.ts';
import { besidesComputers, DeviceState, devicesOf, isMobile, modelsOf } from './devices-of.ts';
import { scopes } from './scopes.ts';

const state = z.strictObject({ devices: z.array(DeviceState) });

interface Change {
  readonly do: 'block' | 'approve';
  readonly ids: readonly string[];
}

/** The work account on a device can be opened no more; the screen itself is not locked, and nothing is erased. */
export const lockDevices = transition({
  capability: 'device.lock',
  summary:
    'Keeps telephones and tablets away from the data of the account. Nothing on them is erased, and the screen is not locked.',
  scopes: [scopes.users, scopes.devices],
  mustPrecede: ['device.wipe', 'account.delete'],
  params: z.strictObject({}),
  state,
  repeatable: true,
  settlesWithinMs: 60 * 60_000,

  async read(google: Google, accountId) {
    return { devices: await devicesOf(google, accountId) };
  },

  plan({ devices }): Plan<Change> {
    const open = devices.filter((it) => isMobile(it) && !isClosed(it));
    if (open.length > 0) {
      const ids = open.map(({ id }) => id);
      return change(`Block the account on ${modelsOf(open)}.`, { do: 'block', ids });
    }
    return done(`The account is open on no telephone or tablet.${besidesComputers(devices)}`);
  },

  async apply(google, _accountId, it: Change) {
    for (const id of it.ids) {
      if (it.do === 'block') await google.blockAccount(id);
      else await google.approveAccount(id);
    }
  },

  restore({ devices: now }, { devices: before }): Plan<Change> {
    const closed = now.filter(
      (it) =>
        it.account === 'BLOCKED' &&
        before.some(({ id, account }) => id === it.id && account === 'APPROVED'),
    );
    if (closed.length === 0) return done('The account is open where it was before.');
    return change(`Let ${modelsOf(closed)} at the account again.`, {
      do: 'approve',
      ids: closed.map(({ id }) => id),
    });
  },
});

const isClosed = ({ account, device }: DeviceState): boolean =>
  ['BLOCKED', 'WIPING', 'WIPED'].includes(account) || device === 'WIPED';

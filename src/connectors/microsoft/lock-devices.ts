import { z } from 'zod';
import { blocked, change, done, type Plan, transition, underway } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Microsoft } from './api.ts';
import { DeviceState, devicesOf } from './devices.ts';
import { isLater } from './is-later.ts';
import { scopes } from './scopes.ts';

const Lockable = DeviceState.extend({
  /** It was asked for since we looked for the first time. */
  asked: z.boolean(),
});

/** Only devices of the company: a private one is nobody else's to lock. A lock of long ago counts for nothing. */
export const lockDevices = transition({
  capability: 'device.lock',
  summary: 'Locks the screens of the company’s devices, where Intune can.',
  scopes: [scopes.readDevices, scopes.commandDevices],
  mustPrecede: ['device.wipe', 'account.delete'],
  params: z.strictObject({}),
  state: z.strictObject({ devices: z.array(Lockable) }),
  // The order shows on the device as pending; where it does not, another one locks what is locked.
  repeatable: true,
  settlesWithinMs: 7 * 24 * 60 * 60_000,

  async read(microsoft: Microsoft, accountId, known) {
    const before = known?.before?.devices ?? null;
    const devices = await devicesOf(microsoft, accountId, before ?? []);
    return {
      devices: devices
        .filter(({ owner }) => owner === 'company')
        .map((it) => {
          const was = before?.find(({ id }) => id === it.id)?.lock ?? null;
          const asked = before !== null && isLater(it.lock?.at ?? null, was?.at ?? null);
          return { ...it, asked };
        }),
    };
  },

  plan({ devices }): Plan<readonly string[]> {
    const present = devices.filter(({ management }) => management !== 'gone');
    const open = present.filter(({ asked }) => !asked);
    if (open.length > 0) {
      return change(
        `Lock ${namesOf(open)}.`,
        open.map(({ id }) => id),
      );
    }
    const stands = (...states: string[]) =>
      present.filter(({ lock }) => states.includes(lock?.state ?? 'none'));
    const failed = stands('failed', 'notSupported', 'canceled', 'none');
    if (failed.length > 0) {
      return blocked(`Intune cannot lock ${namesOf(failed)}. Get it back, or have it wiped.`);
    }
    const waiting = stands('pending', 'active');
    if (waiting.length > 0) {
      return underway(`Asked of ${namesOf(waiting)}, and done when it is online.`);
    }
    if (present.length === 0) return done('Intune has no device of the company with them.');
    return done(`Locked: ${namesOf(present)}.`);
  },

  async apply(microsoft, _accountId, ids: readonly string[]) {
    for (const id of ids) await unlessMissing(microsoft.lock(id));
  },
});

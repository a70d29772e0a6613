import { z } from 'zod';
import { blocked, change, done, type Plan, transition, underway } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Microsoft } from './api.ts';
import { DeviceState, devicesOf } from './devices.ts';
import { scopes } from './scopes.ts';

type Change = readonly { readonly id: string; readonly do: 'wipe' | 'retire' }[];

/**
 * A device of the company is wiped; from a private one, or one of which that is not known, only what is the company's
 * is taken off. Both wait until the device is online, and take it out of Intune.
 */
export const wipeDevices = transition({
  capability: 'device.wipe',
  summary: 'Wipes the company’s devices, and takes the company’s data off private ones.',
  scopes: [scopes.readDevices, scopes.commandDevices],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state: z.strictObject({ devices: z.array(DeviceState) }),
  settlesWithinMs: 30 * 24 * 60 * 60_000,
  // The order shows on the device as pending long before it is carried out: one that does not show never arrived.
  consistencyMs: 10 * 60_000,

  async read(microsoft: Microsoft, accountId, known) {
    return { devices: await devicesOf(microsoft, accountId, known?.before?.devices ?? []) };
  },

  plan({ devices }): Plan<Change> {
    const standing = (wanted: Standing) => devices.filter((it) => standingOf(it) === wanted);
    const open = standing('open');
    if (open.length > 0) {
      const owned = open.filter(({ owner }) => owner === 'company');
      const others = open.filter(({ owner }) => owner === 'private');
      const parts = [
        ...(owned.length > 0 ? [`Wipe ${namesOf(owned)}.`] : []),
        ...(others.length > 0 ? [`Take the company’s data off ${namesOf(others)}.`] : []),
      ];
      return change(
        parts.join(' '),
        open.map(({ id, owner }) => ({ id, do: owner === 'company' ? 'wipe' : 'retire' })),
      );
    }
    const failed = standing('failed');
    if (failed.length > 0) {
      return blocked(`Intune did not manage it on ${namesOf(failed)}. Do it on the device itself.`);
    }
    const waiting = standing('underway');
    if (waiting.length > 0) {
      return underway(`Asked of ${namesOf(waiting)}, and done when it is online.`);
    }
    if (devices.length === 0) return done('Intune has no device of theirs.');
    return done(`Intune shows it done: ${namesOf(devices)}.`);
  },

  async apply(microsoft, _accountId, devices: Change) {
    for (const { id, do: what } of devices) await unlessMissing(microsoft[what](id));
  },
});

type Standing = 'open' | 'underway' | 'failed' | 'finished';

function standingOf({ management, wipe }: DeviceState): Standing {
  if (management === 'gone' || wipe?.state === 'done') return 'finished';
  if (wipe?.state === 'failed' || wipe?.state === 'notSupported') return 'failed';
  if (/^(wipe|retire)Failed$/.test(management)) return 'failed';
  if (wipe?.state === 'pending' || wipe?.state === 'active') return 'underway';
  return /^(wipe|retire|delete)(Pending|Issued)$/.test(management) ? 'underway' : 'open';
}

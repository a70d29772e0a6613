import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { blocked, change, done, type Plan, underway } from '#connector-kit/contract.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Device, Jamf, Order } from './api.ts';

const DeviceState = z.strictObject({
  /** By which commands reach it; its serial number or name where none can. */
  id: z.string(),
  name: z.string(),
  kind: z.enum(['computer', 'mobile']),
  /** private: somebody’s own, which is not ours to touch; out of reach: Jamf does not manage it. */
  reach: z.enum(['managed', 'out of reach', 'private']),
  /** The newest command of this kind, as Jamf shows it. */
  order: z.strictObject({ uuid: z.string(), state: z.string() }).nullable(),
  /** It was given since we looked for the first time, or was under way then. */
  asked: z.boolean(),
});
type DeviceState = z.infer<typeof DeviceState>;

export const state = z.strictObject({ devices: z.array(DeviceState) });
type State = z.infer<typeof state>;

export type Change = readonly { readonly id: string; readonly kind: DeviceState['kind'] }[];

/**
 * The devices of an account with the newest command of a kind, and those of before: erased and enrolled anew, one may
 * no longer name its person. What was commanded long ago counts for nothing, unless it is to be `takenOver`
 * while it waits.
 */
export async function readDevices(
  jamf: Jamf,
  email: string,
  order: Order,
  before: State | null,
  takenOver: boolean,
): Promise<State> {
  const now = (await jamf.devicesOf(email)).map(toState);
  const earlier = (before?.devices ?? []).filter(({ id }) => !now.some((it) => it.id === id));
  const devices = await Promise.all(
    [...now, ...earlier].map(async (it): Promise<DeviceState> => {
      const last = it.reach === 'managed' ? await jamf.lastOrder(it.id, order) : null;
      const was = before?.devices.find(({ id }) => id === it.id);
      const shown = last && { uuid: last.uuid, state: last.commandState };
      const isNew = was !== undefined && shown !== null && shown.uuid !== was.order?.uuid;
      const waits = shown !== null && isUnderway(shown.state);
      const asked = was?.asked === true || isNew || (takenOver && !was && waits);
      return { ...it, order: shown, asked };
    }),
  );
  return { devices: devices.sort(byId) };
}

function toState(it: Device): DeviceState {
  const canBeReached = it.managementId !== null && it.isManaged;
  return {
    id: it.managementId ?? (it.serial || it.name),
    name: it.serial === '' ? it.name : `${it.name} (${it.serial})`,
    kind: it.kind,
    reach: it.isPrivate ? 'private' : canBeReached ? 'managed' : 'out of reach',
    order: null,
    asked: false,
  };
}

const isUnderway = (shown: string) => shown === 'PENDING' || shown === 'NOT_NOW';

/** What is to be said of each step on the way, such as “Lock”, “lock” and “Locked”. */
interface Words {
  readonly order: string;
  readonly otherwise: string;
  readonly finished: string;
}

/** A command counts once the device acknowledged it. */
export function planFor({ devices }: State, words: Words): Plan<Change> {
  const managed = devices.filter(({ reach }) => reach === 'managed');
  const open = managed.filter(({ asked }) => !asked);
  if (open.length > 0) {
    return change(
      `${words.order} ${namesOf(open)}.`,
      open.map(({ id, kind }) => ({ id, kind })),
    );
  }
  const failed = managed.filter(({ order }) => order === null || order.state === 'ERROR');
  if (failed.length > 0) {
    return blocked(`${namesOf(failed)} refused the command of Jamf Pro. ${words.otherwise}`);
  }
  const waiting = managed.filter(({ order }) => order !== null && isUnderway(order.state));
  if (waiting.length > 0) {
    return underway(`Asked of ${namesOf(waiting)}, and done when it is online.`);
  }
  const away = devices.filter(({ reach }) => reach === 'out of reach');
  if (away.length > 0) {
    return blocked(`Jamf Pro does not manage ${namesOf(away)}. ${words.otherwise}`);
  }
  const theirs = devices.filter(({ reach }) => reach === 'private');
  const rest = theirs.length === 0 ? '' : ` Private, and left alone: ${namesOf(theirs)}.`;
  if (managed.length === 0) return done(`Jamf Pro has no device of the company with them.${rest}`);
  return done(`${words.finished}: ${namesOf(managed)}.${rest}`);
}

import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Tailscale } from './api.ts';
import { scopes } from './settings.ts';

const Named = z.strictObject({ id: z.string(), name: z.string() });

/**
 * A device is signed in as long as its key lasts. What carries a tag belongs to the tag and not to whoever registered
 * it, and goes on; it is named, so that somebody looks whether the person can still get at it.
 */
export const revokeSessions = transition({
  capability: 'sessions.revoke',
  summary: 'Lets the keys of all devices of the user expire, so that each has to sign in again.',
  scopes: [scopes.users, scopes.devices],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state: z.strictObject({
    devices: z.array(Named.extend({ expired: z.boolean() })),
    tagged: z.array(Named),
  }),
  repeatable: true,

  async read(tailscale: Tailscale, accountId) {
    const { loginName } = await tailscale.user(accountId);
    const all = (await tailscale.devicesOf(loginName)).map(
      ({ nodeId: id, hostname: name, tags, expires }) => ({
        ...{ id, name, isTagged: (tags ?? []).length > 0 },
        expired: isPast(expires, tailscale.now()),
      }),
    );
    return {
      devices: all
        .filter((it) => !it.isTagged)
        .map(({ id, name, expired }) => ({ id, name, expired }))
        .sort(byId),
      tagged: all
        .filter((it) => it.isTagged)
        .map(({ id, name }) => ({ id, name }))
        .sort(byId),
    };
  },

  plan({ devices, tagged }): Plan<readonly string[]> {
    const open = devices.filter((it) => !it.expired);
    if (open.length > 0) {
      return change(
        `Sign out ${namesOf(open)}.`,
        open.map(({ id }) => id),
      );
    }
    const rest = tagged.length === 0 ? '' : ` These carry a tag and go on: ${namesOf(tagged)}.`;
    return done(`No device of the user is signed in.${rest}`);
  },

  async apply(tailscale, _accountId, ids: readonly string[]) {
    for (const id of ids) await tailscale.expire(id);
  },
});

/** The year 1 stands for never. */
function isPast(expires: string | null | undefined, now: Date): boolean {
  const at = Date.parse(expires ?? '');
  return Number.isFinite(at) && at > Date.UTC(1970) && at <= now.getTime();
}

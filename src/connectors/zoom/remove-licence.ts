import { z } from 'zod';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { Zoom } from './api.ts';
import { basic, knownUser, licenceName } from './known-user.ts';
import { scopes } from './scopes.ts';

const free = new Set([basic, 4, 99]);

/** Makes the user Basic. A deactivated one is Basic already: Zoom takes the licence with the deactivation. */
export const removeLicence = transition({
  capability: 'licences.remove',
  summary: 'Makes the user Basic, which frees the licence.',
  scopes: [scopes.readUser, scopes.updateUser],
  params: z.strictObject({}),
  state: z.strictObject({ type: z.int() }),
  repeatable: true,

  async read(zoom: Zoom, accountId) {
    return { type: (await knownUser(zoom, accountId)).type };
  },

  plan({ type }): Plan<number> {
    if (free.has(type)) return done(`The user is ${licenceName(type)}, which takes no licence.`);
    return change(`Make the user Basic, who is ${licenceName(type)}.`, basic);
  },

  apply: (zoom, accountId, type: number) => zoom.setType(accountId, type),

  restore(now, before): Plan<number> {
    if (now.type === before.type) return done(`The user is ${licenceName(now.type)} as before.`);
    return change(`Make the user ${licenceName(before.type)} again.`, before.type);
  },
});

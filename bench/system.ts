import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { type AnyConnector, change, connector, done, transition } from '#connector-kit/contract.ts';
import type { Capability } from '#core/capability.ts';

const settings = z.strictObject({
  /** Tells one system from the others. */
  name: z.string(),
  /** How long each call takes. */
  delayMs: z.number(),
  capabilities: z.array(z.string()),
});

/** What happened in the measured systems, by the monotonic clock of this process. */
export interface Tally {
  /** The first call of any kind, and the first that changed something. */
  firstCallAt: number | null;
  firstChangeAt: number | null;
  changes: number;
}

/**
 * A system that answers every call after a fixed time. It runs in this process and costs next
 * to nothing, so that what is measured is Gatehouse.
 */
export function delayedSystem(tally: Tally): AnyConnector {
  const done_ = new Set<string>();
  const call = async (delayMs: number) => {
    tally.firstCallAt ??= performance.now();
    await wait(delayMs);
  };
  const reach = (capability: Capability) =>
    transition({
      capability,
      summary: 'Reaches the goal.',
      scopes: [],
      params: z.looseObject({}),
      state: z.strictObject({ reached: z.boolean() }),
      repeatable: true,
      async read(client: { id: string; delayMs: number }, accountId) {
        await call(client.delayMs);
        return { reached: done_.has(`${client.id} ${accountId} ${capability}`) };
      },
      plan: (now) => (now.reached ? done('It is so.') : change('Make it so.', true)),
      async apply(client, accountId) {
        await call(client.delayMs);
        tally.firstChangeAt ??= performance.now();
        tally.changes += 1;
        done_.add(`${client.id} ${accountId} ${capability}`);
      },
    });

  return connector({
    id: 'delayed',
    name: 'Delayed system',
    category: 'other',
    settings,
    hosts: () => ['127.0.0.1:9'],
    open: ({ name, delayMs }) => ({ id: name, delayMs }),
    check: async () => ({ actingAs: 'nobody', scopes: null }),
    accounts: {
      async find(client, person) {
        await call(client.delayMs);
        return [
          {
            id: person.email,
            login: person.email,
            status: 'active',
            privileged: false,
            lastSeenAt: null,
          },
        ];
      },
      async *list() {},
    },
    actions: (it) => it.capabilities.map((name) => reach(name as Capability)),
  });
}

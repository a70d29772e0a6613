import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import {
  type AnyConnector,
  change,
  connector,
  done,
  type Io,
  transition,
} from '#connector-kit/contract.ts';
import type { Capability } from '#core/capability.ts';

const settings = z.strictObject({
  /** Tells one system from the others. */
  name: z.string(),
  /** How long each call takes. */
  delayMs: z.number(),
  capabilities: z.array(z.string()),
});

interface Client {
  readonly id: string;
  readonly delayMs: number;
  readonly asked: Io['asked'] | undefined;
}

/** What happened in the measured systems, by the monotonic clock of this process. */
export interface Tally {
  /** The first call of any kind, and the first that changed something. */
  firstCallAt: number | null;
  firstChangeAt: number | null;
  changes: number;
  calls: number;
}

/**
 * A system that answers every call after a fixed time. It runs in this process and costs next
 * to nothing, so that what is measured is Gatehouse.
 */
export function delayedSystem(tally: Tally): AnyConnector {
  const done_ = new Set<string>();
  const call = async ({ delayMs, asked }: Client) => {
    tally.firstCallAt ??= performance.now();
    tally.calls += 1;
    asked?.();
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
      async read(client: Client, accountId) {
        await call(client);
        return { reached: done_.has(`${client.id} ${accountId} ${capability}`) };
      },
      plan: (now) => (now.reached ? done('It is so.') : change('Make it so.', true)),
      async apply(client, accountId) {
        await call(client);
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
    open: ({ name, delayMs }, { asked }) => ({ id: name, delayMs, asked }),
    check: async () => ({ actingAs: 'nobody', scopes: null }),
    accounts: {
      async find(client, person) {
        await call(client);
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

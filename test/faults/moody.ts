import { z } from 'zod';
import { type Account, change, connector, done, transition } from '#connector-kit/contract.ts';
import type { Timing } from '#engine/engine.ts';
import { connectors } from '../../src/connectors.ts';
import { startHouse } from './house.ts';

/** Where the moody system trips over its own feet; it does so for one kind of person each. */
export const moods = ['find', 'read', 'plan', 'apply', 'well'] as const;
type Mood = (typeof moods)[number];

const trip = (mood: Mood, where: Mood): void => {
  if (mood !== where) return;
  const nothing: { length?: { of: number } } = {};
  // A programming mistake, as they happen.
  nothing.length!.of.toFixed();
};

/** A connector with a mistake in every function, and what was asked of it. */
function moody() {
  const asked: string[] = [];
  const suspended = new Set<string>();
  const moodOf = (id: string): Mood => moods.find((it) => id.startsWith(it)) ?? 'well';
  const account = (id: string): Account => ({
    id,
    login: id,
    status: 'active',
    privileged: false,
    lastSeenAt: null,
  });
  const made = connector({
    id: 'moody',
    name: 'Moody',
    category: 'other',
    settings: z.strictObject({}),
    hosts: () => [],
    open: () => ({}),
    async check() {
      return { actingAs: 'somebody', scopes: null };
    },
    accounts: {
      async find(_client, { email }) {
        const id = email.split('@')[0]!;
        asked.push(`find ${id}`);
        trip(moodOf(id), 'find');
        return [account(id)];
      },
      async *list() {},
    },
    actions: [
      transition({
        capability: 'account.suspend',
        summary: 'Blocks the account.',
        scopes: [],
        params: z.strictObject({}),
        state: z.strictObject({ id: z.string(), active: z.boolean() }),
        repeatable: true,
        async read(_client, id) {
          asked.push(`read ${id}`);
          trip(moodOf(id), 'read');
          return { id, active: !suspended.has(id) };
        },
        plan({ id, active }) {
          trip(moodOf(id), 'plan');
          return active ? change('Block it.', null) : done('It is blocked.');
        },
        async apply(_client, id) {
          asked.push(`apply ${id}`);
          trip(moodOf(id), 'apply');
          suspended.add(id);
        },
      }),
    ],
  });
  return { connector: made, asked, suspended };
}

/** An installation whose only system is the moody one. */
export async function startMoodyHouse(playbook: string, timing: Partial<Timing> = {}) {
  const { connector: made, asked, suspended } = moody();
  const house = await startHouse(playbook, timing, {
    connectors: new Map([...connectors, ['moody', made]]),
  });
  await house.connect({ id: 'moody', connector: 'moody', settings: {} });
  return { house, asked, suspended };
}

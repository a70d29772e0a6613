import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { done, type Plan, underway } from '#connector-kit/contract.ts';
import type { LdapServer } from '#connector-kit/ldap.ts';
import { readEach } from '#connector-kit/ldap-servers.ts';
import type { Directory } from './api.ts';

/** How long copies may take to follow the first server: 15 minutes. */
export const replicasSettleWithinMs = 15 * 60_000;

/** What the copies show, beside what the first server shows. Empty where there are none. */
export const replicas = z.array(
  z.strictObject({
    server: z.string(),
    shows: z.enum(['the same', 'something else', 'nothing readable']),
  }),
);
export type Replicas = z.infer<typeof replicas>;

/** Reads the first server, which must answer, and compares every copy with it. */
export async function readWithReplicas<Facts extends object>(
  { servers }: Directory,
  read: (server: LdapServer) => Promise<Facts>,
): Promise<Facts & { replicas: Replicas }> {
  const [first, ...others] = await readEach(servers, read);
  if (!first || first.error) throw first?.error;
  const replicas = others.map(({ server, value, error }) => ({
    server: server.name,
    shows: error
      ? ('nothing readable' as const)
      : isDeepStrictEqual(value, first.value)
        ? ('the same' as const)
        : ('something else' as const),
  }));
  return { ...first.value, replicas };
}

/** Done, once every copy shows what the first server shows. */
export function doneOnEvery(states: Replicas, because: string): Plan<never> {
  const behind = states.filter(({ shows }) => shows !== 'the same');
  if (behind.length === 0) return done(because);
  const each = behind.map(({ server, shows }) => `${server} shows ${shows}.`).join(' ');
  return underway(`Changed on the first server. ${each}`);
}

/** What is planned is done only once every copy shows it. */
export const onceEverywhere = <Change>(planned: Plan<Change>, states: Replicas): Plan<Change> =>
  planned.kind === 'done' ? doneOnEvery(states, planned.because) : planned;

import { z } from 'zod';
import { byHand, done, type Plan, underway } from '#connector-kit/contract.ts';
import type { Shown } from './answer.ts';
import type { Hosts } from './api.ts';

/** How long a host may be away before a person is asked: 15 minutes. */
export const hostsSettleWithinMs = 15 * 60_000;

/** What each host shows: the account, that it has none, or nothing that could be read. */
export const onHosts = <Shape extends z.ZodRawShape>(facts: Shape) =>
  z.strictObject({
    hosts: z.array(
      z.discriminatedUnion('shows', [
        z.strictObject({
          host: z.string(),
          shows: z.literal('account'),
          account: z.strictObject(facts),
        }),
        z.strictObject({ host: z.string(), shows: z.literal('no account') }),
        z.strictObject({
          host: z.string(),
          shows: z.literal('nothing readable'),
          because: z.string(),
        }),
      ]),
    ),
  });

type OnHost<Facts> =
  | { host: string; shows: 'account'; account: Facts }
  | { host: string; shows: 'no account' }
  | { host: string; shows: 'nothing readable'; because: string };

export interface OnHosts<Facts> {
  hosts: OnHost<Facts>[];
}

/** Reads the account on every host. */
export async function readOnHosts<Facts>(
  hosts: Hosts,
  login: string,
  factsOf: (shown: Shown) => Facts,
  part?: 'keys' | 'processes',
): Promise<OnHosts<Facts>> {
  const readings = await hosts.show(login, part);
  return {
    hosts: readings.map(({ host, value, error }) => {
      if (error) return { host, shows: 'nothing readable', because: error.failure.detail };
      if (value === null) return { host, shows: 'no account' };
      return { host, shows: 'account', account: factsOf(value) };
    }),
  };
}

/** The hosts that show the account, each with what it shows. */
export const showing = <Facts>({ hosts }: OnHosts<Facts>) =>
  hosts.flatMap((it) => (it.shows === 'account' ? [{ host: it.host, ...it.account }] : []));

/** What a host showed before; null: it could not be read, or had no account then. */
export const before = <Facts>(state: OnHosts<Facts>, host: string): Facts | null => {
  const found = state.hosts.find((it) => it.host === host);
  return found?.shows === 'account' ? found.account : null;
};

/** Done, once every host could be read. */
export function doneOnEvery(state: OnHosts<unknown>, because: string): Plan<never> {
  const unread = state.hosts.flatMap((it) => (it.shows === 'nothing readable' ? [it.because] : []));
  if (unread.length === 0) return done(because);
  return underway(`Done on the others. Not known: ${unread.join(' ')}`);
}

/** Done on every host, once somebody has seen to what no host shows. */
export function doneByHand(
  state: OnHosts<unknown>,
  instructions: string,
  proof: readonly string[],
): Plan<never> {
  const others = doneOnEvery(state, '');
  if (others.kind !== 'done') return others;
  return byHand(
    { instructions, proof, assignTo: { role: 'it-operator' }, deadline: null, mustName: null },
    null,
  );
}

/** What each host is asked to do with the account. */
export type Change = readonly { readonly host: string; readonly acts: readonly Act[] }[];

export interface Act {
  readonly do: 'block' | 'unblock' | 'end' | 'keys-away' | 'keys-back' | 'leave' | 'rejoin';
  /** A group, or a file that held keys. */
  readonly with?: string;
}

/** The same everywhere. */
export const onEach = (hosts: readonly { readonly host: string }[], ...acts: Act[]): Change =>
  hosts.map(({ host }) => ({ host, acts }));

/**
 * The same on hosts that could not be read. While one of them stays away the call fails, so that it is made again
 * once the host is back, and by itself. Without acts the host is only greeted.
 */
export const onUnread = ({ hosts }: OnHosts<unknown>, ...acts: Act[]): Change =>
  onEach(
    hosts.filter((it) => it.shows === 'nothing readable'),
    ...acts,
  );

export const apply = (hosts: Hosts, login: string, change: Change): Promise<void> =>
  hosts.change(
    new Map(
      change.map(({ host, acts }) => [
        host,
        acts.map((it) => [it.do, login, ...(it.with === undefined ? [] : [it.with])].join(' ')),
      ]),
    ),
  );

export const hostsIn = (all: readonly { readonly host: string }[]): string =>
  all.map(({ host }) => host).join(', ');

/** Which processes run where. */
export const runningOn = (
  hosts: readonly { readonly host: string; readonly processes: readonly string[] }[],
): string =>
  hosts
    .filter((it) => it.processes.length > 0)
    .map(({ host, processes }) => `${namesOf(processes)} on ${host}`)
    .join('; ');

const mostNames = 10;

/** Each once, and not more than somebody reads. */
function namesOf(processes: readonly string[]): string {
  const names = [...new Set(processes.map((it) => it || 'a process without a name'))];
  const rest = names.length - mostNames;
  return rest > 0 ? `${names.slice(0, mostNames).join(', ')} and ${rest} more` : names.join(', ');
}

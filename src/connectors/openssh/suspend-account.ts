import { z } from 'zod';
import { blocked, change, type Plan, transition } from '#connector-kit/contract.ts';
import type { Hosts } from './api.ts';
import {
  type Act,
  apply,
  before as beforeOn,
  type Change,
  doneByHand,
  doneOnEvery,
  hostsIn,
  hostsSettleWithinMs,
  onEach,
  onHosts,
  onUnread,
  readOnHosts,
  runningOn,
  showing,
} from './on-hosts.ts';
import { rights } from './rights.ts';

/**
 * Lets the account expire. A locked password alone (`usermod -L`) leaves logins by key open; after the expiry
 * day sshd refuses both. What runs ends at once: `sessions.revoke` waits until every host is blocked, and must
 * not leave somebody signed in on one host because another one does not answer.
 */
export const suspendAccount = transition({
  capability: 'account.suspend',
  summary: 'Lets the account expire on every host, so that neither key nor password opens it.',
  scopes: [rights],
  mustPrecede: ['sessions.revoke'],
  params: z.strictObject({}),
  state: onHosts({
    from: z.enum(['local', 'directory']),
    /** Days from 1970; null: never. */
    expires: z.number().nullable(),
    isBlocked: z.boolean(),
    /** The host knows what to go back to. */
    canGoBack: z.boolean(),
    /** What runs, and is ended with the block. */
    processes: z.array(z.string()),
  }),
  settlesWithinMs: hostsSettleWithinMs,
  repeatable: true,

  read: (hosts: Hosts, login) =>
    readOnHosts(
      hosts,
      login,
      ({ from, expires, isBlocked, taken, processes }) => ({
        ...{ from, expires, isBlocked, canGoBack: isBlocked && taken.expiry },
        processes: [...processes],
      }),
      'processes',
    ),

  plan(now): Plan<Change> {
    const open = showing(now).filter((it) => it.from === 'local' && !it.isBlocked);
    if (open.length > 0) {
      const acts: Act[] = [{ do: 'block' }, { do: 'end' }];
      const ending = runningOn(open);
      const summary = `Let the account expire on ${hostsIn(open)}${ending && `, and end ${ending}`}.`;
      return change(summary, [...onEach(open, ...acts), ...onUnread(now, ...acts)]);
    }
    const foreign = showing(now).filter((it) => it.from === 'directory');
    if (foreign.length === 0) return doneOnEvery(now, 'The account has expired on every host.');
    return doneByHand(
      now,
      `On ${hostsIn(foreign)} the account comes from a directory, and can be blocked there only. See to it that ` +
        'the directory blocks it, and that a sign-in by key is refused: many directories are not asked then.',
      ['what a sign-in with ssh answered'],
    );
  },

  apply,

  restore(now, before): Plan<Change> {
    const changed = showing(now).filter((it) => {
      const was = beforeOn(before, it.host);
      return it.isBlocked && (was === null ? it.canGoBack : !was.isBlocked);
    });
    const ours = changed.filter((it) => it.canGoBack);
    if (ours.length > 0)
      return change(`Open the account again on ${hostsIn(ours)}.`, [
        ...onEach(ours, { do: 'unblock' }),
        ...onUnread(now),
      ]);
    if (changed.length > 0) {
      return blocked(`On ${hostsIn(changed)} somebody else let the account expire. Ask them.`);
    }
    return doneOnEvery(now, 'The expiry day is as it was before.');
  },
});

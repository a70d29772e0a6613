import { z } from 'zod';
import { change, type Plan, transition } from '#connector-kit/contract.ts';
import type { Hosts } from './api.ts';
import {
  apply,
  type Change,
  doneOnEvery,
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
 * A session is the processes that run in it, whether it has a terminal, forwards a port or was left behind by
 * `nohup`. So all processes of the account end, and with systemd those that its logins became by `sudo`.
 */
export const revokeSessions = transition({
  capability: 'sessions.revoke',
  summary: 'Ends every session and every other process of the account on every host.',
  scopes: [rights],
  params: z.strictObject({}),
  state: onHosts({ processes: z.array(z.string()) }),
  settlesWithinMs: hostsSettleWithinMs,
  repeatable: true,

  read: (hosts: Hosts, login) =>
    readOnHosts(hosts, login, ({ processes }) => ({ processes: [...processes] }), 'processes'),

  plan(now): Plan<Change> {
    const busy = showing(now).filter((it) => it.processes.length > 0);
    if (busy.length === 0) return doneOnEvery(now, 'No process of the account runs on any host.');
    return change(`End ${runningOn(busy)}.`, [
      ...onEach(busy, { do: 'end' }),
      ...onUnread(now, { do: 'end' }),
    ]);
  },

  apply,
});

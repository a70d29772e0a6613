import { z } from 'zod';
import { change, type Plan, transition } from '#connector-kit/contract.ts';
import { GroupsToLeave, toLeave } from '#connector-kit/groups-to-leave.ts';
import type { Hosts } from './api.ts';
import {
  type Act,
  apply,
  before as beforeOn,
  type Change,
  doneOnEvery,
  hostsIn,
  hostsSettleWithinMs,
  onHosts,
  onUnread,
  readOnHosts,
  showing,
} from './on-hosts.ts';
import { rights } from './rights.ts';

/** Groups in /etc/group of each host. Whoever is signed in keeps what a group gave until the session ends. */
export const leaveGroups = transition({
  capability: 'groups.leave',
  summary: 'Takes the account out of the groups of every host, such as sudo.',
  scopes: [rights],
  params: GroupsToLeave,
  state: onHosts({
    groups: z.array(z.string()),
    /** Groups that the host can put it back into. */
    taken: z.array(z.string()),
  }),
  settlesWithinMs: hostsSettleWithinMs,
  repeatable: true,

  read: (hosts: Hosts, login) =>
    readOnHosts(hosts, login, ({ groups, taken }) => ({
      ...{ groups: [...groups], taken: [...taken.groups] },
    })),

  plan(now, params): Plan<Change> {
    const leaving = showing(now).flatMap(({ host, groups }) => {
      const names = toLeave(
        groups.map((name) => ({ id: name, name })),
        params,
      ).map(({ name }) => name);
      return names.length === 0 ? [] : [{ host, names, acts: actsFor('leave', names) }];
    });
    if (leaving.length === 0) return doneOnEvery(now, 'In no group to be left on any host.');
    const each = leaving.map(({ host, names }) => `${names.join(', ')} on ${host}`);
    return change(`Take out of ${each.join('; ')}.`, [
      ...leaving.map(({ host, acts }) => ({ host, acts })),
      ...onUnread(now),
    ]);
  },

  apply,

  restore(now, before): Plan<Change> {
    const back = showing(now).flatMap(({ host, groups, taken }) => {
      const names = (beforeOn(before, host)?.groups ?? taken).filter((it) => !groups.includes(it));
      return names.length === 0 ? [] : [{ host, acts: actsFor('rejoin', names) }];
    });
    if (back.length > 0)
      return change(`Put back into the groups on ${hostsIn(back)}.`, [...back, ...onUnread(now)]);
    return doneOnEvery(now, 'In every group from before.');
  },
});

const actsFor = (verb: 'leave' | 'rejoin', groups: readonly string[]): Act[] =>
  groups.map((group) => ({ do: verb, with: group }));

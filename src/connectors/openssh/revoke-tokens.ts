import { z } from 'zod';
import { change, type Plan, transition } from '#connector-kit/contract.ts';
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
  showing,
} from './on-hosts.ts';
import { rights } from './rights.ts';

/**
 * Takes the files away that sshd reads the keys of the account from, wherever its settings say they are. The
 * host keeps them, so that they can be given back; what we keep are fingerprints.
 */
export const revokeTokens = transition({
  capability: 'tokens.revoke',
  summary: 'Takes away the keys that open the account (authorized_keys) on every host.',
  scopes: [rights],
  params: z.strictObject({}),
  state: onHosts({
    keys: z.array(z.strictObject({ file: z.string(), fingerprint: z.string(), type: z.string() })),
    /** Commands and authorities that sshd takes keys from as well. */
    otherKeys: z.array(z.string()),
    /** Files that the host can give back. */
    taken: z.array(z.string()),
  }),
  settlesWithinMs: hostsSettleWithinMs,
  repeatable: true,

  read: (hosts: Hosts, login) =>
    readOnHosts(
      hosts,
      login,
      ({ keys, otherKeys, taken }) => ({
        ...{ keys: [...keys], otherKeys: [...otherKeys], taken: [...taken.files] },
      }),
      'keys',
    ),

  plan(now): Plan<Change> {
    const open = showing(now).filter((it) => it.keys.length > 0);
    if (open.length > 0) {
      const each = open.map(
        ({ host, keys }) => `${keys.map((it) => it.fingerprint).join(', ')} on ${host}`,
      );
      return change(`Take away the keys ${each.join('; ')}.`, [
        ...onEach(open, { do: 'keys-away' }),
        ...onUnread(now, { do: 'keys-away' }),
      ]);
    }
    const elsewhere = showing(now).filter((it) => it.otherKeys.length > 0);
    if (elsewhere.length === 0) return doneOnEvery(now, 'No key in any file opens the account.');
    const sources = [...new Set(elsewhere.flatMap((it) => it.otherKeys))].join('; ');
    return doneByHand(
      now,
      `No key in a file opens the account any more. On ${hostsIn(elsewhere)} sshd takes keys from elsewhere too: ` +
        `${sources}. End the keys and certificates of the person there.`,
      ['what was ended there'],
    );
  },

  apply,

  restore(now, before): Plan<Change> {
    const back = showing(now).flatMap(({ host, keys, taken }) => {
      const was = beforeOn(before, host);
      const there = new Set(keys.map(({ file }) => file));
      const files = was ? [...new Set(was.keys.map(({ file }) => file))] : taken;
      const acts = files
        .filter((file) => !there.has(file))
        .map((file): Act => ({ do: 'keys-back', with: file }));
      return acts.length === 0 ? [] : [{ host, acts }];
    });
    if (back.length > 0)
      return change(`Give the keys back on ${hostsIn(back)}.`, [...back, ...onUnread(now)]);
    return doneOnEvery(now, 'The keys from before open the account again.');
  },
});

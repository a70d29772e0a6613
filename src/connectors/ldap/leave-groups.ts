import { z } from 'zod';
import { blocked, change, transition } from '#connector-kit/contract.ts';
import type { Directory } from './api.ts';
import { join, leave, type Membership, membership, membershipsOf } from './groups.ts';
import { doneOnEvery, readWithReplicas, replicas, replicasSettleWithinMs } from './replicas.ts';

const state = z.strictObject({ groups: z.array(membership), replicas });

interface Step {
  readonly leave: readonly Membership[];
  readonly join: readonly Membership[];
}

/**
 * Takes the account out of the groups that name it, and puts it back into exactly those.
 *
 * The last member of a groupOfNames cannot go unless somebody else takes the place. With a
 * placeholder in the settings that is what happens; without one, a person decides.
 */
export const leaveGroups = ({ placeholderMember }: { placeholderMember?: string | undefined }) =>
  transition({
    capability: 'groups.leave',
    summary: 'Takes the account out of its groups, except those to keep.',
    scopes: ['write member, uniqueMember, memberUid'],
    params: z.strictObject({
      keep: z.array(z.string()).default([]).meta({
        title: 'Groups to keep',
        description: 'Names (cn) or full names (DN) of groups that the account stays in.',
      }),
      only: z
        .array(z.string())
        .optional()
        .meta({ title: 'Only these groups', description: 'Left out: all but those to keep.' }),
    }),
    state,
    settlesWithinMs: replicasSettleWithinMs,
    repeatable: true,

    read: (directory: Directory, accountId) =>
      readWithReplicas(directory, async (server) => {
        const account = await directory.entry(server, accountId, ['uid']);
        return { groups: await membershipsOf(directory, server, account) };
      }),

    plan(now, { keep, only }) {
      const rest = now.groups.filter(
        (it) => !isNamed(keep, it) && (only === undefined || isNamed(only, it)),
      );
      const stuck = rest.filter((it) => it.byRule || (it.last && placeholderMember === undefined));
      const leaving = rest.filter((it) => !stuck.includes(it));
      if (leaving.length > 0) {
        return change<Step>(`Leave ${namesOf(leaving)}.`, { leave: leaving, join: [] });
      }
      if (stuck.length > 0) return blocked(stuck.map(whyStuck).join(' '));
      if (only) return doneOnEvery(now.replicas, `In none of ${only.join(', ')}.`);
      return doneOnEvery(
        now.replicas,
        now.groups.length === 0
          ? 'No group names the account.'
          : `Only in groups to keep: ${namesOf(now.groups)}.`,
      );
    },

    async apply(directory, accountId, step: Step) {
      const account = await directory.entry(directory.first, accountId, ['uid']);
      for (const group of step.leave) await leave(directory, account, group);
      for (const group of step.join) await join(directory, account, group);
    },

    restore(now, before) {
      const present = new Set(now.groups.map(keyOf));
      const missing = before.groups.filter((it) => !it.byRule && !present.has(keyOf(it)));
      if (missing.length > 0) {
        return change<Step>(`Rejoin ${namesOf(missing)}.`, { leave: [], join: missing });
      }
      return doneOnEvery(now.replicas, 'The account is in all the groups it was in before.');
    },
  });

/** By name (cn) or full name (DN), whatever the case. */
export const isNamed = (names: readonly string[], { name, dn }: Membership): boolean =>
  names.some((it) => [name.toLowerCase(), dn.toLowerCase()].includes(it.toLowerCase()));

const keyOf = ({ id, attribute }: Membership) => `${id} ${attribute}`;

const namesOf = (groups: readonly Membership[]) =>
  [...new Set(groups.map(({ name }) => name))].join(', ');

const whyStuck = ({ name, byRule }: Membership) =>
  byRule
    ? `The server fills ${name} by a rule: change the rule, or keep the group.`
    : `The account is the last member of ${name}, which may not be empty: put somebody else in, ` +
      `name a placeholder in the connection's settings, or keep the group.`;

import { z } from 'zod';
import { blocked, change, done, type Plan, transition, underway } from '#connector-kit/contract.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Domain } from './api.ts';
import {
  changeOn,
  controllersSettleWithinMs,
  readControllers,
  unreadSentence,
} from './controllers.ts';
import {
  type Group,
  group,
  groupsOf,
  join,
  leave,
  memberAttributes,
  primaryGroup,
  primaryGroupOf,
} from './groups.ts';

/** A group, and the controllers that show the account in it. */
const membership = z.strictObject({ ...group.shape, on: z.array(z.string()) });
type Membership = z.infer<typeof membership>;

const state = z.strictObject({
  groups: z.array(membership),
  primaryGroup,
  controllers: z.array(z.strictObject({ controller: z.string(), read: z.boolean() })),
});
type State = z.infer<typeof state>;

interface Step {
  readonly leave: readonly Membership[];
  /** `on`: the controllers that lack it. */
  readonly join: readonly Membership[];
}

/**
 * Takes the account out of the groups that list it, on every domain controller, and puts it back
 * into exactly those. The primary group stays: nobody can be without one.
 */
export const leaveGroups = transition({
  capability: 'groups.leave',
  summary: 'Takes the account out of its groups, except those to keep.',
  scopes: ['write member of groups'],
  params: z.strictObject({
    keep: z.array(z.string()).default([]).meta({
      title: 'Groups to keep',
      description: 'Names or full names (DN) of groups that the account stays in.',
    }),
    only: z
      .array(z.string())
      .optional()
      .meta({ title: 'Only these groups', description: 'Left out: all but those to keep.' }),
  }),
  state,
  settlesWithinMs: controllersSettleWithinMs,
  repeatable: true,

  async read(domain: Domain, accountId) {
    const readings = await readControllers(domain, async (controller) => {
      const account = await domain.entry(controller, accountId, memberAttributes);
      return {
        groups: await groupsOf(domain, controller, account),
        primaryGroup: await primaryGroupOf(domain, controller, account),
      };
    });
    const read = readings.flatMap(({ controller, value }) =>
      value === null ? [] : [{ controller, ...value }],
    );
    const groups = new Map(read.flatMap((it) => it.groups.map((group) => [group.id, group])));
    return {
      groups: [...groups.values()].sort(byName).map((group) => ({
        ...group,
        on: read
          .filter((it) => it.groups.some(({ id }) => id === group.id))
          .map(({ controller }) => controller),
      })),
      primaryGroup: read[0]!.primaryGroup, // at least one controller was read
      controllers: readings.map(({ controller, value }) => ({ controller, read: value !== null })),
    };
  },

  plan(now, { keep, only }): Plan<Step> {
    const isKept = (it: { name: string; dn: string | null }) =>
      isNamed(keep, it) || (only !== undefined && !isNamed(only, it));
    const leaving = now.groups.filter((it) => !isKept(it));
    if (leaving.length > 0)
      return change(`Leave ${namesOf(leaving)}.`, { leave: leaving, join: [] });

    const { name, ordinary } = now.primaryGroup;
    if (!ordinary && !isKept(now.primaryGroup)) {
      return blocked(
        `${name} is the primary group of the account, which cannot be left. Make Domain Users ` +
          'the primary group, or keep this one.',
      );
    }
    const waiting = unreadSentence(unreadIn(now));
    if (waiting !== null) return underway(waiting);
    return done(
      now.groups.length === 0
        ? `No group lists the account; its primary group is ${name}.`
        : `Only in groups to keep: ${namesOf(now.groups)}; its primary group is ${name}.`,
    );
  },

  async apply(domain, accountId, step: Step) {
    const names = [...step.leave, ...step.join].flatMap(({ on }) => on);
    await changeOn(domain, names, async (controller) => {
      const account = await domain.entry(controller, accountId, ['1.1']);
      const here = ({ on }: Membership) => on.includes(controller.name);
      for (const it of step.leave.filter(here)) await leave(domain, controller, account, it);
      for (const it of step.join.filter(here)) await join(domain, controller, account, it);
    });
  },

  restore(now, before): Plan<Step> {
    const read = now.controllers.filter((it) => it.read).map(({ controller }) => controller);
    const shown = new Map(now.groups.map(({ id, on }) => [id, on]));
    const missing = before.groups
      .map((it) => ({
        ...it,
        on: read.filter((controller) => !shown.get(it.id)?.includes(controller)),
      }))
      .filter(({ on }) => on.length > 0);
    if (missing.length > 0) {
      return change(`Rejoin ${namesOf(missing)}.`, { leave: [], join: missing });
    }
    const waiting = unreadSentence(unreadIn(now));
    if (waiting !== null) return underway(waiting);
    return done('The account is in all the groups it was in before.');
  },
});

const isNamed = (
  names: readonly string[],
  { name, dn }: { name: string; dn: string | null },
): boolean =>
  names.some((it) => [name.toLowerCase(), dn?.toLowerCase()].includes(it.toLowerCase()));

const byName = (one: Group, other: Group) => (one.dn < other.dn ? -1 : 1);

const unreadIn = ({ controllers }: State) =>
  controllers.filter(({ read }) => !read).map(({ controller }) => controller);

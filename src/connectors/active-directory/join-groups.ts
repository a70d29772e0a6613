import { z } from 'zod';
import { change, done, type Plan, transition, underway } from '#connector-kit/contract.ts';
import { groupsToJoin, type Joining } from '#connector-kit/groups-to-join.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Domain } from './api.ts';
import {
  changeOn,
  controllersSettleWithinMs,
  readControllers,
  unreadSentence,
} from './controllers.ts';
import { type Group, group, groupCalled, groupsOf, join, leave } from './groups.ts';

const state = z.strictObject({
  controllers: z.array(
    z.strictObject({
      controller: z.string(),
      /** Null: it could not be read. */
      groups: z.array(group).nullable(),
    }),
  ),
});
type State = z.infer<typeof state>;

/**
 * Puts the account into groups, on every domain controller, and on the way back out of those that it
 * was not in before.
 */
export const joinGroups = transition({
  capability: 'groups.join',
  summary: 'Puts the account into groups.',
  scopes: ['write member of groups'],
  params: groupsToJoin('Names or full names (DN).'),
  state,
  settlesWithinMs: controllersSettleWithinMs,
  repeatable: true,

  async read(domain: Domain, accountId) {
    const readings = await readControllers(domain, async (controller) => {
      const account = await domain.entry(controller, accountId, ['1.1']);
      const groups = await groupsOf(domain, controller, account);
      return groups.sort((a, b) => (a.dn < b.dn ? -1 : 1));
    });
    return {
      controllers: readings.map(({ controller, value }) => ({ controller, groups: value })),
    };
  },

  plan(now, { groups: wanted }): Plan<Joining<Group>> {
    const missing = wanted.filter((it) => readIn(now).some((groups) => !groups.some(isCalled(it))));
    if (missing.length > 0) {
      return change(`Add to ${missing.join(', ')}.`, { do: 'join', groups: missing });
    }
    return doneOnceRead(now, `In ${wanted.join(', ')}.`);
  },

  async apply(domain, accountId, move: Joining<Group>) {
    const names = domain.controllers.map(({ name }) => name);
    // All are looked for first: a wrong name must not leave the person in half of them.
    const wanted =
      move.do === 'leave'
        ? move.groups
        : await domain.onFirst((controller) =>
            Promise.all(move.groups.map((it) => groupCalled(domain, controller, it))),
          );
    await changeOn(domain, names, async (controller) => {
      const account = await domain.entry(controller, accountId, ['1.1']);
      const act = move.do === 'join' ? join : leave;
      for (const it of wanted) await act(domain, controller, account, it);
    });
  },

  restore(now, before): Plan<Joining<Group>> {
    const was = new Set(readIn(before).flatMap((groups) => groups.map(({ id }) => id)));
    const joined = new Map(
      readIn(now)
        .flat()
        .filter(({ id }) => !was.has(id))
        .map((it) => [it.id, it]),
    );
    if (joined.size > 0) {
      const groups = [...joined.values()];
      return change(`Remove from ${namesOf(groups)}.`, { do: 'leave', groups });
    }
    return doneOnceRead(now, 'In no group that it was not in before.');
  },
});

const readIn = ({ controllers }: State) =>
  controllers.flatMap(({ groups }) => (groups ? [groups] : []));

const isCalled =
  (wanted: string) =>
  ({ name, dn }: Group): boolean =>
    [name.toLowerCase(), dn.toLowerCase()].includes(wanted.toLowerCase());

function doneOnceRead({ controllers }: State, because: string): Plan<never> {
  const unread = controllers.filter(({ groups }) => groups === null);
  const waiting = unreadSentence(unread.map(({ controller }) => controller));
  return waiting === null ? done(because) : underway(waiting);
}

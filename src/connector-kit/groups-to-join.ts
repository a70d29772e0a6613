import { z } from 'zod';
import { ConnectorError } from '#core/failure.ts';
import { change, done, type Plan } from './contract.ts';
import type { Group } from './groups-to-leave.ts';
import { namesOf } from './names-of.ts';

/** Which groups an account joins: the parameters of `groups.join`. */
export const groupsToJoin = (
  description: string,
  called: z.ZodType<string, string> = z.string().min(1),
) =>
  z.strictObject({
    groups: z.array(called).min(1).meta({ title: 'Groups to join', description }),
  });

/** The usual ones. */
export const GroupsToJoin = groupsToJoin('Names, spelled exactly');

/** Into groups, by what they are called; on the way back out of those that were joined. */
export type Joining<Left = Group> =
  | { readonly do: 'join'; readonly groups: readonly string[] }
  | { readonly do: 'leave'; readonly groups: readonly Left[] };

/** Towards being in all that are wanted. `isCalled`: whether a group is meant; left out: by its name. */
export function planJoining<G extends Group>(
  now: { readonly groups: readonly G[] },
  { groups: wanted }: z.infer<typeof GroupsToJoin>,
  isCalled: (group: G, wanted: string) => boolean = ({ name }, it) => name === it,
): Plan<Joining<never>> {
  const missing = wanted.filter((it) => !now.groups.some((group) => isCalled(group, it)));
  if (missing.length === 0) return done(`In ${wanted.join(', ')}.`);
  return change(`Add to ${missing.join(', ')}.`, { do: 'join', groups: missing });
}

/** Back out of those that the account was not in before. `canLeave`: left out, it can leave each. */
export function planJoiningBack<G extends Group>(
  now: { readonly groups: readonly G[] },
  before: { readonly groups: readonly Group[] },
  canLeave: (group: G) => boolean = () => true,
): Plan<Joining<G>> {
  const was = new Set(before.groups.map(({ id }) => id));
  const joined = now.groups.filter((it) => canLeave(it) && !was.has(it.id));
  if (joined.length === 0) return done('In no group that it was not in before.');
  return change(`Remove from ${namesOf(joined)}.`, { do: 'leave', groups: joined });
}

/** The only one that was found under a name. `says`: what is said instead where there is none, or more. */
export function onlyOne<Found>(
  name: string,
  found: readonly Found[],
  says: { readonly none?: string | undefined; readonly several?: string } = {},
): Found {
  const [group, second] = found;
  if (group !== undefined && second === undefined) return group;
  const none = says.none ?? `There is no group “${name}”.`;
  const several = says.several ?? `Several groups are called “${name}”.`;
  throw new ConnectorError({ kind: 'rejected', detail: second === undefined ? none : several });
}

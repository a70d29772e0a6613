import { z } from 'zod';
import { change, done, type Plan } from './contract.ts';
import { namesOf } from './names-of.ts';

/** A group that an account is in. */
export interface Group {
  readonly id: string;
  readonly name: string;
}

/** Which groups an account leaves: the parameters of `groups.leave`. */
export const GroupsToLeave = z.strictObject({
  keep: z
    .array(z.string().min(1))
    .meta({ title: 'Groups to stay in', description: 'Names or ids, spelled exactly' })
    .optional(),
  only: z
    .array(z.string().min(1))
    .meta({ title: 'Only these groups', description: 'Left out: all but those to stay in' })
    .optional(),
});
type GroupsToLeave = z.infer<typeof GroupsToLeave>;

/** Out of groups, or on the way back into them. */
export interface Leaving<G = Pick<Group, 'id'>> {
  readonly do: 'leave' | 'join';
  readonly groups: readonly G[];
}

/** Those of the groups that are to be left. */
export function toLeave<G extends Group>(
  groups: readonly G[],
  { keep = [], only }: GroupsToLeave,
): readonly G[] {
  const isAmong = (names: readonly string[], { id, name }: Group) =>
    names.includes(id) || names.includes(name);
  return groups.filter((it) => !isAmong(keep, it) && (only === undefined || isAmong(only, it)));
}

/** Groups that cannot be left like others, and what is planned once only they remain. */
interface Stuck<G> {
  readonly isStuck: (group: G) => boolean;
  readonly whenStuck: (groups: readonly G[]) => Plan<never>;
}

/** Out of those that can be left, and then whatever is to become of the others. */
export function planLeaving<G extends Group>(
  { groups }: { readonly groups: readonly G[] },
  params: GroupsToLeave,
  stuck?: Stuck<G>,
): Plan<Leaving<G>> {
  const rest = toLeave(groups, params);
  const own = rest.filter((it) => !stuck?.isStuck(it));
  if (own.length > 0) {
    return change(`Remove from ${namesOf(own)}.`, { do: 'leave', groups: own });
  }
  if (stuck && rest.length > 0) return stuck.whenStuck(rest);
  return done(groups.length > 0 ? 'Only in groups to stay in.' : 'In no group.');
}

/** Back into those that can be joined again. */
export function planLeavingBack<G extends Group>(
  now: { readonly groups: readonly Group[] },
  before: { readonly groups: readonly G[] },
  canJoin: (group: G) => boolean = () => true,
): Plan<Leaving<G>> {
  const present = new Set(now.groups.map(({ id }) => id));
  const left = before.groups.filter((it) => canJoin(it) && !present.has(it.id));
  if (left.length === 0) return done('In every group from before.');
  return change(`Put back into ${namesOf(left)}.`, { do: 'join', groups: left });
}

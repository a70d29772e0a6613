import { z } from 'zod';

interface Named {
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

/** Those of the groups that are to be left. */
export function toLeave<Group extends Named>(
  groups: readonly Group[],
  { keep = [], only }: z.infer<typeof GroupsToLeave>,
): readonly Group[] {
  const isAmong = (names: readonly string[], { id, name }: Named) =>
    names.includes(id) || names.includes(name);
  return groups.filter((it) => !isAmong(keep, it) && (only === undefined || isAmong(only, it)));
}

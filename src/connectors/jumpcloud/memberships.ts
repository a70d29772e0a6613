import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import type { JumpCloud } from './api.ts';

export const Membership = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** Filled by a rule, which would bring the person back. */
  byRule: z.boolean(),
});
export type Membership = z.infer<typeof Membership>;

/** The groups of a user, in the order of their ids. */
export async function membershipsOf(jumpCloud: JumpCloud, id: string): Promise<Membership[]> {
  const groups = await jumpCloud.groupsOf(id);
  return groups.map((it) => ({ id: it.id, name: it.name, byRule: isByRule(it) })).sort(byId);
}

/** Rules that only suggest members change nothing by themselves. */
export const isByRule = ({
  membershipMethod,
}: {
  readonly membershipMethod?: string | null | undefined;
}) => membershipMethod === 'DYNAMIC_AUTOMATED';

import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import type { Okta } from './api.ts';

export const Membership = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** Kept by an app or a directory behind Okta, and changed only there. */
  fromElsewhere: z.boolean(),
});
export type Membership = z.infer<typeof Membership>;

/** The groups of a user but "Everyone", which nobody leaves, in the order of their ids. */
export async function membershipsOf(okta: Okta, id: string): Promise<Membership[]> {
  const groups = await okta.groupsOf(id);
  return groups
    .filter(({ type }) => type !== 'BUILT_IN')
    .map((it) => ({ id: it.id, name: it.profile.name, fromElsewhere: it.type === 'APP_GROUP' }))
    .sort(byId);
}

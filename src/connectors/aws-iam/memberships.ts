import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import type { Iam } from './api.ts';

/** Requests take the name, which is the only one in an account whatever the case. */
export const Membership = z.strictObject({ id: z.string(), name: z.string() });
export type Membership = z.infer<typeof Membership>;

export async function membershipsOf(iam: Iam, accountId: string): Promise<Membership[]> {
  const groups = await iam.groupsOf(await iam.nameOf(accountId));
  return groups.map((it) => ({ id: it.GroupId, name: it.GroupName })).sort(byId);
}

import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import type { Atlassian } from './api.ts';

export const Membership = z.strictObject({
  id: z.string(),
  name: z.string(),
  directoryId: z.string(),
  /** Kept by an identity provider, and changed only there. */
  synced: z.boolean(),
});
export type Membership = z.infer<typeof Membership>;

/** The groups of a user, in the order of their ids. They are the same in Jira, Confluence and the others. */
export async function membershipsOf(atlassian: Atlassian, id: string): Promise<Membership[]> {
  const groups = await atlassian.groupsOf(id);
  return groups
    .map((it) => ({
      ...{ id: it.id, name: it.name, directoryId: it.directoryId },
      synced: it.externalSynced === true,
    }))
    .sort(byId);
}

/** A group, and the directory that it is in. */
export interface Place {
  readonly id: string;
  readonly directoryId: string;
}

import { z } from 'zod';
import type { Keycloak, User } from './api.ts';

/** The directory behind Keycloak that a user comes from; null: a user of Keycloak's own. */
export const Federation = z
  .strictObject({
    name: z.string(),
    /** Keycloak's word: WRITABLE, READ_ONLY or UNSYNCED. Null: this kind of directory has none. */
    editMode: z.string().nullable(),
    /** Keycloak has a copy of its own, which it may change. */
    hasCopy: z.boolean(),
  })
  .nullable();
export type Federation = z.infer<typeof Federation>;

/** Where a user comes from. */
export async function federationOf(keycloak: Keycloak, user: User): Promise<Federation> {
  const componentId = user.federationLink ?? user.origin;
  if (componentId == null) return null;
  const { name, config } = await keycloak.component(componentId);
  return {
    name,
    editMode: config?.['editMode']?.[0] ?? null,
    // The id of a user without a copy names the directory: f:<component>:<its own id>.
    hasCopy: !user.id.startsWith('f:'),
  };
}

/** The directory, where what is done to the user here never reaches it; null: it does, or there is none. */
export const unreached = (it: Federation): Federation =>
  it?.editMode === 'READ_ONLY' || it?.editMode === 'UNSYNCED' ? it : null;

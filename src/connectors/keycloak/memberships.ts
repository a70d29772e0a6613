import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import type { Keycloak } from './api.ts';

/** Named by the whole path, such as /Sales/EMEA: a name alone may stand in several places. */
export const Membership = z.strictObject({ id: z.string(), name: z.string() });
export type Membership = z.infer<typeof Membership>;

/** The groups that a user was put into, in the order of their ids. */
export async function membershipsOf(keycloak: Keycloak, id: string): Promise<Membership[]> {
  const groups = await keycloak.groupsOf(id);
  return groups.map((it) => ({ id: it.id, name: it.path })).sort(byId);
}

/** A group of the top may be written without its stroke. */
export const pathOf = (name: string): string => (name.startsWith('/') ? name : `/${name}`);

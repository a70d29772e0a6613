import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import type { Keycloak, Role } from './api.ts';
import { scopes } from './scopes.ts';

const RoleState = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** The client whose role it is; null: a role of the realm. */
  client: z.strictObject({ uuid: z.string(), clientId: z.string() }).nullable(),
});
type RoleState = z.infer<typeof RoleState>;

const state = z.strictObject({
  roles: z.array(RoleState),
  /** Administrator roles of the realm that the person has in the end, through a group or another role too. */
  administersAs: z.array(z.string()),
});

interface Change {
  readonly do: 'take' | 'give';
  readonly roles: readonly RoleState[];
}

/** Every role that was given to the person alone, but the default one that all users have. */
export const removeRoles = transition({
  capability: 'roles.remove',
  summary: 'Takes away the roles of the realm and of its clients, those of administrators too.',
  scopes: [scopes.realmAdmin],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state,
  repeatable: true,

  async read(keycloak: Keycloak, accountId) {
    const [{ realmMappings, clientMappings }, administersAs] = await Promise.all([
      keycloak.rolesOf(accountId),
      keycloak.administersAs(accountId),
    ]);
    const defaultRole = `default-roles-${keycloak.settings.realm.toLowerCase()}`;
    const ofRealm = (realmMappings ?? [])
      .filter(({ name }) => name !== defaultRole)
      .map(({ id, name }) => ({ id, name, client: null }));
    const ofClients = Object.values(clientMappings ?? {}).flatMap((it) =>
      it.mappings.map(({ id, name }) => ({
        id,
        name,
        client: { uuid: it.id, clientId: it.client },
      })),
    );
    return {
      roles: [...ofRealm, ...ofClients].sort(byId),
      administersAs: administersAs.map(({ name }) => name).sort(),
    };
  },

  plan({ roles, administersAs }): Plan<Change> {
    if (roles.length > 0) return change(`Take away ${names(roles)}.`, { do: 'take', roles });
    if (administersAs.length === 0) return done('No role but the default one.');
    return blocked(
      `Still an administrator (${administersAs.join(', ')}), through a group or the default role. ` +
        'Take the account out of the group that has the role first.',
    );
  },

  async apply(keycloak, accountId, it: Change) {
    const isTaken = it.do === 'take';
    const ofRealm = it.roles.filter(({ client }) => client === null).map(role);
    if (ofRealm.length > 0) {
      await (isTaken ? keycloak.takeRealmRoles : keycloak.giveRealmRoles)(accountId, ofRealm);
    }
    for (const [uuid, roles] of byClient(it.roles)) {
      await (isTaken ? keycloak.takeClientRoles : keycloak.giveClientRoles)(accountId, uuid, roles);
    }
  },

  restore({ roles: now }, { roles: before }): Plan<Change> {
    const lost = before.filter((it) => !now.some(({ id }) => id === it.id));
    if (lost.length === 0) return done('Every role from before.');
    return change(`Give back ${names(lost)}.`, { do: 'give', roles: lost });
  },
});

const role = ({ id, name }: RoleState): Role => ({ id, name });
const names = (roles: readonly RoleState[]) =>
  roles.map(({ name, client }) => (client ? `${name} of ${client.clientId}` : name)).join(', ');

function byClient(roles: readonly RoleState[]): ReadonlyMap<string, Role[]> {
  const found = new Map<string, Role[]>();
  for (const it of roles) {
    if (it.client) found.set(it.client.uuid, [...(found.get(it.client.uuid) ?? []), role(it)]);
  }
  return found;
}

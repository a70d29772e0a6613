import type { Keycloak } from './api.ts';

interface OfflineApp {
  readonly clientId: string;
  /** Keycloak's own id of it. */
  readonly uuid: string;
}

/**
 * Apps that hold an offline token of a user. Keycloak lists offline sessions only by app, and names these
 * apps among the consents, also those that never had to ask for one.
 */
export async function offlineAppsOf(keycloak: Keycloak, id: string): Promise<OfflineApp[]> {
  const consents = await keycloak.consentsOf(id);
  return consents
    .flatMap(({ clientId, additionalGrants }) =>
      (additionalGrants ?? [])
        .filter(({ key }) => key === 'Offline Token')
        .map(({ client }) => ({ clientId, uuid: client })),
    )
    .sort((a, b) => (a.clientId < b.clientId ? -1 : 1));
}

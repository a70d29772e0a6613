import { z } from 'zod';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Keycloak } from './api.ts';
import { offlineAppsOf } from './offline-apps.ts';
import { scopes } from './scopes.ts';

const state = z.strictObject({
  sessions: z.int(),
  /** Apps that hold an offline token, which outlives every sign-out, by Keycloak's client IDs. */
  offline: z.array(z.string()),
});

/**
 * Keycloak lists sessions, so that they are gone is read back. Its own sign-out leaves offline sessions; those
 * are ended one by one. What an app has checked by itself, a token of some minutes, runs out by itself.
 */
export const revokeSessions = transition({
  capability: 'sessions.revoke',
  summary: 'Ends every session of the person, those of offline tokens too.',
  scopes: [scopes.manageUsers],
  params: z.strictObject({}),
  state,
  repeatable: true,

  async read(keycloak: Keycloak, accountId) {
    const [sessions, offline] = await Promise.all([
      keycloak.sessionsOf(accountId),
      offlineAppsOf(keycloak, accountId),
    ]);
    return { sessions: sessions.length, offline: offline.map(({ clientId }) => clientId) };
  },

  plan({ sessions, offline }): Plan<'all'> {
    const parts = [
      ...(sessions > 0 ? [`${sessions} ${sessions === 1 ? 'session' : 'sessions'}`] : []),
      ...(offline.length > 0 ? [`offline sessions of ${offline.join(', ')}`] : []),
    ];
    return parts.length === 0
      ? done('Keycloak lists no session of the person.')
      : change(`End ${parts.join(' and ')}.`, 'all');
  },

  async apply(keycloak, accountId) {
    await keycloak.logOut(accountId);
    for (const { uuid } of await offlineAppsOf(keycloak, accountId)) {
      for (const { id } of await keycloak.offlineSessionsOf(accountId, uuid)) {
        await unlessMissing(keycloak.endOfflineSession(id));
      }
    }
  },
});

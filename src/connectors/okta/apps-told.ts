import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import type { Okta } from './api.ts';
import type { Status } from './status.ts';

/**
 * An app behind Okta that closes the person’s account there as soon as Okta tells it, and whether it was told.
 * Okta pushes nothing to an app that is inactive or whose deactivation is switched off, and only its log shows that.
 */
export const AppTold = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** `not yet`: the log has no word of it. */
  told: z.enum(['not yet', 'yes', 'refused']),
});
export type AppTold = z.infer<typeof AppTold>;

/** What an app that closes accounts by itself is marked with. */
const pushesDeactivation = 'PUSH_USER_DEACTIVATION';
/** What Okta writes into its log about it, by the kind of integration. */
export const deactivationEvents = [
  'application.provision.user.deactivate',
  'application.provision.user.deprovision',
];

/** Before the deactivation, the apps that are to be told; after it, those of `before` and what the log says of each. */
export async function appsToldOf(
  okta: Okta,
  accountId: string,
  { status, movingTo }: Status,
  before: readonly AppTold[],
): Promise<AppTold[]> {
  const isActive = status !== null && status !== 'DEPROVISIONED' && movingTo === null;
  if (isActive) {
    const [links, apps] = await Promise.all([okta.appsOf(accountId), okta.activeApps()]);
    const closing = new Set(
      apps.flatMap((it) => (it.features?.includes(pushesDeactivation) ? [it.id] : [])),
    );
    // An app with several tiles has several links.
    const names = new Map(links.map((it) => [it.appInstanceId, it.label]));
    return [...names]
      .filter(([id]) => closing.has(id))
      .map(([id, name]) => ({ id, name, told: 'not yet' as const }))
      .sort(byId);
  }
  if (before.length === 0) return [];
  const events = await okta.events(accountId, deactivationEvents);
  return before.map(({ id, name }) => {
    const results = events
      .filter((it) => it.target?.some((target) => target.id === id))
      .map((it) => it.outcome?.result);
    // What failed at first may have worked at the next attempt, which Okta makes by itself or an administrator asks for.
    if (results.includes('SUCCESS')) return { id, name, told: 'yes' };
    return { id, name, told: results.includes('FAILURE') ? 'refused' : 'not yet' };
  });
}

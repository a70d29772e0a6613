import { z } from 'zod';
import { blocked, change, done, type Plan, transition, underway } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Okta } from './api.ts';
import { AppTold, appsToldOf } from './apps-told.ts';
import { scopes } from './scopes.ts';
import { moving, Status, statusOf } from './status.ts';

interface Change {
  readonly deactivate: boolean;
  readonly erase: boolean;
}

/**
 * Okta deletes in two steps: a deactivated user has lost apps, factors and API tokens, and can be deleted
 * next. Both are for good: apps behind Okta may delete mail and files. What is handed over comes before.
 * It is done when the log shows that every app was told that closes accounts when it is.
 */
export const deleteAccount = transition({
  capability: 'account.delete',
  summary: 'Deactivates the user for good, and deletes it unless told to leave it at that.',
  scopes: [scopes.readUsers, scopes.manageUsers, scopes.readApps, scopes.readLogs],
  params: z.strictObject({
    end: z.enum(['deleted', 'deactivated']).default('deleted').meta({
      title: 'End',
      description: 'deactivated: the user stays visible in Okta, without any access',
    }),
  }),
  state: Status.extend({ apps: z.array(AppTold) }),
  // Large ones take Okta a while: every app is told.
  settlesWithinMs: 15 * 60_000,

  async read(okta: Okta, accountId, known) {
    const status = await statusOf(okta, accountId);
    const apps = await appsToldOf(okta, accountId, status, known?.before?.apps ?? []);
    return { ...status, apps };
  },

  plan(now, { end }): Plan<Change> {
    if (now.status === null) return done('The user no longer exists in Okta.');
    if (now.movingTo !== null) return moving(now);
    if (now.status !== 'DEPROVISIONED') {
      // While apps are told, the user stays: an administrator can have Okta try again only as long as there is one.
      const erase = end === 'deleted' && now.apps.length === 0;
      return change(
        `Deactivate the user, which takes away every app${end === 'deleted' ? ', and delete it' : ''}.`,
        { deactivate: true, erase },
      );
    }
    const untold = toldOf(now.apps);
    if (untold) return untold;
    if (end === 'deactivated') return done('The user is deactivated.');
    return change('Delete the deactivated user.', { deactivate: false, erase: true });
  },

  async apply(okta, accountId, { deactivate, erase }: Change) {
    if (deactivate) await okta.deactivate(accountId);
    // Refused while the deactivation goes on in the background; the next pass finds it done and deletes.
    if (erase) await unlessMissing(okta.delete(accountId));
  },
});

/** Null: every app was told. */
function toldOf(apps: readonly AppTold[]): Plan<never> | null {
  const named = (told: AppTold['told']) =>
    apps.flatMap((it) => (it.told === told ? [it.name] : [])).join(', ');
  const [refused, waiting] = [named('refused'), named('not yet')];
  if (refused !== '')
    return blocked(
      `By Okta’s log, the account was not closed in: ${refused}. Close it there, or have Okta try again under Dashboard → Tasks.`,
    );
  if (waiting !== '') return underway(`Okta’s log does not yet say that it told: ${waiting}.`);
  return null;
}

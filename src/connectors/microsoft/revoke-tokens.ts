import { z } from 'zod';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Microsoft } from './api.ts';
import { scopes } from './scopes.ts';

/** What the person allowed an app to do in their name, without the id of the grant. */
const Consent = z.strictObject({
  app: z.string(),
  appName: z.string(),
  resource: z.string(),
  scope: z.string(),
});
/** An app that was given to the person. */
const Assignment = z.strictObject({ app: z.string(), appName: z.string(), role: z.string() });
const state = z.strictObject({ consents: z.array(Consent), apps: z.array(Assignment) });
type State = z.infer<typeof state>;

interface Change extends State {
  readonly do: 'end' | 'give';
}

/**
 * Consents outlive a block, and would work again with the account. One that an administrator gave for everybody
 * goes on to cover the person, and does not stand here.
 */
export const revokeTokens = transition({
  capability: 'tokens.revoke',
  summary: 'Ends what apps may do in the person’s name, and takes back the apps given to them.',
  scopes: [scopes.readDirectory, scopes.manageConsents, scopes.manageAppRoles],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state,
  settlesWithinMs: 5 * 60_000,
  repeatable: true,

  async read(microsoft: Microsoft, accountId) {
    const [consents, apps] = await Promise.all([
      microsoft.consents(accountId),
      microsoft.appRoles(accountId),
    ]);
    const names = new Map<string, string>();
    for (const id of new Set(consents.map(({ clientId }) => clientId))) {
      names.set(id, (await unlessMissing(microsoft.appName(id))) ?? id);
    }
    return {
      consents: consents
        .map((it) => ({
          app: it.clientId,
          appName: names.get(it.clientId) ?? it.clientId,
          resource: it.resourceId,
          scope: (it.scope ?? '').trim(),
        }))
        .sort(byKey),
      apps: apps
        .map((it) => ({
          app: it.resourceId ?? '',
          appName: it.resourceDisplayName ?? it.resourceId ?? '',
          role: it.appRoleId,
        }))
        .sort(byKey),
    };
  },

  plan({ consents, apps }): Plan<Change> {
    const parts = [
      ...(consents.length > 0 ? [`End what ${namesOf(consents)} may do in their name.`] : []),
      ...(apps.length > 0 ? [`Take back ${namesOf(apps)}.`] : []),
    ];
    if (parts.length === 0)
      return done('No app acts in the person’s name, and none is given to them.');
    return change(parts.join(' '), { do: 'end', consents, apps });
  },

  async apply(microsoft, accountId, { do: what, consents, apps }: Change) {
    if (what === 'give') {
      for (const { app, resource, scope } of consents) {
        await microsoft.giveConsent(accountId, app, resource, scope);
      }
      for (const { app, role } of apps) await microsoft.giveAppRole(accountId, app, role);
      return;
    }
    for (const it of await microsoft.consents(accountId)) {
      const isMeant = consents.some(
        ({ app, resource }) => app === it.clientId && resource === it.resourceId,
      );
      if (isMeant) await unlessMissing(microsoft.endConsent(it.id));
    }
    for (const it of await microsoft.appRoles(accountId)) {
      const isMeant = apps.some(({ app, role }) => app === it.resourceId && role === it.appRoleId);
      if (isMeant) await unlessMissing(microsoft.takeAppRole(accountId, it.id));
    }
  },

  restore(now, before): Plan<Change> {
    const consents = before.consents.filter((it) => !now.consents.some(isSameAs(it)));
    const apps = before.apps.filter((it) => !now.apps.some(isSameAs(it)));
    const lost = [...consents, ...apps];
    if (lost.length === 0) return done('Every app from before.');
    return change(`Give back ${namesOf(lost)}.`, { do: 'give', consents, apps });
  },
});

const keyOf = (it: object) => JSON.stringify(it);
const byKey = (a: object, b: object) => (keyOf(a) < keyOf(b) ? -1 : 1);
const isSameAs = (it: object) => (other: object) => keyOf(it) === keyOf(other);
const namesOf = (apps: readonly { readonly appName: string }[]) =>
  [...new Set(apps.map(({ appName }) => appName))].join(', ');

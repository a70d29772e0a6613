import { z } from 'zod';
import { byId } from '#connector-kit/by-id.ts';
import { change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import { namesOf } from '#connector-kit/names-of.ts';
import type { Google } from './api.ts';
import { scopes } from './scopes.ts';

const Named = z.strictObject({ id: z.string(), name: z.string() });

const state = z.strictObject({
  /** Apps that may act in the person's name. */
  apps: z.array(Named),
  /** Passwords for apps that know no second step. */
  appPasswords: z.array(Named),
  /** Keys and logins for machines of Google Cloud (OS Login). */
  sshKeys: z.number(),
  posixAccounts: z.number(),
});

interface Change {
  readonly apps: readonly string[];
  readonly appPasswords: readonly string[];
  readonly sshKeys: boolean;
  readonly posixAccounts: boolean;
}

/** Whatever an app does in the person's name stops: integrations have to move before. */
export const revokeTokens = transition({
  capability: 'tokens.revoke',
  summary: 'Ends what apps may do in the person’s name, app passwords, and SSH keys of OS Login.',
  scopes: [scopes.users, scopes.security],
  mustPrecede: ['account.suspend', 'account.delete'],
  params: z.strictObject({}),
  state,
  repeatable: true,

  async read(google: Google, accountId) {
    const { sshPublicKeys, posixAccounts } = await google.user(accountId);
    const [apps, appPasswords] = await Promise.all([
      google.tokens(accountId),
      google.appPasswords(accountId),
    ]);
    return {
      apps: apps.map((it) => ({ id: it.clientId, name: it.displayText ?? it.clientId })).sort(byId),
      appPasswords: appPasswords
        .map((it) => ({ id: `${it.codeId}`, name: it.name ?? `${it.codeId}` }))
        .sort(byId),
      sshKeys: sshPublicKeys.length,
      posixAccounts: posixAccounts.length,
    };
  },

  plan({ apps, appPasswords, sshKeys, posixAccounts }): Plan<Change> {
    const parts = [
      ...(apps.length > 0 ? [`access of ${namesOf(apps)}`] : []),
      ...(appPasswords.length > 0 ? [`app passwords ${namesOf(appPasswords)}`] : []),
      ...(sshKeys > 0 ? [`${sshKeys} SSH keys`] : []),
      ...(posixAccounts > 0 ? [`${posixAccounts} OS logins`] : []),
    ];
    if (parts.length === 0) {
      return done('No app may act in the person’s name, and no app password or SSH key is left.');
    }
    return change(`End ${parts.join('; ')}.`, {
      apps: apps.map(({ id }) => id),
      appPasswords: appPasswords.map(({ id }) => id),
      sshKeys: sshKeys > 0,
      posixAccounts: posixAccounts > 0,
    });
  },

  async apply(google, accountId, { apps, appPasswords, sshKeys, posixAccounts }: Change) {
    for (const id of appPasswords) await unlessMissing(google.endAppPassword(accountId, id));
    for (const id of apps) await unlessMissing(google.endTokens(accountId, id));
    if (sshKeys || posixAccounts) {
      await google.change(accountId, {
        ...(sshKeys ? { sshPublicKeys: null } : {}),
        ...(posixAccounts ? { posixAccounts: null } : {}),
      });
    }
  },
});

import { z } from 'zod';
import { blocked, change, done, type Plan, transition } from '#connector-kit/contract.ts';
import { unlessMissing } from '#connector-kit/http.ts';
import type { Keycloak } from './api.ts';
import { scopes } from './scopes.ts';

const state = z.strictObject({
  /** Null id: kept by a directory behind Keycloak. */
  credentials: z.array(z.strictObject({ id: z.string().nullable(), type: z.string() })),
  /** Other identity providers by which the person signs in, by their alias. */
  links: z.array(z.string()),
});

interface Change {
  readonly credentialIds: readonly string[];
  readonly links: readonly string[];
}

/** Another action replaces the password; its history opens nothing. */
const passwords: readonly string[] = ['password', 'password-history'];

/** Removes what the person signs in with beside the password. It cannot be given back. */
export const removeCredentials = transition({
  capability: 'mfa.remove',
  summary:
    'Removes one-time codes, security keys, passkeys and recovery codes, and links to other identity providers.',
  scopes: [scopes.manageUsers],
  mustPrecede: ['account.delete'],
  params: z.strictObject({}),
  state,
  repeatable: true,

  async read(keycloak: Keycloak, accountId) {
    const [credentials, links] = await Promise.all([
      keycloak.credentialsOf(accountId),
      keycloak.linksOf(accountId),
    ]);
    return {
      credentials: credentials
        .filter(({ type }) => !passwords.includes(type))
        .map(({ id, type }) => ({ id: id ?? null, type }))
        .sort((a, b) => (`${a.id}` < `${b.id}` ? -1 : 1)),
      links: links.map(({ identityProvider }) => identityProvider).sort(),
    };
  },

  plan({ credentials, links }): Plan<Change> {
    const credentialIds = credentials.flatMap(({ id }) => (id === null ? [] : [id]));
    if (credentialIds.length > 0 || links.length > 0) {
      const types = credentials.filter(({ id }) => id !== null).map(({ type }) => type);
      const parts = [...new Set(types), ...links.map((it) => `the link to ${it}`)];
      return change(`Remove ${parts.join(', ')}.`, { credentialIds, links });
    }
    if (credentials.length === 0) return done('Nothing to sign in with is left but the password.');
    const left = credentials.map(({ type }) => type).join(', ');
    return blocked(`Left is ${left}, kept by a directory behind Keycloak: remove it there.`);
  },

  async apply(keycloak, accountId, { credentialIds, links }: Change) {
    for (const id of credentialIds) {
      await unlessMissing(keycloak.removeCredential(accountId, id));
    }
    for (const provider of links) await unlessMissing(keycloak.removeLink(accountId, provider));
  },
});

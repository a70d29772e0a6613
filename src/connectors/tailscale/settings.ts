import { z } from 'zod';
import { secret, text } from '#connector-kit/fields.ts';
import { listedLogins } from '#connector-kit/login-names.ts';

export const settings = z.strictObject({
  clientId: text('Client ID', 'Of the OAuth client that stands for Gatehouse'),
  clientSecret: secret('Client secret', 'Shown once, begins with tskey-client-'),
  accounts: listedLogins(z.string().trim().min(1)).default([]),
});
export type Settings = z.infer<typeof settings>;

/** What the OAuth client has to be granted, by Tailscale's names (https://tailscale.com/kb/1623/trust-credentials). */
export const scopes = {
  users: 'users',
  devices: 'devices:core',
  apiTokens: 'api_access_tokens',
  authKeys: 'auth_keys',
  readClients: 'oauth_keys:read',
  readIdentities: 'federated_keys:read',
} as const;

/** The kinds of keys, each by what it takes to see them. */
export const kindsOfKeys = [
  ...['api_access_tokens', 'auth_keys', 'oauth_keys', 'federated_keys'],
] as const;

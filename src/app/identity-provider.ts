import { createHash } from 'node:crypto';
import type { ClientAuth, Configuration, CustomFetch } from 'openid-client';
import { type Settings, settingsFrom } from '#core/settings.ts';
import { loadSettings } from '#store/settings.ts';
import type { App } from './app.ts';
import { Problem } from './problem.ts';

/** The company's identity provider as it is set up, and how it describes itself. */
export interface Provider {
  readonly settings: Settings['signIn'];
  readonly config: Configuration;
  readonly fetch: CustomFetch;
  /** Of all that decides whether it works. */
  readonly digest: Buffer;
}

const secretName = 'oidc';
export const callbackPath = '/sign-in/oidc/callback';

export async function signInSettings(app: Pick<App, 'pool'>): Promise<Settings['signIn']> {
  return settingsFrom(await loadSettings(app.pool)).signIn;
}

/** Keeps the secret for one provider: under another issuer it is never sent. */
export const keepClientSecret = (app: App, issuer: string, secret: string): Promise<number> =>
  app.secrets.storeOwn(secretName, JSON.stringify({ issuer, secret }));

/** What was tried is this: the provider, who we are there, and by which secret. */
export async function digestOf(
  app: Pick<App, 'secrets'>,
  { issuer, clientId }: Settings['signIn'],
): Promise<Buffer> {
  const version = (await app.secrets.own(secretName))?.version ?? 0;
  return createHash('sha256')
    .update(JSON.stringify(['gatehouse/single-sign-on@1', issuer, clientId, version]))
    .digest();
}

/** Asks the provider how it is reached. Throws, in a sentence, when it is not set up or does not answer. */
export async function openProvider(app: App): Promise<Provider> {
  const settings = await signInSettings(app);
  const { issuer, clientId } = settings;
  const kept = await app.secrets.own(secretName);
  const bound: { issuer?: string; secret?: string } = kept ? JSON.parse(kept.value) : {};
  if (issuer === null || clientId === null || bound.issuer !== issuer || !bound.secret) {
    throw new Problem(
      'not possible',
      'Single sign-on is not set up: it takes the settings signIn.issuer and signIn.clientId, and then the secret.',
    );
  }
  const oidc = await import('openid-client');
  const url = new URL(issuer);
  const hosts = new Set([targetOf(url)]);
  const fetch: CustomFetch = (to, options) =>
    app.fetchFrom([...hosts])(to, options as unknown as RequestInit);
  const config = await oidc
    .discovery(url, clientId, undefined, authFor(oidc, bound.secret), {
      [oidc.customFetch]: fetch,
      // The guard lets nothing but targets of the house be called so.
      execute: [
        oidc.enableNonRepudiationChecks,
        ...(url.protocol === 'http:' ? [oidc.allowInsecureRequests] : []),
      ],
    })
    .catch((error: Error) => {
      throw new Problem(
        'not possible',
        `The identity provider does not answer as one: ${error.message}`,
      );
    });
  const { token_endpoint, jwks_uri, userinfo_endpoint } = config.serverMetadata();
  for (const it of [token_endpoint, jwks_uri, userinfo_endpoint]) {
    if (it !== undefined) hosts.add(targetOf(new URL(it)));
  }
  return { settings, config, fetch, digest: await digestOf(app, settings) };
}

/** By whichever way the provider takes the secret. */
const authFor =
  (oidc: typeof import('openid-client'), secret: string): ClientAuth =>
  (server, client, body, headers) => {
    const ways = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const auth = ways.includes('client_secret_basic')
      ? oidc.ClientSecretBasic(secret)
      : oidc.ClientSecretPost(secret);
    auth(server, client, body, headers);
  };

const targetOf = ({ hostname, port, protocol }: URL): string =>
  `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;

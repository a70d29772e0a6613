import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import { type AccessToken, keptToken } from '#connector-kit/kept-token.ts';
import { signedStatement } from '#connector-kit/signing-key.ts';
import { addressesOf, type Settings } from './settings.ts';
import { howLong, tellingTooOften } from './too-often.ts';

const Installation = z.object({
  id: z.number(),
  app_slug: z.string(),
  suspended_at: z.string().nullable(),
});
const Token = z.object({
  token: z.string(),
  expires_at: z.coerce.date(),
  permissions: z.record(z.string(), z.string()).default({}),
  repository_selection: z.string().optional(),
});

interface InstallationToken extends AccessToken {
  readonly app: string;
  readonly permissions: Readonly<Record<string, string>>;
  /** Only some repositories: deploy keys of the others are out of our sight. */
  readonly isForAllRepositories: boolean;
}

export const headers = {
  accept: 'application/vnd.github+json',
  'x-github-api-version': '2022-11-28',
  'user-agent': 'gatehouse',
};

/**
 * As a GitHub App: a statement signed with the key of the app finds the installation in the organisation, and
 * asks for a token of it, which lasts an hour. Null where a token was entered instead.
 */
export function signInAsApp(settings: Settings, io: Io) {
  const { clientId, privateKey, organisation } = settings;
  if (clientId === undefined || privateKey === undefined) return null;
  const baseUrl = addressesOf(settings).rest;

  return keptToken([baseUrl, organisation, clientId, privateKey], async () => {
    const patient: Io = { ...io, fetch: tellingTooOften(io.fetch) };
    const http = openHttp(patient, {
      baseUrl,
      headers,
      retryAfterMs: howLong,
      authorization: {
        header: async () =>
          `Bearer ${await signedStatement({ privateKey }, { iss: clientId }, io.now())}`,
        renew: async () => {},
      },
    });
    const installation = await http.get(`/orgs/${organisation}/installation`, Installation);
    const path = `/app/installations/${installation.id}/access_tokens`;
    const answer = await http.post(path, Token);
    const token: InstallationToken = {
      value: answer.token,
      lifetimeMs: answer.expires_at.getTime() - io.now().getTime(),
      app: installation.app_slug,
      permissions: answer.permissions,
      isForAllRepositories: answer.repository_selection !== 'selected',
    };
    return token;
  });
}

import { json } from '#connector-kit/testing/fake-service.ts';

export interface FakeApplication {
  readonly clientId: string;
  readonly clientSecret: string;
  /** What it was given when the company allowed it. */
  readonly refreshToken: string;
}

interface Pair {
  readonly access: string;
  readonly refresh: string;
  /** The refresh token that it was exchanged for ends when `access` is first used. */
  replaces: string | null;
}

/**
 * What lets an application in. An exchange gives another refresh token, and the old one is good until the new
 * access token is first used. https://docs.gusto.com/app-integrations/reference/refresh-access-token
 */
export function fakeTokens(first: string, application: FakeApplication | undefined) {
  const access = new Set([first]);
  const refresh = new Set(application ? [application.refreshToken] : []);
  const pairs: Pair[] = [];

  return {
    /** Whether this access token lets somebody in. */
    admits(token: string): boolean {
      if (!access.has(token)) return false;
      const pair = pairs.find((it) => it.access === token);
      if (pair?.replaces) refresh.delete(pair.replaces);
      return true;
    },

    exchange(body: unknown): Response {
      const asked = body as Record<string, string>;
      const { client_id: id, client_secret: secret, refresh_token: held = '' } = asked;
      if (id !== application?.clientId || secret !== application?.clientSecret) {
        return json(401, { error: 'invalid_client', error_description: 'Unknown client' });
      }
      if (!refresh.has(held)) {
        const words = 'The provided authorization grant is invalid, expired or revoked';
        return json(400, { error: 'invalid_grant', error_description: words });
      }
      const nth = pairs.length + 1;
      const pair: Pair = { access: `access-${nth}`, refresh: `refresh-${nth}`, replaces: held };
      pairs.push(pair);
      access.add(pair.access);
      refresh.add(pair.refresh);
      return json(200, {
        ...{ access_token: pair.access, token_type: 'Bearer', expires_in: 7_200 },
        ...{ created_at: 1_767_644_464, refresh_token: pair.refresh },
        scope: 'public employees:read employments:read employments:write',
      });
    },

    /** Two hours later. */
    expire: () => access.clear(),
    exchanges: () => pairs.length,
  };
}

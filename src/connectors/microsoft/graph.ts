import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { openHttp } from '#connector-kit/http.ts';
import { type ClientProof, openOAuth } from '#connector-kit/oauth.ts';
import { jsonOf } from '#core/json.ts';
import type { Settings } from './settings.ts';

const graphUrl = 'https://graph.microsoft.com';
const loginUrl = 'https://login.microsoftonline.com';
export const hosts = ['graph.microsoft.com:443', 'login.microsoftonline.com:443'];

const Claims = z.object({ roles: z.array(z.string()).default([]) });

export type Graph = ReturnType<typeof openGraph>;

/** Microsoft Graph as an app uses it: signed in by itself, and lists page by page. */
export function openGraph({ tenantId, clientId, ...settings }: Settings, io: Io) {
  const oauth = openOAuth(io, {
    tokenUrl: `${loginUrl}/${tenantId}/oauth2/v2.0/token`,
    client: { id: clientId, proof: proofOf(settings) },
    grant: { kind: 'client credentials' },
    scopes: [`${graphUrl}/.default`],
  });
  const http = openHttp(io, { baseUrl: `${graphUrl}/v1.0`, headers: {}, authorization: oauth });

  async function* each<T>(path: string, shape: z.ZodType<T>): AsyncIterable<T> {
    const Page = z.object({ value: z.array(shape), '@odata.nextLink': z.string().optional() });
    for (let next: string | undefined = path; next; ) {
      const page: z.infer<typeof Page> = await http.get(next, Page);
      yield* page.value;
      next = page['@odata.nextLink'];
    }
  }

  return {
    get: http.get,
    post: http.post,
    call: http.call,
    each,
    async all<T>(path: string, shape: z.ZodType<T>): Promise<T[]> {
      const found: T[] = [];
      for await (const it of each(path, shape)) found.push(it);
      return found;
    },
    /**
     * What the app was granted. The token says so in a claim of its own, which spares a permission to ask for
     * it; null where the token cannot be read.
     */
    async granted(): Promise<readonly string[] | null> {
      const [, body = ''] = (await oauth.header()).split('.');
      const claims = Claims.safeParse(jsonOf(Buffer.from(body, 'base64url').toString()));
      return claims.success ? claims.data.roles : null;
    },
  };
}

function proofOf({
  certificate,
  privateKey,
  clientSecret,
}: Omit<Settings, 'tenantId' | 'clientId'>): ClientProof {
  return privateKey === undefined
    ? { kind: 'secret', secret: clientSecret ?? '', in: 'body' }
    : { kind: 'key', key: { privateKey, ...(certificate === undefined ? {} : { certificate }) } };
}

/** The query of a request, such as `{ select: 'id' }`. Blanks as Graph's own pages write them. */
export function query(options: {
  readonly select?: string;
  readonly filter?: string;
  readonly expand?: string;
  readonly top?: number;
}): string {
  const parts = Object.entries(options).map(
    ([name, value]) => `$${name}=${encodeURIComponent(value)}`,
  );
  return `?${parts.join('&')}`;
}

/** A text inside a filter: a quotation mark is written twice. */
export const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`;

/** How a request names an object that another one is tied to. */
export const refTo = (kind: 'directoryObjects' | 'users', id: string) => ({
  '@odata.id': `${graphUrl}/v1.0/${kind}/${encodeURIComponent(id)}`,
});

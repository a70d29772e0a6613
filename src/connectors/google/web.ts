import { z } from 'zod';
import type { Io } from '#connector-kit/contract.ts';
import { type Http, openHttp } from '#connector-kit/http.ts';
import { ConnectorError } from '#core/failure.ts';
import { jsonOf } from '#core/json.ts';
import type { Scope } from './scopes.ts';
import type { Settings } from './settings.ts';
import { signIn } from './sign-in.ts';

/** Google's hosts. They are the same for everybody. */
export const hosts = {
  admin: 'admin.googleapis.com',
  gmail: 'gmail.googleapis.com',
  licensing: 'licensing.googleapis.com',
  devices: 'cloudidentity.googleapis.com',
  vault: 'vault.googleapis.com',
  tokens: 'oauth2.googleapis.com',
} as const;

/** Speaks with one of Google's interfaces, in the administrator's name unless another is given. */
export type Speak = (host: keyof typeof hosts, scope: Scope, subject?: string) => Http;

export function speaker(settings: Settings, io: Io): Speak {
  const patient: Io = { ...io, fetch: withQuotasAs429(io.fetch) };
  return (host, scope, subject = settings.admin) =>
    openHttp(patient, {
      baseUrl: `https://${hosts[host]}`,
      headers: {},
      authorization: signIn(settings, patient, subject, scope),
    });
}

/** All of what a list has, page by page. */
export async function* pagesOf<T>(
  http: Http,
  path: string,
  query: Readonly<Record<string, string>>,
  shape: z.ZodType<{ nextPageToken?: string | undefined; items: T[] }>,
): AsyncIterable<T[]> {
  let pageToken: string | undefined;
  do {
    const asked = new URLSearchParams({
      ...query,
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    const page = await http.get(`${path}?${asked}`, shape);
    yield page.items;
    // Some interfaces end with an empty token.
    pageToken = page.nextPageToken || undefined;
  } while (pageToken !== undefined);
}

export async function all<T>(pages: AsyncIterable<T[]>): Promise<T[]> {
  const found: T[] = [];
  for await (const page of pages) found.push(...page);
  return found;
}

/** What may stand beside a list. */
const besideLists = ['kind', 'etag', 'nextPageToken'];

/**
 * A page of a list that Google calls by this name. An empty list is left out of the answer, so that an answer that
 * says something else is none.
 */
export const pageOf = <T>(name: string, item: z.ZodType<T>) =>
  z
    .looseObject({ nextPageToken: z.string().optional(), [name]: z.array(item).optional() })
    .refine((page) => name in page || Object.keys(page).every((it) => besideLists.includes(it)), {
      error: `no list of ${name}`,
    })
    .transform((page) => ({
      nextPageToken: page.nextPageToken as string | undefined,
      items: (page[name] ?? []) as T[],
    }));

export const inPath = encodeURIComponent;

/** An address that stands in a path does not belong into an error, which is kept. */
export async function withoutNaming<T>(address: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const detail = error.failure.detail.replaceAll(inPath(address), '…').replaceAll(address, '…');
    throw new ConnectorError({ ...error.failure, detail }, { cause: error.cause });
  }
}

const Refusal = z.object({
  error: z.object({ errors: z.array(z.object({ reason: z.string() })).default([]) }),
});
const quotaReasons = /^(userRateLimitExceeded|rateLimitExceeded|quotaExceeded|dailyLimitExceeded)$/;

/**
 * Google answers 403 both for what is not allowed and for what was asked too often; the reason tells.
 * https://developers.google.com/workspace/admin/directory/v1/limits
 */
function withQuotasAs429(fetch: Io['fetch']): Io['fetch'] {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.status !== 403) return response;
    const body = await response.text();
    const refusal = Refusal.safeParse(jsonOf(body));
    const reasons = refusal.success ? refusal.data.error.errors : [];
    const tooOften = reasons.some(({ reason }) => quotaReasons.test(reason));
    return new Response(body, { status: tooOften ? 429 : 403, headers: response.headers });
  };
}

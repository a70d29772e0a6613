import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import { secondsToWait } from '#app/public-requests.ts';
import { type Language, languages } from '#core/language.ts';
import { limitBody } from './bodies.ts';
import { subscriberOf } from './caller-address.ts';
import { type Plain, pageResponse, plainContent } from './pages/page.ts';
import { problemFor, Refusal, wrongContentType } from './problems.ts';
import type { Log } from './request-log.ts';
import { type AnyRequest, refuseUnfit } from './route.ts';

/* What all pages behind links of letters have in common: no key, no session, no script. */

export const formType = 'application/x-www-form-urlencoded';
/** What a form sends: its fields, each by its name. */
export const Fields = z.record(z.string(), z.string());
export type Fields = z.infer<typeof Fields>;

/** Forty answers of 5,000 characters each, none of them in the Latin alphabet, fit. */
const largestFormBytes = 4 * 1024 * 1024;

/** What a page says before anything is known of whoever asks. */
export interface PublicWords {
  readonly tooMany: (minutes: number) => Plain;
  readonly failed: (requestId: string) => Plain;
}

export interface PublicOptions {
  readonly log: Log;
  readonly publicUrl: string;
}

export const pageOf = (description: string) => ({
  description,
  content: { 'text/html': { schema: z.string() } },
});

export const languageIn = (word: string | undefined): Language | null =>
  languages.find((it) => it === word) ?? null;

/** Where the pages below one path are registered: few requests, small forms, errors as pages. */
export function publicPages(
  app: App,
  { log }: PublicOptions,
  { path, words }: { path: string; words: Readonly<Record<Language, PublicWords>> },
): OpenAPIHono<AnyRequest> {
  const pages = new OpenAPIHono<AnyRequest>({ defaultHook: refuseUnfit });
  pages.onError((error, c) => {
    const requestId = c.get('requestId');
    const { response, expected } = problemFor(error, requestId);
    if (!expected)
      log.error({ requestId, error: error.stack ?? error.message }, 'a request failed');
    return errorResponse(c, words[spokenBy(c)].failed(requestId), response.status);
  });
  pages.use(path, limitBody(largestFormBytes), async (c, next) => {
    const wait = await secondsToWait(app, subscriberOf(c.env?.address ?? 'unknown'));
    if (wait === null) return next();
    const said = words[spokenBy(c)].tooMany(Math.ceil(wait / 60));
    return errorResponse(c, said, 429, { 'retry-after': String(wait) });
  });
  return pages;
}

/**
 * Only our own page may send the form. Since that page sends no referrer, browsers say `null` as its
 * origin; those that know `sec-fetch-site`, which are all of today, are judged by that alone.
 */
export function demandOwnForm(c: Context, { publicUrl }: PublicOptions): void {
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  const isOwn =
    site === undefined
      ? origin === 'null' || origin === new URL(publicUrl).origin
      : site === 'same-origin';
  if (!isOwn) throw new Refusal('not-allowed', 'Send this from the page behind the link itself.');
  const [type = ''] = (c.req.header('content-type') ?? '').split(';');
  if (type.trim().toLowerCase() !== formType) throw wrongContentType(formType);
}

/** Before anything is known of whoever asks, their browser says what they read. */
function spokenBy(c: Context): Language {
  const [first = ''] = (c.req.header('accept-language') ?? '').toLowerCase().split(/[,;-]/);
  return languageIn(first.trim()) ?? 'en';
}

const errorResponse = (
  c: Context,
  said: Plain,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  pageResponse({
    language: spokenBy(c),
    company: '',
    title: said.title,
    content: plainContent(said),
    status,
    headers,
  });

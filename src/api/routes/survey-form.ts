import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import { secondsToWait } from '#app/public-requests.ts';
import { type FormAct, useForm } from '#app/survey-form.ts';
import { type Language, languages } from '#core/survey.ts';
import { limitBody } from '../bodies.ts';
import { subscriberOf } from '../caller-address.ts';
import { pageResponse, plainContent } from '../pages/page.ts';
import { fieldOf, surveyPage } from '../pages/survey-page.ts';
import { type Plain, words } from '../pages/survey-words.ts';
import { problemFor, Refusal, wrongContentType } from '../problems.ts';
import type { Log } from '../request-log.ts';
import { type AnyRequest, refuseUnfit } from '../route.ts';

const path = '/survey/{token}';
const tags = ['Surveys'];
const params = z.object({ token: z.string() });
const page = (description: string) => ({
  description,
  content: { 'text/html': { schema: z.string() } },
});
const formType = 'application/x-www-form-urlencoded';
const Fields = z.record(z.string(), z.string());
type Fields = z.infer<typeof Fields>;
/** Forty answers of 5,000 characters each, none of them in the Latin alphabet, fit. */
const largestFormBytes = 4 * 1024 * 1024;

const open = createRoute({
  method: 'get',
  path,
  operationId: 'openSurveyForm',
  summary: 'The form behind a link of an invitation, for people',
  tags,
  security: [],
  request: { params, query: z.object({ language: z.string().optional() }) },
  responses: {
    200: page('The form, or thanks for the answers that were sent'),
    410: page('The link has ended'),
    404: page('Nothing is behind this link'),
    default: page('What went wrong, in a sentence'),
  },
});

const send = createRoute({
  method: 'post',
  path,
  operationId: 'sendSurveyForm',
  summary: 'Save, send or decline, by the buttons of the form',
  tags,
  security: [],
  request: { params, body: { content: { [formType]: { schema: Fields } } } },
  responses: {
    200: page('Saved, or thanks'),
    422: page('The form, with what is missing; everything entered is saved'),
    410: page('The link has ended'),
    404: page('Nothing is behind this link'),
    default: page('What went wrong, in a sentence'),
  },
});

interface Options {
  readonly log: Log;
  readonly publicUrl: string;
}

/** The pages behind the links of invitations: no key, no session, no script. */
export function surveyFormRoutes(root: OpenAPIHono<AnyRequest>, app: App, options: Options): void {
  const pages = new OpenAPIHono<AnyRequest>({ defaultHook: refuseUnfit });
  pages.onError((error, c) => errorPage(error, c, options.log));
  pages.use('/survey/:token', limitBody(largestFormBytes), async (c, next) => {
    const wait = await secondsToWait(app, subscriberOf(c.env?.address ?? 'unknown'));
    if (wait === null) return next();
    const said = saidIn(spokenBy(c)).tooMany(Math.ceil(wait / 60));
    return errorResponse(c, said, 429, { 'retry-after': String(wait) });
  });

  pages.openapi(open, async (c) => {
    const language = languageIn(c.req.valid('query').language);
    return surveyPage(await useForm(app, c.req.valid('param').token, { kind: 'open', language }));
  });

  pages.openapi(send, async (c) => {
    demandOwnForm(c, options.publicUrl);
    const act = actIn(c.req.valid('form'));
    return surveyPage(await useForm(app, c.req.valid('param').token, act));
  });
  root.route('/', pages);
}

/** The button that was pressed. What is no button of ours saves, so that nothing entered is lost. */
function actIn(fields: Fields): FormAct {
  const act = fields['act'];
  if (act === 'decline') return { kind: 'decline' };
  const language = languageIn(act) ?? languageIn(fields['language']);
  const sent = (question: string) => fields[fieldOf(question)] ?? null;
  return { kind: act === 'send' ? 'send' : 'save', language, sent };
}

const languageIn = (word: string | undefined): Language | null =>
  languages.find((it) => it === word) ?? null;

/**
 * Only our own page may send the form. Since that page sends no referrer, browsers say `null` as its
 * origin; those that know `sec-fetch-site`, which are all of today, are judged by that alone.
 */
function demandOwnForm(c: Context, publicUrl: string): void {
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

const saidIn = (language: Language) => words[language];

/** Before anything is known of whoever asks, their browser says what they read. */
function spokenBy(c: Context): Language {
  const [first = ''] = (c.req.header('accept-language') ?? '').toLowerCase().split(/[,;-]/);
  return languageIn(first.trim()) ?? 'en';
}

function errorPage(error: Error, c: Context<AnyRequest>, log: Log): Promise<Response> {
  const requestId = c.get('requestId');
  const { response, expected } = problemFor(error, requestId);
  if (!expected) log.error({ requestId, error: error.stack ?? error.message }, 'a request failed');
  return errorResponse(c, saidIn(spokenBy(c)).failed(requestId), response.status);
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

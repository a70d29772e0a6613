import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import { Problem } from '#app/problem.ts';
import { logOutByProvider } from '#app/provider-logout.ts';
import { callerInSession } from '#app/sessions.ts';
import { beginAttempt, beginQuestion, endAttempt } from '#app/sign-in-limits.ts';
import { finishSingleSignOn, refusalIn, refusals, startSingleSignOn } from '#app/single-sign-on.ts';
import { checkProvider, saveClientSecret, signInWays } from '#app/single-sign-on-set-up.ts';
import { limitBody } from '../bodies.ts';
import {
  ClientSecret,
  SignInWays,
  SingleSignOnCheck,
  SingleSignOnStart,
  SingleSignOnWay,
} from '../contract/single-sign-on.ts';
import { Refusal } from '../problems.ts';
import {
  type AnyRequest,
  type Api,
  actHeaders,
  body,
  json,
  problems,
  refuseUnfit,
} from '../route.ts';
import { demandOwnPage } from '../same-origin.ts';
import {
  giveSession,
  giveUnderWay,
  sessionSecret,
  takeUnderWayBack,
  underWay,
} from '../session-cookie.ts';
import { addressOf, refuseAbove } from '../sign-in-limit.ts';

const tags = ['Sign-in'];
const largestBytes = 64 * 1024;
const form = 'application/x-www-form-urlencoded';

const ways = createRoute({
  method: 'get',
  path: '/sign-in/ways',
  operationId: 'signInWays',
  summary: 'By which ways people sign in here',
  tags,
  security: [],
  responses: { 200: json('The ways', SignInWays), ...problems },
});

const start = createRoute({
  method: 'post',
  path: '/sign-in/oidc/start',
  operationId: 'startSingleSignOn',
  summary: 'Begin to sign in by single sign-on, or to link one’s account there',
  tags,
  security: [],
  request: { body: body(SingleSignOnStart) },
  responses: { 200: json('Where to go', SingleSignOnWay), ...problems },
});

const back = createRoute({
  method: 'get',
  path: '/sign-in/oidc/callback',
  operationId: 'finishSingleSignOn',
  summary: 'Where the identity provider sends the browser back to',
  tags,
  security: [],
  responses: {
    303: {
      description: `To the page that was wanted, or to /sign-in?problem= with one of ${refusals.join(', ')}`,
    },
    ...problems,
  },
});

const logout = createRoute({
  method: 'post',
  path: '/sign-in/oidc/logout',
  operationId: 'logOutByProvider',
  summary: 'Where the identity provider tells that somebody signed out there',
  tags,
  security: [],
  request: { body: { content: { [form]: { schema: z.object({ logout_token: z.string() }) } } } },
  responses: { 200: { description: 'Their sessions have ended' }, ...problems },
});

/** Single sign-on, for browsers that nobody is signed in with yet, and for the identity provider. */
export function singleSignOnRoutes(
  root: OpenAPIHono<AnyRequest>,
  app: App,
  { publicUrl }: { publicUrl: string },
): void {
  const routes = new OpenAPIHono<AnyRequest>({ defaultHook: refuseUnfit });
  const ownPage: MiddlewareHandler<AnyRequest> = async (c, next) => {
    demandOwnPage(c, publicUrl);
    await next();
  };
  routes.use(start.path, limitBody(largestBytes), ownPage);
  routes.use(logout.path, limitBody(largestBytes));

  routes.openapi(ways, async (c) => c.json(await signInWays(app), 200));

  routes.openapi(start, async (c) => {
    refuseAbove(await beginQuestion(app, addressOf(c)));
    const { to, link } = c.req.valid('json');
    const secret = sessionSecret(c);
    const by = link && secret !== null ? await callerInSession(app, secret, true) : null;
    if (link && !by) throw new Refusal('unauthenticated', 'Sign in first, then link your account.');
    const { url, browser } = await startSingleSignOn(app, { goesTo: to, by });
    giveUnderWay(c, browser);
    return c.json({ url }, 200);
  });

  routes.openapi(back, async (c) => {
    const attempt = { address: addressOf(c), account: null };
    const browser = underWay(c) ?? '';
    takeUnderWayBack(c);
    try {
      refuseAbove(await beginAttempt(app, attempt));
      const { search } = new URL(c.req.url);
      const done = await finishSingleSignOn(app, { search, browser, before: sessionSecret(c) });
      await endAttempt(app, attempt);
      giveSession(c, done.secret);
      c.header('location', done.goesTo);
      return c.body(null, 303);
    } catch (error) {
      // A browser stands here, not a program: the page for signing in says what went wrong.
      if (!(error instanceof Problem || error instanceof Refusal)) throw error;
      const reason = error instanceof Problem ? refusalIn(error) : 'too-often';
      c.header('location', `/sign-in?problem=${reason}`);
      return c.body(null, 303);
    }
  });

  routes.openapi(logout, async (c) => {
    refuseAbove(await beginQuestion(app, addressOf(c)));
    await logOutByProvider(app, c.req.valid('form').logout_token);
    return c.body(null, 200);
  });
  root.route('/', routes);
}

const secret = createRoute({
  method: 'put',
  path: '/single-sign-on/secret',
  operationId: 'saveClientSecret',
  summary: 'The secret of Gatehouse at the identity provider that the settings name',
  tags,
  request: { body: body(ClientSecret) },
  responses: { 204: { description: 'Kept, and never shown' }, ...problems },
});

const check = createRoute({
  method: 'post',
  path: '/single-sign-on/check',
  operationId: 'checkSingleSignOn',
  summary: 'Ask the identity provider how it is reached, and say what to enter there',
  tags,
  request: { headers: actHeaders },
  responses: { 200: json('How it stands', SingleSignOnCheck), ...problems },
});

/** Setting it up. */
export function singleSignOnSetUpRoutes(api: Api, app: App): void {
  api.openapi(secret, async (c) => {
    await saveClientSecret(app, c.get('caller'), c.req.valid('json').secret);
    return c.body(null, 204);
  });

  api.openapi(check, async (c) => c.json(await checkProvider(app, c.get('caller')), 200));
}

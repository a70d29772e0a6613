import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import type { App } from '#app/app.ts';
import { signInOptions, signInWithPasskey } from '#app/passkey-sign-in.ts';
import { signInWithPassword } from '#app/passwords.ts';
import { beginAttempt, beginQuestion, endAttempt } from '#app/sign-in-limits.ts';
import { claim } from '#app/sign-in-links.ts';
import { limitBody } from '../bodies.ts';
import { SignatureAsked } from '../contract/passkeys.ts';
import { PasswordSignIn } from '../contract/passwords.ts';
import { Claim, Signature } from '../contract/session.ts';
import { type AnyRequest, body, json, problems, refuseUnfit } from '../route.ts';
import { demandOwnPage } from '../same-origin.ts';
import { giveSession, sessionSecret } from '../session-cookie.ts';
import { addressOf, refuseAbove } from '../sign-in-limit.ts';

const tags = ['Sign-in'];
const largestBytes = 64 * 1024;

const signedIn = {
  204: { description: 'Signed in: the answer sets the cookie of the session' },
  ...problems,
};

const claiming = createRoute({
  method: 'post',
  path: '/sign-in/claim',
  operationId: 'claim',
  summary: 'Sign in with a link that was made on the server, or printed at the first start',
  tags,
  security: [],
  request: { body: body(Claim) },
  responses: signedIn,
});

const askPasskey = createRoute({
  method: 'post',
  path: '/sign-in/passkey/options',
  operationId: 'passkeySignInOptions',
  summary: 'What a passkey has to sign to sign in; good once, for five minutes',
  tags,
  security: [],
  responses: { 200: json('What to sign', SignatureAsked), ...problems },
});

const withPasskey = createRoute({
  method: 'post',
  path: '/sign-in/passkey',
  operationId: 'signInWithPasskey',
  summary: 'Sign in with a passkey',
  tags,
  security: [],
  request: { body: body(Signature) },
  responses: signedIn,
});

const withPassword = createRoute({
  method: 'post',
  path: '/sign-in/password',
  operationId: 'signInWithPassword',
  summary: 'Sign in with a password and a code of an authenticator app',
  tags,
  security: [],
  request: { body: body(PasswordSignIn) },
  responses: signedIn,
});

/** All that answers to browsers that nobody is signed in with yet. Only pages of ours may ask. */
export function signInRoutes(
  root: OpenAPIHono<AnyRequest>,
  app: App,
  { publicUrl }: { publicUrl: string },
): void {
  const routes = new OpenAPIHono<AnyRequest>({ defaultHook: refuseUnfit });
  const limit = limitBody(largestBytes);
  const ownPage: MiddlewareHandler<AnyRequest> = async (c, next) => {
    demandOwnPage(c, publicUrl);
    await next();
  };
  for (const { path } of [claiming, askPasskey, withPasskey, withPassword])
    routes.use(path, limit, ownPage);

  routes.openapi(claiming, async (c) => {
    const { link } = c.req.valid('json');
    await signIn(c, app, null, (before) => claim(app, link, before));
    return c.body(null, 204);
  });

  routes.openapi(askPasskey, async (c) => {
    refuseAbove(await beginQuestion(app, addressOf(c)));
    return c.json(await signInOptions(app), 200);
  });

  routes.openapi(withPasskey, async (c) => {
    const { assertion } = c.req.valid('json');
    await signIn(c, app, null, (before) => signInWithPasskey(app, assertion, before));
    return c.body(null, 204);
  });

  routes.openapi(withPassword, async (c) => {
    const it = c.req.valid('json');
    await signIn(c, app, it.email, (before) => signInWithPassword(app, it, before));
    return c.body(null, 204);
  });
  root.route('/', routes);
}

/** Lets somebody in, within the limits of their address and of the account that they name, if they name one. */
async function signIn(
  c: Context<AnyRequest>,
  app: App,
  account: string | null,
  begin: (before: string | null) => Promise<string>,
): Promise<void> {
  const attempt = { address: addressOf(c), account };
  refuseAbove(await beginAttempt(app, attempt));
  const secret = await begin(sessionSecret(c));
  await endAttempt(app, attempt);
  giveSession(c, secret);
}

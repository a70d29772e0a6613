import { createRoute, OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import type { App } from '#app/app.ts';
import { claim } from '#app/sign-in-links.ts';
import { limitBody } from '../bodies.ts';
import { Claim } from '../contract/session.ts';
import { type AnyRequest, body, problems, refuseUnfit } from '../route.ts';
import { demandOwnPage } from '../same-origin.ts';
import { giveSession, sessionSecret } from '../session-cookie.ts';

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
  routes.use(claiming.path, limit, ownPage);

  routes.openapi(claiming, async (c) => {
    const { link } = c.req.valid('json');
    giveSession(c, await claim(app, link, sessionSecret(c)));
    return c.body(null, 204);
  });
  root.route('/', routes);
}

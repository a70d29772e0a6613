import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import { receiveHook } from '#app/hooks.ts';
import { limitBody, usualBodyBytes } from '../bodies.ts';
import { Refusal } from '../problems.ts';
import type { Log } from '../request-log.ts';
import { type AnyRequest, problems } from '../route.ts';

const path = '/hooks/{source}';

const take = createRoute({
  method: 'post',
  path,
  operationId: 'takeHook',
  summary: 'What an HR system sends; the signature over the raw body says who it is',
  tags: ['Hooks'],
  security: [],
  request: {
    params: z.object({ source: z.string().max(100) }),
    body: { content: { '*/*': { schema: z.string() } } },
  },
  responses: { 202: { description: 'Taken; also a repeat' }, ...problems },
});

/** The one way in without a token. Every source signs what it sends. */
export function hookRoutes(root: OpenAPIHono<AnyRequest>, app: App, log: Log): void {
  root.use('/hooks/:source', limitBody(usualBodyBytes));
  root.openapi(take, async (c) => {
    const { source } = c.req.valid('param');
    const answer = await receiveHook(app, {
      source,
      headers: c.req.header(),
      body: new Uint8Array(await c.req.arrayBuffer()),
    });
    switch (answer.kind) {
      case 'taken':
        return c.body(null, 202);
      case 'unknown source':
        throw new Refusal('not-found', 'No HR system is connected under this name.');
      case 'refused':
        // Why exactly is for us: who guesses learns nothing from the answer.
        log.warn({ source, error: answer.because }, 'a delivery was refused');
        throw new Refusal(
          'unauthenticated',
          'The signature does not fit, or the delivery is too old. ' +
            'Check the signing secret and the clock.',
        );
      case 'unreadable':
        throw new Refusal('not-readable', `Signed, but not to be understood: ${answer.because}`);
    }
  });
}

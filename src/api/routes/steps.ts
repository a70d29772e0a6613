import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import { attestStep, retryStep, waiveStep } from '#app/steps.ts';
import { Done } from '../contract/page.ts';
import { AttestInput, WaiveInput } from '../contract/steps.ts';
import { type Api, actHeaders, body, idParam, json, problems } from '../route.ts';

const tags = ['Steps'];
const responses = { 200: json('Done', Done), ...problems };

const retry = createRoute({
  method: 'post',
  path: '/steps/{id}/retry',
  operationId: 'retryStep',
  summary: 'Try a held step again',
  tags,
  request: { params: idParam, headers: actHeaders },
  responses,
});

const attest = createRoute({
  method: 'post',
  path: '/steps/{id}/attest',
  operationId: 'attestStep',
  summary: 'Confirm that it was done by hand, with what proves it',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(AttestInput) },
  responses,
});

const waive = createRoute({
  method: 'post',
  path: '/steps/{id}/waive',
  operationId: 'waiveStep',
  summary: 'Skip a step until a day, and answer for it',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(WaiveInput) },
  responses,
});

export function stepRoutes(api: Api, app: App): void {
  api.openapi(retry, async (c) => {
    await retryStep(app, c.get('caller'), c.req.valid('param').id);
    return c.json({ detail: 'It is tried again now.' }, 200);
  });

  api.openapi(attest, async (c) => {
    await attestStep(app, c.get('caller'), c.req.valid('param').id, c.req.valid('json'));
    return c.json({ detail: `Confirmed by ${c.get('caller').user.name}.` }, 200);
  });

  api.openapi(waive, async (c) => {
    const { reason, expiresAt } = c.req.valid('json');
    await waiveStep(app, c.get('caller'), c.req.valid('param').id, {
      reason,
      expiresAt: new Date(expiresAt),
    });
    return c.json({ detail: `Skipped until ${expiresAt}; then it opens again.` }, 200);
  });
}

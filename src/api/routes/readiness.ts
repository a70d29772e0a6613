import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import { readyOnDayOne } from '#app/readiness.ts';
import { Readiness, ReadinessQuery } from '../contract/readiness.ts';
import { type Api, json, problems } from '../route.ts';

const count = createRoute({
  method: 'get',
  path: '/readiness',
  operationId: 'readyOnDayOne',
  summary: 'How many arrivals were ready on their first day',
  tags: ['Departures'],
  request: { query: ReadinessQuery },
  responses: { 200: json('The count', Readiness), ...problems },
});

export function readinessRoutes(api: Api, app: App): void {
  api.openapi(count, async (c) => {
    const { notReady, ...counts } = await readyOnDayOne(app, c.get('caller'), c.req.valid('query'));
    return c.json({ ...counts, notReady: [...notReady] }, 200);
  });
}

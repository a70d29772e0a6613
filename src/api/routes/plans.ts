import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import { previewPlan } from '#app/plans.ts';
import { PlanInput, PlanPreview } from '../contract/plans.ts';
import { type Api, actHeaders, body, json, problems } from '../route.ts';

const preview = createRoute({
  method: 'post',
  path: '/plans',
  operationId: 'previewPlan',
  summary: 'See what a departure or an arrival would do; nothing happens',
  tags: ['Departures'],
  request: { headers: actHeaders, body: body(PlanInput) },
  responses: { 200: json('The plan, or what has to be answered first', PlanPreview), ...problems },
});

export function planRoutes(api: Api, app: App): void {
  api.openapi(preview, async (c) => {
    const { person, departure, arrival, playbook, draft } = c.req.valid('json');
    const asked = arrival ? { person, arrival } : { person, departure: departure! };
    const plan = await previewPlan(app, c.get('caller'), asked, {
      ...(playbook === undefined ? {} : { playbook }),
      ...(draft === undefined ? {} : { draft }),
    });
    return c.json(PlanPreview.parse(plan), 200);
  });
}

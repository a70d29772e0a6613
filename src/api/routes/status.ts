import { createRoute } from '@hono/zod-openapi';
import { authorize } from '#app/authorize.ts';
import { type Health, Status } from '../contract/health.ts';
import { type Api, json, problems } from '../route.ts';

const show = createRoute({
  method: 'get',
  path: '/status',
  operationId: 'showStatus',
  summary: 'Whether everything that has to run runs',
  tags: ['Settings'],
  responses: { 200: json('How it is', Status), ...problems },
});

/** Health checks for people; programs ask `/readyz` on the metrics address. */
export function statusRoutes(
  api: Api,
  { version, health }: { version: string; health: () => Promise<Health> },
): void {
  api.openapi(show, async (c) => {
    authorize(c.get('caller'), 'settings.read');
    return c.json({ ...(await health()), version }, 200);
  });
}

import { createRoute } from '@hono/zod-openapi';
import { type AlertRow, listAlerts } from '#app/alerts.ts';
import type { App } from '#app/app.ts';
import { type Alert, AlertPage } from '../contract/alerts.ts';
import { PageQuery } from '../contract/page.ts';
import { pageWithin } from '../paging.ts';
import { type Api, iso, json, problems } from '../route.ts';

const list = createRoute({
  method: 'get',
  path: '/alerts',
  operationId: 'listAlerts',
  summary: 'What somebody has to look at: open alerts first, then the newest',
  tags: ['Alerts'],
  request: { query: PageQuery },
  responses: { 200: json('One page', AlertPage), ...problems },
});

/** Older ones that are resolved stand in the record. */
const mostAlerts = 1_000;

export function alertRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const found = await listAlerts(app, c.get('caller'), mostAlerts);
    return c.json(pageWithin('alerts', c.req.valid('query'), found, alertOnWire), 200);
  });
}

const alertOnWire = (it: AlertRow): Alert => ({
  id: it.id,
  kind: it.kind,
  title: it.title,
  body: it.body,
  caseId: it.caseId,
  stepId: it.stepId,
  connection: it.connectionId,
  confidential: it.confidential,
  times: it.times,
  told: it.level,
  openedAt: it.openedAt.toISOString(),
  resolvedAt: iso(it.resolvedAt),
});

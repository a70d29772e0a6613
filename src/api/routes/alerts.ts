import { createRoute } from '@hono/zod-openapi';
import { type AlertRow, acknowledge, listAlerts } from '#app/alerts.ts';
import type { App } from '#app/app.ts';
import { userNames } from '#app/users.ts';
import { type Alert, AlertPage } from '../contract/alerts.ts';
import { Done, PageQuery } from '../contract/page.ts';
import { pageWithin } from '../paging.ts';
import { type Api, actHeaders, idParam, iso, json, problems } from '../route.ts';

const list = createRoute({
  method: 'get',
  path: '/alerts',
  operationId: 'listAlerts',
  summary: 'What somebody has to look at: open alerts first, then the newest',
  tags: ['Alerts'],
  request: { query: PageQuery },
  responses: { 200: json('One page', AlertPage), ...problems },
});

const acknowledging = createRoute({
  method: 'post',
  path: '/alerts/{id}/acknowledge',
  operationId: 'acknowledgeAlert',
  summary: 'You see to it: nobody is told of it again',
  tags: ['Alerts'],
  request: { params: idParam, headers: actHeaders },
  responses: { 200: json('Done', Done), ...problems },
});

/** Older ones that are resolved stand in the record. */
const mostAlerts = 1_000;

export function alertRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const found = await listAlerts(app, c.get('caller'), mostAlerts);
    const names = await userNames(
      app,
      found.flatMap((it) => it.acknowledgedBy ?? []),
    );
    const onWire = (it: AlertRow) => alertOnWire(it, names);
    return c.json(pageWithin('alerts', c.req.valid('query'), found, onWire), 200);
  });

  api.openapi(acknowledging, async (c) => {
    await acknowledge(app, c.get('caller'), c.req.valid('param').id);
    return c.json({ detail: 'Nobody is told of it again. It stays until it is over.' }, 200);
  });
}

const alertOnWire = (it: AlertRow, names: ReadonlyMap<string, string>): Alert => ({
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
  acknowledgedBy:
    it.acknowledgedBy === null
      ? null
      : { id: it.acknowledgedBy, name: names.get(it.acknowledgedBy) ?? null },
  acknowledgedAt: iso(it.acknowledgedAt),
  openedAt: it.openedAt.toISOString(),
  resolvedAt: iso(it.resolvedAt),
});

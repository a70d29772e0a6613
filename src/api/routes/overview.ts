import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import { besideCases } from '#app/cases.ts';
import { type ExceptionGroup, showOverview } from '#app/overview.ts';
import { type ExceptionGroup as OnWire, Overview } from '../contract/overview.ts';
import { type Api, iso, json, problems } from '../route.ts';
import { summaryOnWire } from './case-on-wire.ts';

const show = createRoute({
  method: 'get',
  path: '/overview',
  operationId: 'showOverview',
  summary: 'What needs a person, who is leaving, and who comes',
  tags: ['Departures'],
  responses: { 200: json('As things stand', Overview), ...problems },
});

export function overviewRoutes(api: Api, app: App): void {
  api.openapi(show, async (c) => {
    const { exceptions, live, coming, ...it } = await showOverview(app, c.get('caller'));
    const beside = await besideCases(app, live);
    return c.json(
      {
        ...it,
        exceptions: exceptions.map(groupOnWire),
        live: live.map((one) => summaryOnWire(one, beside(one))),
        coming: [...coming],
      },
      200,
    );
  });
}

const groupOnWire = (it: ExceptionGroup): OnWire => ({
  cause: it.cause,
  connection: it.connectionId
    ? { id: it.connectionId, name: it.connectionName ?? it.connectionId }
    : null,
  failure: it.failure,
  title: it.title,
  detail: it.detail,
  since: it.since.toISOString(),
  accessEndsAt: iso(it.accessEndsAt),
  cases: it.cases,
  people: [...it.people],
  stepIds: [...it.stepIds],
});

import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import {
  confirmHint,
  type DepartureHintRow,
  dismissHint,
  listHints,
} from '#app/departure-hints.ts';
import { userNames } from '#app/users.ts';
import { ReasonInput, Requested } from '../contract/cases.ts';
import {
  type DepartureHint,
  DepartureHintPage,
  DepartureHintQuery,
} from '../contract/departure-hints.ts';
import { DepartureInput } from '../contract/departures.ts';
import { Done } from '../contract/page.ts';
import { numberIn, pageFrom } from '../paging.ts';
import { type Api, actHeaders, body, idParam, iso, json, problems } from '../route.ts';
import { requested } from './requested.ts';

const tags = ['Departure hints'];

const list = createRoute({
  method: 'get',
  path: '/departure-hints',
  operationId: 'listDepartureHints',
  summary: 'Accounts that ended without a departure that explains it, the open questions first',
  tags,
  request: { query: DepartureHintQuery },
  responses: { 200: json('One page', DepartureHintPage), ...problems },
});

const confirm = createRoute({
  method: 'post',
  path: '/departure-hints/{id}/confirm',
  operationId: 'confirmDepartureHint',
  summary: 'The person leaves: start the departure',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(DepartureInput) },
  responses: {
    201: json('Taken in; `location` is the departure', Requested),
    202: json('Kept; a worker takes it in', Requested),
    ...problems,
  },
});

const dismiss = createRoute({
  method: 'post',
  path: '/departure-hints/{id}/dismiss',
  operationId: 'dismissDepartureHint',
  summary: 'The person does not leave',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(ReasonInput) },
  responses: { 200: json('Done', Done), ...problems },
});

export function departureHintRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const { limit, cursor, state = null } = c.req.valid('query');
    const skip = Number(numberIn('departure-hints', cursor) ?? 0);
    const found = await listHints(app, c.get('caller'), { state, skip, limit: limit + 1 });
    const names = await userNames(
      app,
      found.flatMap((it) => it.decidedBy ?? []),
    );
    const next = () => String(skip + limit);
    return c.json(
      pageFrom('departure-hints', limit, found, next, (it) => onWire(it, names)),
      200,
    );
  });

  api.openapi(confirm, async (c) => {
    const { id } = c.req.valid('param');
    const { answer, status, location } = requested(
      await confirmHint(app, c.get('caller'), id, c.req.valid('json')),
    );
    if (location) c.header('location', location);
    return c.json(answer, status);
  });

  api.openapi(dismiss, async (c) => {
    const { id } = c.req.valid('param');
    await dismissHint(app, c.get('caller'), id, c.req.valid('json').reason);
    return c.json({ detail: 'Dismissed. Nothing was done about the person.' }, 200);
  });
}

const onWire = (it: DepartureHintRow, names: ReadonlyMap<string, string>): DepartureHint => ({
  id: it.id,
  person: { personId: it.personId, name: it.name, email: it.email },
  source: it.source,
  what: it.what,
  heardAt: it.heardAt.toISOString(),
  accountNow: it.accountNow,
  state: it.state,
  caseId: it.caseId,
  decidedBy:
    it.decidedBy === null ? null : { id: it.decidedBy, name: names.get(it.decidedBy) ?? null },
  decidedAt: iso(it.decidedAt),
});

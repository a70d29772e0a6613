import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import {
  approveErasure,
  type ErasureRow,
  listErasures,
  requestErasure,
  withdrawErasure,
} from '#app/erasures.ts';
import { userNames } from '#app/users.ts';
import { Erasure, ErasureInput, ErasurePage } from '../contract/erasures.ts';
import { Done, PageQuery } from '../contract/page.ts';
import { pageWithin } from '../paging.ts';
import { type Api, actHeaders, body, idParam, iso, json, problems } from '../route.ts';

const tags = ['Erasure'];

const list = createRoute({
  method: 'get',
  path: '/erasures',
  operationId: 'listErasures',
  summary: 'Erasures of people, the newest first',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', ErasurePage), ...problems },
});

const ask = createRoute({
  method: 'post',
  path: '/erasures',
  operationId: 'requestErasure',
  summary: 'Ask that a person be erased; nothing is destroyed until another person approves it',
  tags,
  request: { headers: actHeaders, body: body(ErasureInput) },
  responses: { 200: json('What waits for an approval', Erasure), ...problems },
});

const approve = createRoute({
  method: 'post',
  path: '/erasures/{id}/approve',
  operationId: 'approveErasure',
  summary: 'Approve what another person asked for; it cannot be taken back',
  tags,
  request: { params: idParam, headers: actHeaders },
  responses: { 200: json('Done', Done), ...problems },
});

const withdraw = createRoute({
  method: 'post',
  path: '/erasures/{id}/withdraw',
  operationId: 'withdrawErasure',
  summary: 'Take an erasure back, or decline it, before it is approved',
  tags,
  request: { params: idParam, headers: actHeaders },
  responses: { 200: json('Done', Done), ...problems },
});

export function erasureRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const found = await listErasures(app, c.get('caller'));
    const names = await namesIn(app, found);
    return c.json(
      pageWithin('erasures', c.req.valid('query'), found, (it) => onWire(it, names)),
      200,
    );
  });

  api.openapi(ask, async (c) => {
    const made = await requestErasure(app, c.get('caller'), c.req.valid('json'));
    return c.json(onWire(made, await namesIn(app, [made])), 200);
  });

  api.openapi(approve, async (c) => {
    await approveErasure(app, c.get('caller'), c.req.valid('param').id);
    return c.json({ detail: 'Approved. It is carried out in a moment.' }, 200);
  });

  api.openapi(withdraw, async (c) => {
    await withdrawErasure(app, c.get('caller'), c.req.valid('param').id);
    return c.json({ detail: 'Withdrawn. Nothing was destroyed.' }, 200);
  });
}

const namesIn = (app: App, found: readonly ErasureRow[]) =>
  userNames(
    app,
    found.flatMap((it) => [it.requestedBy, it.decidedBy ?? []].flat()),
  );

function onWire(it: ErasureRow, names: ReadonlyMap<string, string>): Erasure {
  const who = (id: string) => ({ id, name: names.get(id) ?? null });
  return {
    id: it.id,
    state: it.state,
    personId: it.personId,
    basis: it.basis,
    requestedBy: who(it.requestedBy),
    requestedAt: it.requestedAt.toISOString(),
    decidedBy: it.decidedBy === null ? null : who(it.decidedBy),
    decidedAt: iso(it.decidedAt),
    whyRefused: it.whyRefused,
    values: it.values,
    files: it.blobs,
    endedAt: iso(it.endedAt),
  };
}

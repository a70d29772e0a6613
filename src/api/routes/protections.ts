import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import { liftProtection, listProtections, type ProtectionRow, protect } from '#app/protections.ts';
import { userNames } from '#app/users.ts';
import { ReasonInput } from '../contract/cases.ts';
import { Done, PageQuery } from '../contract/page.ts';
import { Protection, ProtectionInput, ProtectionPage } from '../contract/protections.ts';
import { pageWithin } from '../paging.ts';
import { type Api, actHeaders, body, idParam, iso, json, problems } from '../route.ts';

const tags = ['Protected people'];

const list = createRoute({
  method: 'get',
  path: '/protections',
  operationId: 'listProtections',
  summary: 'Protected people, those who are protected now first',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', ProtectionPage), ...problems },
});

const set = createRoute({
  method: 'post',
  path: '/protections',
  operationId: 'protect',
  summary: 'Let whatever needs an approval about a person take two people from now on',
  tags,
  request: { headers: actHeaders, body: body(ProtectionInput) },
  responses: { 200: json('The protection', Protection), ...problems },
});

const lift = createRoute({
  method: 'post',
  path: '/protections/{id}/lift',
  operationId: 'liftProtection',
  summary: 'Lift a protection; takes two people, where there are two who may',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(ReasonInput) },
  responses: { 200: json('Done', Done), ...problems },
});

export function protectionRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const found = await listProtections(app, c.get('caller'));
    const names = await namesIn(app, found);
    return c.json(
      pageWithin('protections', c.req.valid('query'), found, (it) => onWire(it, names)),
      200,
    );
  });

  api.openapi(set, async (c) => {
    const made = await protect(app, c.get('caller'), c.req.valid('json'));
    return c.json(onWire(made, await namesIn(app, [made])), 200);
  });

  api.openapi(lift, async (c) => {
    const { reason } = c.req.valid('json');
    const { lifted } = await liftProtection(app, c.get('caller'), c.req.valid('param').id, reason);
    const detail = lifted
      ? 'Lifted. One person is enough to approve again.'
      : 'Noted. A second person has to say so as well.';
    return c.json({ detail }, 200);
  });
}

const namesIn = (app: App, found: readonly ProtectionRow[]) =>
  userNames(
    app,
    found.flatMap((it) => [it.setBy, it.liftAskedBy ?? [], it.liftedBy ?? []].flat()),
  );

function onWire(it: ProtectionRow, names: ReadonlyMap<string, string>): Protection {
  const who = (id: string) => ({ id, name: names.get(id) ?? null });
  return {
    id: it.id,
    person: { personId: it.personId, name: it.name },
    setBy: who(it.setBy),
    setAt: it.setAt.toISOString(),
    liftAskedBy: it.liftAskedBy === null ? null : who(it.liftAskedBy),
    liftedBy: it.liftedBy === null ? null : who(it.liftedBy),
    liftedAt: iso(it.liftedAt),
  };
}

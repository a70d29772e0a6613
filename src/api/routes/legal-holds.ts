import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import {
  type LegalHoldRow,
  liftLegalHold,
  listLegalHolds,
  setLegalHold,
} from '#app/legal-holds.ts';
import { userNames } from '#app/users.ts';
import { ReasonInput } from '../contract/cases.ts';
import { LegalHold, LegalHoldInput, LegalHoldPage } from '../contract/legal-holds.ts';
import { Done, PageQuery } from '../contract/page.ts';
import { pageWithin } from '../paging.ts';
import { type Api, actHeaders, body, idParam, iso, json, problems } from '../route.ts';

const tags = ['Legal hold'];

const list = createRoute({
  method: 'get',
  path: '/legal-holds',
  operationId: 'listLegalHolds',
  summary: 'Legal holds, the open ones first',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', LegalHoldPage), ...problems },
});

const set = createRoute({
  method: 'post',
  path: '/legal-holds',
  operationId: 'setLegalHold',
  summary: 'Let nothing of a person be destroyed from now on',
  tags,
  request: { headers: actHeaders, body: body(LegalHoldInput) },
  responses: { 200: json('The hold', LegalHold), ...problems },
});

const lift = createRoute({
  method: 'post',
  path: '/legal-holds/{id}/lift',
  operationId: 'liftLegalHold',
  summary: 'Lift a hold; takes another person than the one who set it, where there is one',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(ReasonInput) },
  responses: { 200: json('Done', Done), ...problems },
});

export function legalHoldRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const found = await listLegalHolds(app, c.get('caller'));
    const names = await namesIn(app, found);
    return c.json(
      pageWithin('legal holds', c.req.valid('query'), found, (it) => onWire(it, names)),
      200,
    );
  });

  api.openapi(set, async (c) => {
    const made = await setLegalHold(app, c.get('caller'), c.req.valid('json'));
    return c.json(onWire(made, await namesIn(app, [made])), 200);
  });

  api.openapi(lift, async (c) => {
    const { reason } = c.req.valid('json');
    await liftLegalHold(app, c.get('caller'), c.req.valid('param').id, reason);
    return c.json({ detail: 'Lifted. What waited for it goes on.' }, 200);
  });
}

const namesIn = (app: App, found: readonly LegalHoldRow[]) =>
  userNames(
    app,
    found.flatMap((it) => [it.setBy, it.liftedBy ?? []].flat()),
  );

function onWire(it: LegalHoldRow, names: ReadonlyMap<string, string>): LegalHold {
  const who = (id: string) => ({ id, name: names.get(id) ?? null });
  return {
    id: it.id,
    person: { personId: it.personId, name: it.name },
    reason: it.reason,
    setBy: who(it.setBy),
    setAt: it.setAt.toISOString(),
    liftedBy: it.liftedBy === null ? null : who(it.liftedBy),
    liftedAt: iso(it.liftedAt),
    whyLifted: it.whyLifted,
  };
}

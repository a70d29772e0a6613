import { createRoute } from '@hono/zod-openapi';
import type { App, Caller } from '#app/app.ts';
import { keepView, listSavedViews, type SavedView, takeViewOut } from '#app/saved-views.ts';
import { userNames } from '#app/users.ts';
import {
  SavedViewInput,
  SavedViewList,
  SavedView as SavedViewOnWire,
} from '../contract/saved-views.ts';
import { type Api, actHeaders, body, idParam, json, problems } from '../route.ts';

const tags = ['Departures'];

const list = createRoute({
  method: 'get',
  path: '/saved-views',
  operationId: 'listSavedViews',
  summary: 'Views of lists that the caller keeps or others share, by name',
  tags,
  responses: { 200: json('All of them', SavedViewList), ...problems },
});

const keep = createRoute({
  method: 'post',
  path: '/saved-views',
  operationId: 'keepView',
  summary: 'Keep a view of a list under a name; one of the same name is replaced',
  tags,
  request: { headers: actHeaders, body: body(SavedViewInput) },
  responses: { 200: json('The view', SavedViewOnWire), ...problems },
});

const takeOut = createRoute({
  method: 'delete',
  path: '/saved-views/{id}',
  operationId: 'takeViewOut',
  summary: 'Take a view of one’s own out',
  tags,
  request: { params: idParam },
  responses: { 204: { description: 'It is gone' }, ...problems },
});

export function savedViewRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const caller = c.get('caller');
    const found = await listSavedViews(app, caller);
    return c.json({ items: await onWire(app, caller, found) }, 200);
  });

  api.openapi(keep, async (c) => {
    const caller = c.get('caller');
    const { search, ...it } = c.req.valid('json');
    const kept = await keepView(app, caller, {
      ...it,
      search: Object.fromEntries(
        Object.entries(search).flatMap(([name, said]) =>
          said === undefined ? [] : [[name, said]],
        ),
      ),
    });
    const [shown] = await onWire(app, caller, [kept]);
    return c.json(shown!, 200);
  });

  api.openapi(takeOut, async (c) => {
    await takeViewOut(app, c.get('caller'), c.req.valid('param').id);
    return c.body(null, 204);
  });
}

async function onWire(app: App, caller: Caller, found: readonly SavedView[]) {
  const names = await userNames(
    app,
    found.map(({ owner }) => owner),
  );
  return found.map(({ owner, ...it }) =>
    SavedViewOnWire.parse({
      ...it,
      owner: { id: owner, name: names.get(owner) ?? null },
      isOwn: owner === caller.user.id,
    }),
  );
}

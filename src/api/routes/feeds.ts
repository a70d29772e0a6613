import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import { decideAboutFeed, type FeedBatchRow, listFeeds, showFeed } from '#app/feeds.ts';
import { userNames } from '#app/users.ts';
import { type Feed, FeedPage, FeedWithDifferences } from '../contract/feeds.ts';
import { Done, PageQuery } from '../contract/page.ts';
import { pageWithin } from '../paging.ts';
import { type Api, actHeaders, idParam, iso, json, problems } from '../route.ts';

const tags = ['What sources say'];

const list = createRoute({
  method: 'get',
  path: '/feeds',
  operationId: 'listFeeds',
  summary: 'What sources of people said and was set aside as a whole, the newest first',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', FeedPage), ...problems },
});

const show = createRoute({
  method: 'get',
  path: '/feeds/{id}',
  operationId: 'showFeed',
  summary: 'One of them, with what rows were and what they are said to be',
  tags,
  request: { params: idParam },
  responses: { 200: json('With its differences', FeedWithDifferences), ...problems },
});

const release = createRoute({
  method: 'post',
  path: '/feeds/{id}/release',
  operationId: 'releaseFeed',
  summary: 'Take it in after all; takes two people, where there are two who may',
  tags,
  request: { params: idParam, headers: actHeaders },
  responses: { 200: json('Done', Done), ...problems },
});

const refuse = createRoute({
  method: 'post',
  path: '/feeds/{id}/refuse',
  operationId: 'refuseFeed',
  summary: 'Take none of it in; takes two people, where there are two who may',
  tags,
  request: { params: idParam, headers: actHeaders },
  responses: { 200: json('Done', Done), ...problems },
});

export function feedRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const found = await listFeeds(app, c.get('caller'));
    const names = await namesIn(app, found);
    return c.json(
      pageWithin('feeds', c.req.valid('query'), found, (it) => onWire(it, names)),
      200,
    );
  });

  api.openapi(show, async (c) => {
    const { feed, differences } = await showFeed(app, c.get('caller'), c.req.valid('param').id);
    const shown = differences.map((it) => ({ ...it, changes: [...it.changes] }));
    return c.json({ ...onWire(feed, await namesIn(app, [feed])), differences: shown }, 200);
  });

  api.openapi(release, async (c) => {
    const { id } = c.req.valid('param');
    return c.json(await decideAboutFeed(app, c.get('caller'), id, 'release'), 200);
  });

  api.openapi(refuse, async (c) => {
    const { id } = c.req.valid('param');
    return c.json(await decideAboutFeed(app, c.get('caller'), id, 'refuse'), 200);
  });
}

const namesIn = (app: App, found: readonly FeedBatchRow[]) =>
  userNames(
    app,
    found.flatMap((it) => [it.askedBy ?? [], it.decidedBy ?? [], it.importedBy ?? []].flat()),
  );

function onWire(it: FeedBatchRow, names: ReadonlyMap<string, string>): Feed {
  const who = (id: string) => ({ id, name: names.get(id) ?? null });
  return {
    id: it.id,
    source: it.source,
    file: it.name,
    importedBy: it.importedBy === null ? null : who(it.importedBy),
    setAsideAt: it.setAsideAt!.toISOString(),
    reasons: [...it.reasons],
    listed: it.listed,
    rows: it.rows,
    changed: it.changed,
    leaving: it.leaving,
    asked: it.askedBy && it.askedFor ? { by: who(it.askedBy), for: it.askedFor } : null,
    decision: it.decision,
    decidedBy: it.decidedBy === null ? null : who(it.decidedBy),
    endedAt: iso(it.endedAt),
    endedAs: it.endedAs,
  };
}

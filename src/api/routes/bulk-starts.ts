import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { App, Caller } from '#app/app.ts';
import { releaseBulkStart } from '#app/bulk-release.ts';
import {
  approveBulkStart,
  listBulkStarts,
  requestBulkFile,
  requestBulkList,
  showBulkStart,
  withdrawBulkStart,
} from '#app/bulk-starts.ts';
import { rawBody } from '../bodies.ts';
import {
  BulkApprovalInput,
  BulkStart,
  BulkStartActDone,
  BulkStartInput,
  BulkStartPage,
} from '../contract/bulk-starts.ts';
import { ReleaseInput } from '../contract/cases.ts';
import { PageQuery } from '../contract/page.ts';
import { pageFrom, placeIn } from '../paging.ts';
import { type Api, actHeaders, body, idParam, json, problems } from '../route.ts';
import { bulkStartOnWire, bulkStartSummaryOnWire, namesFor } from './bulk-start-on-wire.ts';

const tags = ['Bulk starts'];
const csv = 'text/csv';

const list = createRoute({
  method: 'get',
  path: '/bulk-starts',
  operationId: 'listBulkStarts',
  summary: 'Lists of people who leave together, the newest first',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', BulkStartPage), ...problems },
});

const request = createRoute({
  method: 'post',
  path: '/bulk-starts',
  operationId: 'requestBulkStart',
  summary: 'Have a list of departures previewed; nothing happens before somebody approves it',
  tags,
  request: { headers: actHeaders, body: body(BulkStartInput) },
  responses: { 201: json('Taken; a worker previews it', BulkStart), ...problems },
});

const bring = createRoute({
  method: 'post',
  path: '/bulk-starts/import',
  operationId: 'importBulkStart',
  summary: 'The same from a CSV file of at most 10 MB',
  tags,
  request: {
    headers: actHeaders,
    body: { required: true, content: { [csv]: { schema: z.string() } } },
  },
  responses: { 201: json('Taken; a worker previews it', BulkStart), ...problems },
});

const show = createRoute({
  method: 'get',
  path: '/bulk-starts/{id}',
  operationId: 'showBulkStart',
  summary: 'One list with its preview, and what became of everybody in it',
  tags,
  request: { params: idParam },
  responses: { 200: json('The bulk start', BulkStart), ...problems },
});

const act = <Name extends string>(name: Name, summary: string) => ({
  method: 'post' as const,
  path: `/bulk-starts/{id}/${name}` as const,
  operationId: `${name}BulkStart`,
  summary,
  tags,
  responses: { 200: json('Done', BulkStartActDone), ...problems },
});
const toBulkStart = { params: idParam, headers: actHeaders };

const approve = createRoute({
  ...act('approve', 'Start everybody in it, as it was previewed; another person than who asked'),
  request: { ...toBulkStart, body: body(BulkApprovalInput) },
});
const withdraw = createRoute({
  ...act('withdraw', 'Nobody leaves by it; the list is forgotten'),
  request: toBulkStart,
});
const release = createRoute({
  ...act('release', 'Release every departure of it that is held'),
  request: { ...toBulkStart, body: { ...body(ReleaseInput), required: false } },
});

export function bulkStartRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const beforeId = placeIn('bulk-starts', cursor);
    const found = await listBulkStarts(app, c.get('caller'), { beforeId, limit: limit + 1 });
    const names = await namesFor(app, found);
    return c.json(
      pageFrom(
        'bulk-starts',
        limit,
        found,
        (it) => it.id,
        (it) => bulkStartSummaryOnWire(it, names),
      ),
      200,
    );
  });

  api.openapi(request, async (c) => {
    const { departures } = c.req.valid('json');
    const taken = await requestBulkList(app, c.get('caller'), departures);
    c.header('location', `/api/v1/bulk-starts/${taken.bulkStart.id}`);
    return c.json(await bulkStartOnWire(app, c.get('caller'), taken), 201);
  });

  api.openapi(bring, async (c) => {
    const taken = await requestBulkFile(app, c.get('caller'), await rawBody(c, [csv]));
    c.header('location', `/api/v1/bulk-starts/${taken.bulkStart.id}`);
    return c.json(await bulkStartOnWire(app, c.get('caller'), taken), 201);
  });

  api.openapi(show, async (c) => {
    const found = await showBulkStart(app, c.get('caller'), c.req.valid('param').id);
    return c.json(await bulkStartOnWire(app, c.get('caller'), found), 200);
  });

  api.openapi(approve, async (c) => {
    const { id } = c.req.valid('param');
    const caller = c.get('caller');
    const { people } = await approveBulkStart(app, caller, id, c.req.valid('json').digest);
    return c.json(await done(app, caller, id, `Approved. ${departures(people)} begin.`), 200);
  });

  api.openapi(withdraw, async (c) => {
    const { id } = c.req.valid('param');
    await withdrawBulkStart(app, c.get('caller'), id);
    return c.json(await done(app, c.get('caller'), id, 'Withdrawn. Nobody leaves by it.'), 200);
  });

  api.openapi(release, async (c) => {
    const { id } = c.req.valid('param');
    const caller = c.get('caller');
    const { people } = await releaseBulkStart(app, caller, id, c.req.valid('json'));
    return c.json(await done(app, caller, id, `${departures(people)} released.`), 200);
  });
}

const departures = (count: number) => `${count} ${count === 1 ? 'departure' : 'departures'}`;

async function done(app: App, caller: Caller, id: string, detail: string) {
  const found = await showBulkStart(app, caller, id);
  return { detail, bulkStart: await bulkStartOnWire(app, caller, found) };
}

import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import {
  exportDescription,
  importDescription,
  listDescriptions,
  readyDescription,
} from '#app/descriptions.ts';
import { tryAction } from '#app/try-out.ts';
import { CheckResult, ConnectionSaved } from '../contract/connections.ts';
import {
  DescriptionFile,
  ReadyDescriptionPage,
  TrialInput,
  TrialResult,
  WholeDescription,
} from '../contract/descriptions.ts';
import { PageQuery } from '../contract/page.ts';
import { pageWithin } from '../paging.ts';
import { type Api, actHeaders, body, idParam, json, problems } from '../route.ts';
import { connectionOnWire } from './connections.ts';

const tags = ['Connections'];

const list = createRoute({
  method: 'get',
  path: '/descriptions',
  operationId: 'listDescriptions',
  summary: 'Descriptions of systems that come along',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', ReadyDescriptionPage), ...problems },
});

const one = createRoute({
  method: 'get',
  path: '/descriptions/{id}',
  operationId: 'getDescription',
  summary: 'One that comes along, with its sources, its traps and what to enter',
  tags,
  request: { params: idParam },
  responses: { 200: json('The whole of it', WholeDescription), ...problems },
});

const out = createRoute({
  method: 'get',
  path: '/connections/{id}/description',
  operationId: 'exportDescription',
  summary: 'The description of a connection, to be handed on',
  tags,
  request: { params: idParam },
  responses: { 200: json('As a file holds it', DescriptionFile), ...problems },
});

const into = createRoute({
  method: 'put',
  path: '/connections/{id}/description',
  operationId: 'importDescription',
  summary: 'Put another description in its place, then try the connection',
  tags,
  request: { params: idParam, body: body(DescriptionFile) },
  responses: { 200: json('The connection, and whether it works', ConnectionSaved), ...problems },
});

const trial = createRoute({
  method: 'post',
  path: '/connections/{id}/try',
  operationId: 'tryAction',
  summary: 'Try one action on one account; changes nothing unless told to',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(TrialInput) },
  responses: {
    200: json('What was sent and answered, before and after', TrialResult),
    ...problems,
  },
});

export function descriptionRoutes(api: Api, app: App): void {
  api.openapi(list, (c) => {
    const found = listDescriptions(app, c.get('caller'));
    const page = pageWithin(
      'descriptions',
      c.req.valid('query'),
      found,
      ({ id, connector, name, does }) => ({ id, connector, name, does }),
    );
    return c.json(page, 200);
  });

  api.openapi(one, (c) => {
    const found = readyDescription(app, c.get('caller'), c.req.valid('param').id);
    return c.json(WholeDescription.parse(found), 200);
  });

  api.openapi(out, async (c) => {
    const file = await exportDescription(app, c.get('caller'), c.req.valid('param').id);
    return c.json(DescriptionFile.parse(file), 200);
  });

  api.openapi(into, async (c) => {
    const { id } = c.req.valid('param');
    const saved = await importDescription(app, c.get('caller'), id, c.req.valid('json'));
    const check = CheckResult.parse(saved.check);
    return c.json({ connection: connectionOnWire(saved.connection), check }, 200);
  });

  api.openapi(trial, async (c) => {
    const { params = {}, change = false, ...asked } = c.req.valid('json');
    const { id } = c.req.valid('param');
    const tried = await tryAction(app, c.get('caller'), id, { ...asked, params, change });
    return c.json(TrialResult.parse(tried), 200);
  });
}

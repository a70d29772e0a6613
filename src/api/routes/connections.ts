import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import { pauseConnection, showConnection, showConnector } from '#app/connection-page.ts';
import {
  type ConnectionRow,
  discover,
  listConnections,
  listConnectors,
  removeConnection,
  saveConnectionInput,
  testConnection,
} from '#app/connections.ts';
import { goLive } from '#app/rehearsals.ts';
import { setSecretDay } from '#app/secret-days.ts';
import { ReasonInput } from '../contract/cases.ts';
import {
  CheckResult,
  type Connection,
  ConnectionDetail,
  ConnectionInput,
  ConnectionPage,
  ConnectionSaved,
  Connector,
  ConnectorGuide,
  ConnectorPage,
  Discovered,
  SecretDayInput,
} from '../contract/connections.ts';
import { Done, PageQuery } from '../contract/page.ts';
import { pageWithin } from '../paging.ts';
import { type Api, actHeaders, body, idParam, iso, json, problems } from '../route.ts';

const tags = ['Connections'];

const list = createRoute({
  method: 'get',
  path: '/connections',
  operationId: 'listConnections',
  summary: 'Connected systems',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', ConnectionPage), ...problems },
});

const connectors = createRoute({
  method: 'get',
  path: '/connectors',
  operationId: 'listConnectors',
  summary: 'Kinds of systems that can be connected, with the forms of their settings',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', ConnectorPage), ...problems },
});

const guide = createRoute({
  method: 'get',
  path: '/connectors/{id}',
  operationId: 'showConnector',
  summary: 'One kind of system, its form and how it is connected',
  tags,
  request: { params: idParam },
  responses: { 200: json('The kind', ConnectorGuide), ...problems },
});

const show = createRoute({
  method: 'get',
  path: '/connections/{id}',
  operationId: 'showConnection',
  summary: 'One connection: what it can do and prove, and what rests on it',
  tags,
  request: { params: idParam },
  responses: { 200: json('The connection', ConnectionDetail), ...problems },
});

const pause = createRoute({
  method: 'post',
  path: '/connections/{id}/pause',
  operationId: 'pauseConnection',
  summary: 'Nothing more goes there until somebody tests it; its steps wait',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(ReasonInput) },
  responses: { 200: json('Done', Done), ...problems },
});

const live = createRoute({
  method: 'post',
  path: '/connections/{id}/go-live',
  operationId: 'letConnectionAct',
  summary: 'Let a new connection act that only said what it would do; what waits for that is done',
  tags,
  request: { params: idParam, headers: actHeaders },
  responses: { 200: json('Done', Done), ...problems },
});

const save = createRoute({
  method: 'put',
  path: '/connections/{id}',
  operationId: 'saveConnection',
  summary: 'Add a connection or change one, then try it',
  tags,
  request: { params: idParam, body: body(ConnectionInput) },
  responses: { 200: json('The connection, and whether it works', ConnectionSaved), ...problems },
});

const secretDay = createRoute({
  method: 'put',
  path: '/connections/{id}/secrets/{secret}',
  operationId: 'setSecretDay',
  summary: 'Say on which day a secret runs out; people are told 30, 7 and 1 days ahead',
  tags,
  request: {
    params: idParam.extend({ secret: z.string().min(1).max(64) }),
    body: body(SecretDayInput),
  },
  responses: { 200: json('Done', Done), ...problems },
});

const test = createRoute({
  method: 'post',
  path: '/connections/{id}/test',
  operationId: 'testConnection',
  summary: 'One harmless call: who are we there, and what may we do?',
  tags,
  request: { params: idParam, headers: actHeaders },
  responses: { 200: json('Whether it works', CheckResult), ...problems },
});

const find = createRoute({
  method: 'post',
  path: '/connections/{id}/discover',
  operationId: 'discoverAccounts',
  summary: 'List every account there; may take minutes',
  tags,
  request: { params: idParam, headers: actHeaders },
  responses: { 200: json('How many there are', Discovered), ...problems },
});

const remove = createRoute({
  method: 'delete',
  path: '/connections/{id}',
  operationId: 'removeConnection',
  summary: 'End a connection; its history stays',
  tags,
  request: { params: idParam },
  responses: { 200: json('Done', Done), ...problems },
});

export function connectionRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const found = await listConnections(app, c.get('caller'));
    return c.json(pageWithin('connections', c.req.valid('query'), found, connectionOnWire), 200);
  });

  api.openapi(connectors, async (c) => {
    const forms = listConnectors(app, c.get('caller'));
    const page = pageWithin('connectors', c.req.valid('query'), forms, (it) => ({
      id: it.id,
      name: it.name,
      category: it.category,
      settings: Connector.shape.settings.parse(it.settings),
    }));
    return c.json(page, 200);
  });

  api.openapi(guide, async (c) => {
    const found = await showConnector(app, c.get('caller'), c.req.valid('param').id);
    return c.json(ConnectorGuide.parse(found), 200);
  });

  api.openapi(show, async (c) => {
    const { connection, ...rest } = await showConnection(
      app,
      c.get('caller'),
      c.req.valid('param').id,
    );
    return c.json(ConnectionDetail.parse({ ...connectionOnWire(connection), ...rest }), 200);
  });

  api.openapi(pause, async (c) => {
    const { reason } = c.req.valid('json');
    await pauseConnection(app, c.get('caller'), c.req.valid('param').id, reason);
    return c.json({ detail: 'Paused. Its steps wait until somebody tests the connection.' }, 200);
  });

  api.openapi(live, async (c) => {
    const { steps } = await goLive(app, c.get('caller'), c.req.valid('param').id);
    const waited =
      steps === 1 ? '1 step that waited for that goes' : `${steps} steps that waited for that go`;
    return c.json({ detail: `It acts from now on; ${waited} on.` }, 200);
  });

  api.openapi(save, async (c) => {
    const { connection, check } = await saveConnectionInput(app, c.get('caller'), {
      id: c.req.valid('param').id,
      ...c.req.valid('json'),
    });
    return c.json(
      { connection: connectionOnWire(connection), check: CheckResult.parse(check) },
      200,
    );
  });

  api.openapi(secretDay, async (c) => {
    const { id, secret } = c.req.valid('param');
    const { day } = c.req.valid('json');
    await setSecretDay(app, c.get('caller'), { connectionId: id, secret, day });
    return c.json(
      { detail: day === null ? 'Nobody is told of it.' : `It runs out on ${day}.` },
      200,
    );
  });

  api.openapi(test, async (c) => {
    const check = await testConnection(app, c.get('caller'), c.req.valid('param').id);
    return c.json(CheckResult.parse(check), 200);
  });

  api.openapi(find, async (c) => {
    const found = await discover(app, c.get('caller'), c.req.valid('param').id);
    return c.json(Discovered.parse(found), 200);
  });

  api.openapi(remove, async (c) => {
    await removeConnection(app, c.get('caller'), c.req.valid('param').id);
    return c.json({ detail: 'Removed. Open steps there wait for a person.' }, 200);
  });
}

export function connectionOnWire(it: ConnectionRow): Connection {
  const isDown = it.state === 'active' && it.downSince !== null;
  return {
    id: it.id,
    connector: it.connector,
    name: it.name,
    category: it.category,
    settings: it.settings,
    secrets: [...it.secretFields, ...it.inboundFields],
    expires: it.secretsExpire,
    hosts: [...it.allowedHosts],
    ca: it.ca,
    owner: it.owner,
    concurrency: it.concurrency,
    ratePerSecond: it.ratePerSecond,
    rateInForce: it.rateInForce,
    state: isDown ? 'down' : it.state,
    because: it.stateBecause,
    downSince: iso(it.downSince),
    checkedAt: iso(it.checkedAt),
    actingAs: it.actingAs,
    scopes: it.scopes && [...it.scopes],
    checkFailure: it.checkFailure,
    rehearsesUntil: iso(it.rehearsesUntil),
  };
}

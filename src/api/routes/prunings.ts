import { createRoute, z } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import {
  approvePruning,
  listPrunings,
  type PruningRow,
  pruningOptions,
  requestPruning,
  withdrawPruning,
} from '#app/prunings.ts';
import { userNames } from '#app/users.ts';
import { Done, PageQuery } from '../contract/page.ts';
import {
  Pruning,
  PruningApproval,
  PruningInput,
  PruningOptions,
  PruningPage,
} from '../contract/prunings.ts';
import { pageWithin } from '../paging.ts';
import { type Api, actHeaders, body, iso, json, problems } from '../route.ts';

const tags = ['Pruning'];
const idParam = z.object({ id: z.guid() });

const list = createRoute({
  method: 'get',
  path: '/prunings',
  operationId: 'listPrunings',
  summary: 'Removals of old facts from the record, the newest first',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', PruningPage), ...problems },
});

const ask = createRoute({
  method: 'post',
  path: '/prunings',
  operationId: 'requestPruning',
  summary: 'Ask that old facts go; two others approve it, and it is carried out on the server',
  tags,
  request: { headers: actHeaders, body: body(PruningInput) },
  responses: { 200: json('What waits for two approvals', Pruning), ...problems },
});

const challenge = createRoute({
  method: 'get',
  path: '/prunings/{id}/challenge',
  operationId: 'pruningChallenge',
  summary: 'What a passkey of the caller has to sign to approve',
  tags,
  request: { params: idParam },
  responses: { 200: json('What to sign', PruningOptions), ...problems },
});

const approve = createRoute({
  method: 'post',
  path: '/prunings/{id}/approve',
  operationId: 'approvePruning',
  summary: 'Approve what another person asked for, signed by a passkey; it takes two',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(PruningApproval) },
  responses: { 200: json('Done', Done), ...problems },
});

const withdraw = createRoute({
  method: 'post',
  path: '/prunings/{id}/withdraw',
  operationId: 'withdrawPruning',
  summary: 'Take it back, or decline it, before it is carried out',
  tags,
  request: { params: idParam, headers: actHeaders },
  responses: { 200: json('Done', Done), ...problems },
});

export function pruningRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const found = await listPrunings(app, c.get('caller'));
    const names = await namesIn(app, found);
    return c.json(
      pageWithin('prunings', c.req.valid('query'), found, (it) => onWire(it, names)),
      200,
    );
  });

  api.openapi(ask, async (c) => {
    const made = await requestPruning(app, c.get('caller'), c.req.valid('json').beforeSize);
    return c.json(onWire(made, await namesIn(app, [made])), 200);
  });

  api.openapi(challenge, async (c) =>
    c.json(await pruningOptions(app, c.get('caller'), c.req.valid('param').id), 200),
  );

  api.openapi(approve, async (c) => {
    const { id } = c.req.valid('param');
    const given = c.req.valid('json');
    const { needsAnother, beforeSize } = await approvePruning(app, c.get('caller'), id, given);
    const detail = needsAnother
      ? 'Approved. It takes the approval of a second person, and waits for that.'
      : `Approved by two. On the server: gatehouse ledger prune --before-size ${beforeSize}`;
    return c.json({ detail }, 200);
  });

  api.openapi(withdraw, async (c) => {
    await withdrawPruning(app, c.get('caller'), c.req.valid('param').id);
    return c.json({ detail: 'Withdrawn. Nothing was removed.' }, 200);
  });
}

const namesIn = (app: App, found: readonly PruningRow[]) =>
  userNames(
    app,
    found.flatMap((it) => [it.requestedBy, it.firstBy ?? [], it.secondBy ?? []].flat()),
  );

function onWire(it: PruningRow, names: ReadonlyMap<string, string>): Pruning {
  const who = (id: string) => ({ id, name: names.get(id) ?? null });
  return {
    id: it.id,
    state: it.endedAt === null && it.isOver ? 'ran out' : it.state,
    beforeSize: it.beforeSize,
    newestAt: it.newestAt.toISOString(),
    months: it.months,
    digest: it.digest.toString('base64url'),
    requestedBy: who(it.requestedBy),
    requestedAt: it.requestedAt.toISOString(),
    expiresAt: it.expiresAt.toISOString(),
    approvedBy: [it.firstBy ?? [], it.secondBy ?? []].flat().map(who),
    endedAt: iso(it.endedAt),
    facts: it.facts,
    values: it.values,
    files: it.blobs,
  };
}

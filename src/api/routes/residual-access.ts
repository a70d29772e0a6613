import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import {
  type FindingRow,
  listResidualAccess,
  mendResidualAccess,
  requestSweep,
  type SweepRow,
  showSweeps,
} from '#app/residual-access.ts';
import { Done, PageQuery } from '../contract/page.ts';
import {
  type AccessSweep,
  AccessSweepPage,
  type ResidualAccess,
  ResidualAccessPage,
  ResidualAccessQuery,
  SweepAsked,
  SweepInput,
} from '../contract/residual-access.ts';
import { pageWithin } from '../paging.ts';
import { type Api, actHeaders, body, idParam, iso, json, problems } from '../route.ts';

const tags = ['Residual access'];

const list = createRoute({
  method: 'get',
  path: '/residual-access',
  operationId: 'listResidualAccess',
  summary: 'Accounts that can be used and are of people who left, or of nobody we know',
  tags,
  request: { query: ResidualAccessQuery },
  responses: { 200: json('One page', ResidualAccessPage), ...problems },
});

const sweeps = createRoute({
  method: 'get',
  path: '/residual-access/sweeps',
  operationId: 'listAccessSweeps',
  summary: 'When each connection was asked for all of its accounts',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', AccessSweepPage), ...problems },
});

const sweep = createRoute({
  method: 'post',
  path: '/residual-access/sweeps',
  operationId: 'sweepAccess',
  summary: 'Ask one connection, or all, for their accounts now; may take minutes',
  tags,
  request: { headers: actHeaders, body: body(SweepInput) },
  responses: { 202: json('Workers begin within seconds', SweepAsked), ...problems },
});

const mend = createRoute({
  method: 'post',
  path: '/residual-access/{id}/mend',
  operationId: 'mendResidualAccess',
  summary: 'Open the step of the departure that ends it, or plan the departure anew with it',
  tags,
  request: { params: idParam, headers: actHeaders },
  responses: { 200: json('What happens now', Done), ...problems },
});

/** Whoever has more than this of it needs no list. */
const mostFindings = 10_000;

export function residualAccessRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const { kind, connection, ...page } = c.req.valid('query');
    const found = await listResidualAccess(app, c.get('caller'), {
      kind: kind ?? null,
      connectionId: connection ?? null,
      limit: mostFindings,
    });
    return c.json(pageWithin('residual-access', page, found, findingOnWire), 200);
  });

  api.openapi(sweeps, async (c) => {
    const found = await showSweeps(app, c.get('caller'));
    return c.json(pageWithin('access-sweeps', c.req.valid('query'), found, sweepOnWire), 200);
  });

  api.openapi(sweep, async (c) => {
    const { connection } = c.req.valid('json');
    const connections = await requestSweep(app, c.get('caller'), connection ?? null);
    return c.json({ connections: [...connections] }, 202);
  });

  api.openapi(mend, async (c) => {
    const { id } = c.req.valid('param');
    return c.json({ detail: await mendResidualAccess(app, c.get('caller'), id) }, 200);
  });
}

const findingOnWire = (it: FindingRow): ResidualAccess => ({
  id: it.id,
  kind: it.kind,
  connection: it.connectionId,
  account: it.accountId,
  login: it.login,
  privileged: it.privileged,
  person: it.person === null ? null : { id: it.person, name: it.name ?? '' },
  caseId: it.caseId,
  foundAt: it.foundAt.toISOString(),
  seenAt: it.seenAt.toISOString(),
});

const sweepOnWire = (it: SweepRow): AccessSweep => ({
  connection: it.connectionId,
  sweptAt: iso(it.sweptAt),
  accounts: it.accounts,
  residual: it.residual,
  ghosts: it.ghosts,
  failure: it.failure,
  underWay: it.isUnderWay,
});

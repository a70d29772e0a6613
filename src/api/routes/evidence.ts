import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import {
  requestEvidence,
  requestPeriodEvidence,
  showEvidence,
  takeEvidence,
} from '#app/evidence.ts';
import { EvidenceOrder, EvidenceRequest, PeriodEvidenceRequest } from '../contract/evidence.ts';
import { exportLimit, limitRate } from '../rate-limit.ts';
import { type Api, actHeaders, body, idParam, json, problems } from '../route.ts';

const tags = ['Audit'];

const request = createRoute({
  method: 'post',
  path: '/cases/{id}/evidence',
  operationId: 'requestEvidence',
  summary: 'Ask for the evidence pack of a complete case; the scribe makes it within moments',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(EvidenceRequest) },
  responses: { 202: json('The order', EvidenceOrder), ...problems },
});

const requestPeriod = createRoute({
  method: 'post',
  path: '/evidence',
  operationId: 'requestPeriodEvidence',
  summary: 'Ask for the evidence of every case that was sealed in a period; the scribe makes it',
  tags,
  request: { headers: actHeaders, body: body(PeriodEvidenceRequest) },
  responses: { 202: json('The order', EvidenceOrder), ...problems },
});

const show = createRoute({
  method: 'get',
  path: '/evidence/{id}',
  operationId: 'showEvidence',
  summary: 'How an evidence pack that you asked for stands',
  tags,
  request: { params: idParam },
  responses: { 200: json('The order', EvidenceOrder), ...problems },
});

const take = createRoute({
  method: 'get',
  path: '/evidence/{id}/file',
  operationId: 'takeEvidence',
  summary: 'The evidence pack itself; that you took it is recorded',
  tags,
  request: { params: idParam },
  responses: {
    200: { description: 'The file', content: { 'application/zip': { schema: z.string() } } },
    ...problems,
  },
});

type Found = Awaited<ReturnType<typeof showEvidence>>;

const orderOnWire = (it: Found): EvidenceOrder => ({
  id: it.id,
  case: it.caseId,
  from: it.from,
  to: it.to,
  status: it.status,
  because: it.because,
  personalValues: it.personal,
  digest: it.digest,
  size: it.size,
  expiresAt: it.expiresAt.toISOString(),
});

export function evidenceRoutes(api: Api, app: App, nowMs: () => number): void {
  api.post('/cases/:id/evidence', limitRate(exportLimit, nowMs));
  api.openapi(request, async (c) => {
    const { id } = c.req.valid('param');
    const { language = null } = c.req.valid('json');
    return c.json(orderOnWire(await requestEvidence(app, c.get('caller'), id, language)), 202);
  });
  api.post('/evidence', limitRate(exportLimit, nowMs));
  api.openapi(requestPeriod, async (c) => {
    const { language = null, ...days } = c.req.valid('json');
    const order = await requestPeriodEvidence(app, c.get('caller'), days, language);
    return c.json(orderOnWire(order), 202);
  });
  api.openapi(show, async (c) =>
    c.json(orderOnWire(await showEvidence(app, c.get('caller'), c.req.valid('param').id)), 200),
  );
  api.get('/evidence/:id/file', limitRate(exportLimit, nowMs));
  api.openapi(take, async (c) => {
    const { bytes, name } = await takeEvidence(app, c.get('caller'), c.req.valid('param').id);
    return c.body(new Uint8Array(bytes), 200, {
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="${name}.zip"`,
    });
  });
}

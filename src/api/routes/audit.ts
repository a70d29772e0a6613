import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import {
  exportAudit,
  type AuditEvent as Found,
  type AuditQuery as Query,
  searchAudit,
} from '#app/audit.ts';
import { type AuditEvent, AuditExportQuery, AuditPage, AuditQuery } from '../contract/audit.ts';
import { cursorTo, numberIn } from '../paging.ts';
import { exportLimit, limitRate, searchLimit } from '../rate-limit.ts';
import { type Api, iso, json, problems } from '../route.ts';

const tags = ['Audit'];

const search = createRoute({
  method: 'get',
  path: '/audit',
  operationId: 'searchAudit',
  summary: 'Facts of the record, the newest first. Looking is itself a fact',
  tags,
  request: { query: AuditQuery },
  responses: { 200: json('One page', AuditPage), ...problems },
});

const mediaTypes = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/jsonl',
  pdf: 'application/pdf',
} as const;

const bring = createRoute({
  method: 'get',
  path: '/audit/export',
  operationId: 'exportAudit',
  summary: 'Every fact of a choice, the oldest first, as a file',
  tags,
  request: { query: AuditExportQuery },
  responses: {
    200: {
      description: 'The file; one that ends early was cut off',
      content: {
        'text/csv': { schema: z.string() },
        [mediaTypes.jsonl]: { schema: z.string() },
        [mediaTypes.pdf]: { schema: z.string() },
      },
    },
    ...problems,
  },
});

export function auditRoutes(api: Api, app: App, nowMs: () => number): void {
  api.get('/audit', limitRate(searchLimit, nowMs));
  api.openapi(search, async (c) => {
    const query = c.req.valid('query');
    const page = await searchAudit(app, c.get('caller'), choiceOf(query), {
      cursor: numberIn('audit', query.cursor),
      limit: query.limit,
      isCounted: query.count === 'true',
    });
    return c.json(
      {
        items: page.events.map(eventOnWire),
        nextCursor: page.next === null ? null : cursorTo('audit', page.next),
        withheldCases: page.withheldCases,
        total: page.total,
        pruned: page.pruned && {
          below: page.pruned.minIndex,
          newestAt: page.pruned.newest.toISOString(),
          at: page.pruned.at.toISOString(),
        },
      },
      200,
    );
  });

  api.get('/audit/export', limitRate(exportLimit, nowMs));
  api.openapi(bring, async (c) => {
    const { format, seal, ...query } = c.req.valid('query');
    const texts = await exportAudit(app, c.get('caller'), choiceOf(query), format);
    return c.body(streamOf(texts), 200, {
      'content-type': mediaTypes[format],
      'content-disposition': `attachment; filename="gatehouse-audit${seal === undefined ? '' : '-seal-broken'}.${format}"`,
    });
  });
}

/** Pulls one piece after the other, as fast as the reader takes them; ends when they hang up. */
function streamOf(texts: AsyncIterable<string | Uint8Array>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const pieces = texts[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
    },
    async cancel() {
      await pieces.return?.();
    },
  });
}

function choiceOf(query: Omit<z.output<typeof AuditQuery>, 'limit' | 'cursor' | 'count'>): Query {
  return {
    caseId: query.case ?? null,
    person: query.person ?? null,
    system: query.system ?? null,
    actor: query.actor ?? null,
    type: query.type ?? null,
    grade: query.grade ?? null,
    result: query.result ?? null,
    from: query.from === undefined ? null : new Date(query.from),
    to: query.to === undefined ? null : new Date(query.to),
    text: query.text ?? null,
  };
}

/** A fact in the words of the API. */
export const eventOnWire = (it: Found): AuditEvent => ({
  index: it.idx,
  id: it.id,
  at: it.at.toISOString(),
  type: it.type,
  title: it.title,
  result: it.result,
  case: it.caseId,
  person:
    it.personRef === null
      ? null
      : { ref: it.personRef, name: it.personName, erasedAt: iso(it.erasedAt) },
  system: it.system,
  actor: it.actorId === null ? null : { id: it.actorId, name: it.actorName },
  grade: it.grade,
  leaf: it.leaf,
  leafHash: it.leafHash,
});

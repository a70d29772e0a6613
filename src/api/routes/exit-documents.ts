import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import { makeExitDocument } from '#app/exit-documents.ts';
import { ExitDocumentParam, ExitDocumentQuery } from '../contract/exit-documents.ts';
import { exitDocumentPage } from '../pages/exit-document-page.ts';
import { type Api, problems } from '../route.ts';

const make = createRoute({
  method: 'get',
  path: '/cases/{id}/documents/{kind}',
  operationId: 'makeExitDocument',
  summary: 'A document of a departure as a page to print; that you made it is recorded',
  tags: ['Departures'],
  request: { params: ExitDocumentParam, query: ExitDocumentQuery },
  responses: {
    200: { description: 'The document', content: { 'text/html': { schema: z.string() } } },
    ...problems,
  },
});

export function exitDocumentRoutes(api: Api, app: App): void {
  api.openapi(make, async (c) => {
    const { id, kind } = c.req.valid('param');
    const { language = null } = c.req.valid('query');
    const it = await makeExitDocument(app, c.get('caller'), id, { kind, language });
    return exitDocumentPage(it, id);
  });
}

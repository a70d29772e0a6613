import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import { uploadList } from '#app/lists.ts';
import { rawBody } from '../bodies.ts';
import { ListUploaded, ListUploadQuery } from '../contract/lists.ts';
import { type Api, idParam, json, problems } from '../route.ts';

const csv = 'text/csv';

const upload = createRoute({
  method: 'put',
  path: '/connections/{id}/list',
  operationId: 'uploadList',
  summary:
    'Put a new list of accounts or equipment in the place of the last one, CSV of at most 10 MB',
  tags: ['Connections'],
  request: {
    params: idParam,
    query: ListUploadQuery,
    body: { required: true, content: { [csv]: { schema: z.string() } } },
  },
  responses: {
    200: json('What came of it, every refused row included', ListUploaded),
    ...problems,
  },
});

export function listRoutes(api: Api, app: App): void {
  api.openapi(upload, async (c) => {
    const report = await uploadList(app, c.get('caller'), {
      connectionId: c.req.valid('param').id,
      file: await rawBody(c, [csv]),
      isSmaller: c.req.valid('query').smaller === 'true',
    });
    const { refused, unknownColumns } = report;
    return c.json({ ...report, refused: [...refused], unknownColumns: [...unknownColumns] }, 200);
  });
}

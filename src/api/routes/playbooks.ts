import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import {
  type Imported,
  importPlaybook,
  listPlaybooks,
  type PlaybookRow,
  publishPlaybook,
  showPlaybook,
} from '#app/playbooks.ts';
import { utf8Body } from '../bodies.ts';
import { PageQuery } from '../contract/page.ts';
import { Playbook, PlaybookChecked, PlaybookPage } from '../contract/playbooks.ts';
import { pageWithin } from '../paging.ts';
import { type Api, actHeaders, idParam, json, problems } from '../route.ts';

const tags = ['Playbooks'];
const yaml = ['application/yaml', 'application/x-yaml', 'text/yaml'];

const list = createRoute({
  method: 'get',
  path: '/playbooks',
  operationId: 'listPlaybooks',
  summary: 'Every version of every playbook, in routing order',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', PlaybookPage), ...problems },
});

const show = createRoute({
  method: 'get',
  path: '/playbooks/{id}',
  operationId: 'showPlaybook',
  summary: 'One version with its document',
  tags,
  request: { params: idParam },
  responses: { 200: json('The version', Playbook), ...problems },
});

const bring = createRoute({
  method: 'post',
  path: '/playbooks/import',
  operationId: 'importPlaybook',
  summary: 'Store a document as the next draft of its playbook',
  tags,
  request: {
    headers: actHeaders,
    body: {
      required: true,
      content: Object.fromEntries(yaml.map((type) => [type, { schema: z.string() }])),
    },
  },
  responses: { 200: json('The draft, and what to expect of it', PlaybookChecked), ...problems },
});

const publish = createRoute({
  method: 'post',
  path: '/playbooks/{id}/publish',
  operationId: 'publishPlaybook',
  summary: 'Make a draft the version that new departures follow',
  tags,
  request: { params: idParam, headers: actHeaders },
  responses: { 200: json('The published version', PlaybookChecked), ...problems },
});

export function playbookRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const found = await listPlaybooks(app, c.get('caller'));
    return c.json(pageWithin('playbooks', c.req.valid('query'), found, summaryOnWire), 200);
  });

  api.openapi(show, async (c) => {
    const found = await showPlaybook(app, c.get('caller'), c.req.valid('param').id);
    return c.json(playbookOnWire(found), 200);
  });

  api.openapi(bring, async (c) => {
    const text = await utf8Body(c, yaml, 'The playbook');
    return c.json(checkedOnWire(await importPlaybook(app, c.get('caller'), text)), 200);
  });

  api.openapi(publish, async (c) => {
    const { id } = c.req.valid('param');
    return c.json(checkedOnWire(await publishPlaybook(app, c.get('caller'), id)), 200);
  });
}

const summaryOnWire = (it: PlaybookRow) => ({
  id: it.id,
  name: it.name,
  number: it.number,
  title: it.title,
  status: it.status,
  position: it.position,
  author: it.author,
  publishedBy: it.publishedBy,
  createdAt: it.createdAt.toISOString(),
});

const playbookOnWire = (it: PlaybookRow) => ({ ...summaryOnWire(it), text: it.text });

const checkedOnWire = ({ playbook, problems }: Imported) => ({
  playbook: playbookOnWire(playbook),
  problems: problems.map((it) => ({
    severity: it.severity,
    step: it.step,
    line: it.line,
    problem: it.problem,
    mend: it.mend,
  })),
});

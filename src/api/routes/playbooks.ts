import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import { moveToVersion, playbookReach } from '#app/playbook-reach.ts';
import {
  checkPlaybookText,
  type Imported,
  importPlaybook,
  listPlaybooks,
  listStarters,
  type PlaybookRow,
  publishPlaybook,
  showPlaybook,
} from '#app/playbooks.ts';
import { type PlaybookProblem, readPlaybook } from '#core/playbook.ts';
import { utf8Body } from '../bodies.ts';
import { PageQuery } from '../contract/page.ts';
import {
  MoveToVersionInput,
  Playbook,
  PlaybookChecked,
  PlaybookFindings,
  PlaybookPage,
  PlaybookReach,
  PublishInput,
  StarterPage,
} from '../contract/playbooks.ts';
import { pageWithin } from '../paging.ts';
import { type Api, actHeaders, body, idParam, json, problems } from '../route.ts';

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

const starters = createRoute({
  method: 'get',
  path: '/playbook-starters',
  operationId: 'listStarters',
  summary: 'Playbooks that come along, to begin from',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', StarterPage), ...problems },
});

const document = {
  required: true,
  content: Object.fromEntries(yaml.map((type) => [type, { schema: z.string() }])),
};

const look = createRoute({
  method: 'post',
  path: '/playbooks/check',
  operationId: 'checkPlaybook',
  summary: 'Look at a document and keep nothing: what is wrong, and what to expect',
  tags,
  request: { headers: actHeaders, body: document },
  responses: { 200: json('What was found', PlaybookFindings), ...problems },
});

const bring = createRoute({
  method: 'post',
  path: '/playbooks/import',
  operationId: 'importPlaybook',
  summary: 'Store a document as the next draft of its playbook',
  tags,
  request: {
    headers: actHeaders,
    body: document,
  },
  responses: { 200: json('The draft, and what to expect of it', PlaybookChecked), ...problems },
});

const publish = createRoute({
  method: 'post',
  path: '/playbooks/{id}/publish',
  operationId: 'publishPlaybook',
  summary: 'Make a draft the version that new departures follow',
  tags,
  request: {
    params: idParam,
    headers: actHeaders,
    body: { ...body(PublishInput), required: false },
  },
  responses: { 200: json('The published version', PlaybookChecked), ...problems },
});

const reach = createRoute({
  method: 'get',
  path: '/playbooks/{id}/reach',
  operationId: 'showPlaybookReach',
  summary: 'Which cases go by it, and how many people would',
  tags,
  request: { params: idParam },
  responses: { 200: json('Whom it touches', PlaybookReach), ...problems },
});

const move = createRoute({
  method: 'post',
  path: '/playbooks/{id}/move',
  operationId: 'moveToVersion',
  summary: 'Have running cases go on by this version instead of an earlier one',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(MoveToVersionInput) },
  responses: { 204: { description: 'They are planned anew' }, ...problems },
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

  api.openapi(starters, (c) => {
    const found = listStarters(c.get('caller'));
    const page = pageWithin('starters', c.req.valid('query'), found, ({ text, playbook }) => ({
      name: playbook.playbook,
      title: playbook.title,
      for: playbook.for,
      text,
    }));
    return c.json(page, 200);
  });

  api.openapi(look, async (c) => {
    const text = await utf8Body(c, yaml, 'The playbook');
    const found = await checkPlaybookText(app, c.get('caller'), text);
    const answer = { document: found.document, findings: found.problems.map(findingOnWire) };
    return c.json(PlaybookFindings.parse(answer), 200);
  });

  api.openapi(bring, async (c) => {
    const text = await utf8Body(c, yaml, 'The playbook');
    return c.json(checkedOnWire(await importPlaybook(app, c.get('caller'), text)), 200);
  });

  api.openapi(publish, async (c) => {
    const { id } = c.req.valid('param');
    const { over } = c.req.valid('json') ?? {};
    return c.json(checkedOnWire(await publishPlaybook(app, c.get('caller'), id, over)), 200);
  });

  api.openapi(reach, async (c) => {
    const found = await playbookReach(app, c.get('caller'), c.req.valid('param').id);
    const cases = found.cases.map(({ caseId, name, state, number }) => ({
      ...{ id: caseId, person: name, state, number },
    }));
    return c.json({ ...found, cases, people: found.people && [...found.people] }, 200);
  });

  api.openapi(move, async (c) => {
    const { cases: caseIds, reason } = c.req.valid('json');
    await moveToVersion(app, c.get('caller'), c.req.valid('param').id, { caseIds, reason });
    return c.body(null, 204);
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
  note: it.note,
  about: it.status === 'retired' ? null : aboutOf(it),
});

function aboutOf({ text }: PlaybookRow) {
  const read = readPlaybook(text);
  if ('problems' in read) return null;
  const { for: kind, appliesWhen, steps } = read.playbook;
  return { for: kind, appliesWhen, steps: steps.length };
}

function playbookOnWire(it: PlaybookRow) {
  const read = readPlaybook(it.text);
  const document = 'playbook' in read ? read.playbook : null;
  return Playbook.parse({ ...summaryOnWire(it), text: it.text, document });
}

export const findingOnWire = (it: PlaybookProblem) => ({
  severity: it.severity,
  step: it.step,
  line: it.line,
  problem: it.problem,
  mend: it.mend,
  remedy: it.remedy ?? null,
});

export const checkedOnWire = ({ playbook, problems }: Imported) =>
  PlaybookChecked.parse({
    playbook: playbookOnWire(playbook),
    problems: problems.map(findingOnWire),
  });

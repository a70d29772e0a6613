import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import {
  type Draft,
  discardDraft,
  editDraft,
  listDrafts,
  putForward,
  saveDraft,
  showDraft,
} from '#app/playbook-drafts.ts';
import { playbookParts } from '#app/playbook-parts.ts';
import { Done, PageQuery } from '../contract/page.ts';
import {
  DraftQuery,
  draftParam,
  PlaybookChecked,
  PlaybookDraft,
  PlaybookDraftInput,
  PlaybookDraftPage,
  PlaybookEdits,
  PlaybookParts,
  PutForwardInput,
} from '../contract/playbooks.ts';
import { pageWithin } from '../paging.ts';
import { type Api, actHeaders, body, json, problems } from '../route.ts';
import { checkedOnWire, findingOnWire } from './playbooks.ts';

const tags = ['Playbooks'];
const params = draftParam;
const draft = { 200: json('The draft as it is now', PlaybookDraft), ...problems };

const list = createRoute({
  method: 'get',
  path: '/playbook-drafts',
  operationId: 'listPlaybookDrafts',
  summary: 'Your own drafts; nobody else sees them',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', PlaybookDraftPage), ...problems },
});

const show = createRoute({
  method: 'get',
  path: '/playbook-drafts/{name}',
  operationId: 'showPlaybookDraft',
  summary: 'Your draft of one playbook, with what is to be said of it',
  tags,
  request: { params },
  responses: draft,
});

const save = createRoute({
  method: 'put',
  path: '/playbook-drafts/{name}',
  operationId: 'savePlaybookDraft',
  summary: 'Keep a text as your draft, readable or not',
  tags,
  request: { params, body: body(PlaybookDraftInput) },
  responses: draft,
});

const edit = createRoute({
  method: 'post',
  path: '/playbook-drafts/{name}/edit',
  operationId: 'editPlaybookDraft',
  summary: 'Change your draft by its steps; comments and order of the rest stay',
  tags,
  request: { params, headers: actHeaders, body: body(PlaybookEdits) },
  responses: draft,
});

const discard = createRoute({
  method: 'delete',
  path: '/playbook-drafts/{name}',
  operationId: 'discardPlaybookDraft',
  summary: 'End your draft; nothing of it is kept',
  tags,
  request: { params, query: DraftQuery },
  responses: { 200: json('It is gone', Done), ...problems },
});

const forward = createRoute({
  method: 'post',
  path: '/playbook-drafts/{name}/put-forward',
  operationId: 'putForwardPlaybookDraft',
  summary: 'Make a version of your draft, for another person to look at and publish',
  tags,
  request: { params, headers: actHeaders, body: body(PutForwardInput) },
  responses: { 200: json('The version, and what to expect of it', PlaybookChecked), ...problems },
});

const parts = createRoute({
  method: 'get',
  path: '/playbook-parts',
  operationId: 'showPlaybookParts',
  summary: 'What steps can be made of here: what connected systems can do, surveys, rule packs',
  tags,
  responses: { 200: json('The parts', PlaybookParts), ...problems },
});

export function playbookDraftRoutes(api: Api, app: App): void {
  api.openapi(parts, async (c) => {
    return c.json(PlaybookParts.parse(await playbookParts(app, c.get('caller'))), 200);
  });

  api.openapi(list, async (c) => {
    const found = await listDrafts(app, c.get('caller'));
    return c.json(pageWithin('playbook drafts', c.req.valid('query'), found, summaryOnWire), 200);
  });

  api.openapi(show, async (c) => {
    const { name } = c.req.valid('param');
    return c.json(draftOnWire(await showDraft(app, c.get('caller'), name)), 200);
  });

  api.openapi(save, async (c) => {
    const { name } = c.req.valid('param');
    const saved = await saveDraft(app, c.get('caller'), name, c.req.valid('json'));
    return c.json(draftOnWire(saved), 200);
  });

  api.openapi(edit, async (c) => {
    const { name } = c.req.valid('param');
    const edited = await editDraft(app, c.get('caller'), name, c.req.valid('json'));
    return c.json(draftOnWire(edited), 200);
  });

  api.openapi(discard, async (c) => {
    const { name } = c.req.valid('param');
    await discardDraft(app, c.get('caller'), name, c.req.valid('query').version);
    return c.json({ detail: `Your draft of ${name} is gone.` }, 200);
  });

  api.openapi(forward, async (c) => {
    const { name } = c.req.valid('param');
    const made = await putForward(app, c.get('caller'), name, c.req.valid('json'));
    return c.json(checkedOnWire(made), 200);
  });
}

const versionOnWire = (it: { id: string; number: number } | null) =>
  it && { id: it.id, number: it.number };

const summaryOnWire = ({ draft, basedOn }: Pick<Draft, 'draft' | 'basedOn'>) => ({
  id: draft.id,
  name: draft.name,
  version: draft.version,
  changedAt: draft.changedAt.toISOString(),
  basedOn: versionOnWire(basedOn),
});

const draftOnWire = (it: Draft) =>
  PlaybookDraft.parse({
    ...summaryOnWire(it),
    text: it.draft.text,
    live: versionOnWire(it.live),
    document: it.document,
    findings: it.problems.map(findingOnWire),
  });

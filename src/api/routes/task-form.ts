import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import { type TaskAct, useTaskLink } from '#app/task-form.ts';
import { noteField, proofField, taskPage } from '../pages/task-page.ts';
import { words } from '../pages/task-words.ts';
import {
  demandOwnForm,
  Fields,
  formType,
  languageIn,
  type PublicOptions,
  pageOf,
  publicPages,
} from '../public-pages.ts';
import type { AnyRequest } from '../route.ts';

const path = '/task/{token}';
const tags = ['Tasks'];
const params = z.object({ token: z.string() });

const open = createRoute({
  method: 'get',
  path,
  operationId: 'openTaskForm',
  summary: 'The task behind the link of a letter, for people without a key',
  tags,
  security: [],
  request: { params, query: z.object({ language: z.string().optional() }) },
  responses: {
    200: pageOf('The task with its form, or that it is done already'),
    410: pageOf('The link has ended, or the task is no longer theirs, or no longer needed'),
    404: pageOf('Nothing is behind this link'),
    default: pageOf('What went wrong, in a sentence'),
  },
});

const send = createRoute({
  method: 'post',
  path,
  operationId: 'sendTaskForm',
  summary: 'Confirm the task, accept it or send it back, by the buttons of the form',
  tags,
  security: [],
  request: { params, body: { content: { [formType]: { schema: Fields } } } },
  responses: {
    200: pageOf('Thanks, or that it is done already'),
    422: pageOf('The form as it was filled in, with what is missing'),
    410: pageOf('The link has ended, or the task is no longer theirs, or no longer needed'),
    404: pageOf('Nothing is behind this link'),
    default: pageOf('What went wrong, in a sentence'),
  },
});

/** The pages behind the links of letters about tasks. */
export function taskFormRoutes(
  root: OpenAPIHono<AnyRequest>,
  app: App,
  options: PublicOptions,
): void {
  const pages = publicPages(app, options, { path: '/task/:token', words });

  pages.openapi(open, async (c) => {
    const language = languageIn(c.req.valid('query').language);
    const { token } = c.req.valid('param');
    return taskPage(await useTaskLink(app, token, { kind: 'open', language }));
  });

  pages.openapi(send, async (c) => {
    demandOwnForm(c, options);
    const act = actIn(c.req.valid('form'));
    return taskPage(await useTaskLink(app, c.req.valid('param').token, act));
  });
  root.route('/', pages);
}

/** The button that was pressed. What is no button of ours only shows the page. */
function actIn(fields: Fields): TaskAct {
  const language = languageIn(fields['language']);
  const kind = acts.find((it) => it === fields['act']);
  if (!kind) return { kind: 'open', language };
  const text = (field: string) => (fields[field] ?? '').replaceAll('\r\n', '\n').trim();
  const proofs: string[] = [];
  while (fields[proofField(proofs.length)] !== undefined)
    proofs.push(text(proofField(proofs.length)));
  return { kind, language, note: text(noteField), proofs };
}

const acts = ['done', 'accept', 'send-back'] as const;

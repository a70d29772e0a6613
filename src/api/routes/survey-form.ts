import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import { type FormAct, useForm } from '#app/survey-form.ts';
import { fieldOf, surveyPage } from '../pages/survey-page.ts';
import { words } from '../pages/survey-words.ts';
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

const path = '/survey/{token}';
const tags = ['Surveys'];
const params = z.object({ token: z.string() });

const open = createRoute({
  method: 'get',
  path,
  operationId: 'openSurveyForm',
  summary: 'The form behind a link of an invitation, for people',
  tags,
  security: [],
  request: { params, query: z.object({ language: z.string().optional() }) },
  responses: {
    200: pageOf('The form, or thanks for the answers that were sent'),
    410: pageOf('The link has ended'),
    404: pageOf('Nothing is behind this link'),
    default: pageOf('What went wrong, in a sentence'),
  },
});

const send = createRoute({
  method: 'post',
  path,
  operationId: 'sendSurveyForm',
  summary: 'Save, send or decline, by the buttons of the form',
  tags,
  security: [],
  request: { params, body: { content: { [formType]: { schema: Fields } } } },
  responses: {
    200: pageOf('Saved, or thanks'),
    422: pageOf('The form, with what is missing; everything entered is saved'),
    410: pageOf('The link has ended'),
    404: pageOf('Nothing is behind this link'),
    default: pageOf('What went wrong, in a sentence'),
  },
});

/** The pages behind the links of invitations. */
export function surveyFormRoutes(
  root: OpenAPIHono<AnyRequest>,
  app: App,
  options: PublicOptions,
): void {
  const pages = publicPages(app, options, { path: '/survey/:token', words });

  pages.openapi(open, async (c) => {
    const language = languageIn(c.req.valid('query').language);
    return surveyPage(await useForm(app, c.req.valid('param').token, { kind: 'open', language }));
  });

  pages.openapi(send, async (c) => {
    demandOwnForm(c, options);
    const act = actIn(c.req.valid('form'));
    return surveyPage(await useForm(app, c.req.valid('param').token, act));
  });
  root.route('/', pages);
}

/** The button that was pressed. What is no button of ours saves, so that nothing entered is lost. */
function actIn(fields: Fields): FormAct {
  const act = fields['act'];
  if (act === 'decline') return { kind: 'decline' };
  const language = languageIn(act) ?? languageIn(fields['language']);
  const sent = (question: string) => fields[fieldOf(question)] ?? null;
  return { kind: act === 'send' ? 'send' : 'save', language, sent };
}

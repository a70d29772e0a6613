import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import { surveyResults } from '#app/survey-results.ts';
import { listSurveys, type SurveyInUse, saveSurvey, showSurvey } from '#app/surveys.ts';
import { textIn } from '#core/survey.ts';
import { utf8Body } from '../bodies.ts';
import { PageQuery } from '../contract/page.ts';
import { ResultsQuery, Survey, SurveyPage, SurveyResults } from '../contract/surveys.ts';
import { pageWithin } from '../paging.ts';
import { type Api, json, problems } from '../route.ts';

const tags = ['Surveys'];
const yaml = ['application/yaml', 'application/x-yaml', 'text/yaml'];
const params = z.object({ name: z.string().min(1).max(60) });

const list = createRoute({
  method: 'get',
  path: '/surveys',
  operationId: 'listSurveys',
  summary: 'The surveys that playbooks may send, each as it is asked now',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', SurveyPage), ...problems },
});

const show = createRoute({
  method: 'get',
  path: '/surveys/{name}',
  operationId: 'showSurvey',
  summary: 'One survey with its document, as it is asked now',
  tags,
  request: { params },
  responses: { 200: json('The version that is asked', Survey), ...problems },
});

const save = createRoute({
  method: 'put',
  path: '/surveys/{name}',
  operationId: 'saveSurvey',
  summary: 'Make a document the version that is asked from now on',
  tags,
  request: {
    params,
    body: {
      required: true,
      content: Object.fromEntries(yaml.map((type) => [type, { schema: z.string() }])),
    },
  },
  responses: { 200: json('The version that is asked now', Survey), ...problems },
});

const results = createRoute({
  method: 'get',
  path: '/surveys/{name}/results',
  operationId: 'showSurveyResults',
  summary: 'What people answered, added up for groups of five or more',
  tags,
  request: { params, query: ResultsQuery },
  responses: { 200: json('Figures, and who took part', SurveyResults), ...problems },
});

export function surveyRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const found = await listSurveys(app, c.get('caller'));
    return c.json(pageWithin('surveys', c.req.valid('query'), found, summaryOnWire), 200);
  });

  api.openapi(show, async (c) => {
    const found = await showSurvey(app, c.get('caller'), c.req.valid('param').name);
    return c.json(surveyOnWire(found), 200);
  });

  api.openapi(save, async (c) => {
    const { name } = c.req.valid('param');
    const text = await utf8Body(c, yaml, 'The survey');
    return c.json(surveyOnWire(await saveSurvey(app, c.get('caller'), name, text)), 200);
  });

  api.openapi(results, async (c) => {
    const { from, to, department, location, kind } = c.req.valid('query');
    const found = await surveyResults(app, c.get('caller'), c.req.valid('param').name, {
      from: from ?? null,
      to: to ?? null,
      department: department ?? null,
      location: location ?? null,
      kind: kind ?? null,
    });
    const questions = found.questions.map((it) => ({
      ...it,
      counts: [...it.counts],
      texts: [...it.texts],
    }));
    return c.json({ ...found, questions }, 200);
  });
}

const summaryOnWire = ({ survey, ...it }: SurveyInUse) => ({
  name: it.name,
  number: it.number,
  title: textIn(survey.title, survey.languages[0]!),
  languages: [...survey.languages],
  questions: survey.questions.length,
  author: it.author,
  createdAt: it.createdAt.toISOString(),
});

const surveyOnWire = (it: SurveyInUse) => ({ ...summaryOnWire(it), text: it.text });

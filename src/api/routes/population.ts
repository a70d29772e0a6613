import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import type { StepRow } from '#app/cases.ts';
import {
  type CaseApproval,
  drawSample,
  type Leaver as Found,
  idOf,
  populationOf,
  type SourceGap,
  whyMissing,
} from '#app/population.ts';
import { commentOnSample, listSampleComments } from '#app/sample-comments.ts';
import {
  type Leaver,
  Population,
  PopulationQuery,
  Sample,
  SampleCommentInput,
  SampleCommentList,
  SampleCommentQuery,
  SampleInput,
} from '../contract/population.ts';
import { type Api, actHeaders, body, json, problems } from '../route.ts';

const tags = ['Audit'];

const list = createRoute({
  method: 'get',
  path: '/population',
  operationId: 'listPopulation',
  summary: 'Everybody who left in a period, by HR and by the cases. Looking is itself a fact',
  tags,
  request: { query: PopulationQuery },
  responses: { 200: json('Those who left', Population), ...problems },
});

const draw = createRoute({
  method: 'post',
  path: '/samples',
  operationId: 'drawSample',
  summary: 'Pick some of those who left by a seed, which is recorded with what it picked',
  tags,
  request: { headers: actHeaders, body: body(SampleInput) },
  responses: { 200: json('The sample', Sample), ...problems },
});

const comments = createRoute({
  method: 'get',
  path: '/samples/comments',
  operationId: 'listSampleComments',
  summary: 'What was said of one who left, the oldest first',
  tags,
  request: { query: SampleCommentQuery },
  responses: { 200: json('All of it', SampleCommentList), ...problems },
});

const comment = createRoute({
  method: 'post',
  path: '/samples/comments',
  operationId: 'commentOnSample',
  summary: 'Say something of one who left, or ask for more. That it was said is a fact',
  tags,
  request: { headers: actHeaders, body: body(SampleCommentInput) },
  responses: { 204: { description: 'It is kept' }, ...problems },
});

export function populationRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const { from, to } = c.req.valid('query');
    const found = await populationOf(app, c.get('caller'), { from, to });
    const { digest, withheld, readAt, leavers } = found;
    const unread = found.unread.map(gapOnWire);
    const items = leavers.map(leaverOnWire);
    const missing = items.filter((it) => it.missing !== null).length;
    return c.json(
      { from, to, digest, withheld, readAt: readAt.toISOString(), missing, unread, items },
      200,
    );
  });

  api.openapi(draw, async (c) => {
    const { from, to, count, seed = null } = c.req.valid('json');
    const drawn = await drawSample(app, c.get('caller'), { from, to, count, seed });
    const items = drawn.picked.map(({ leaver, found, approvals }) => {
      const steps = (found?.steps ?? []).filter((it) => it.undoOf === null);
      return {
        ...leaverOnWire(leaver),
        steps: steps.map((it) => ({
          id: it.id,
          title: it.title,
          system: it.connectionId,
          grade: it.grade,
          settledAt: it.settledAt?.toISOString() ?? null,
        })),
        approvals: approvals.map(approvalOnWire),
        exceptions: exceptionsOf(leaver, steps),
      };
    });
    const { population } = drawn;
    const unread = drawn.unread.map(gapOnWire);
    return c.json({ from, to, seed: drawn.seed, population, unread, items }, 200);
  });

  api.openapi(comments, async (c) => {
    const found = await listSampleComments(app, c.get('caller'), c.req.valid('query'));
    const items = found.map(({ author, authorName, saidAt, ...it }) => ({
      ...it,
      author: { id: author, name: authorName },
      saidAt: saidAt.toISOString(),
    }));
    return c.json({ items }, 200);
  });

  api.openapi(comment, async (c) => {
    await commentOnSample(app, c.get('caller'), c.req.valid('json'));
    return c.body(null, 204);
  });
}

const leaverOnWire = (it: Found): Leaver => ({
  id: idOf(it),
  personId: it.personId,
  employmentId: it.employmentId,
  name: it.name,
  leftOn: it.leftOn,
  source: it.source,
  heardAt: it.heardAt?.toISOString() ?? null,
  caseId: it.caseId,
  state: it.state,
  accessRemovedAt: it.accessRemovedAt?.toISOString() ?? null,
  missing: whyMissing(it),
});

const gapOnWire = ({ source, from, to }: SourceGap) => ({
  source,
  from: from?.toISOString() ?? null,
  to: to?.toISOString() ?? null,
});

const approvalOnWire = (it: CaseApproval) => ({
  title: it.title,
  requestedAt: it.requestedAt.toISOString(),
  decision: it.decision,
  approvedFirstBy: it.firstByName ?? it.firstBy,
  approvedFirstAt: it.firstAt?.toISOString() ?? null,
  decidedBy: it.decidedByName ?? it.decidedBy,
  decidedAt: it.decidedAt?.toISOString() ?? null,
  reason: it.reason,
  usedAt: it.usedAt?.toISOString() ?? null,
  voidedBecause: it.voidedBecause,
});

/** What is not as the playbook wanted it, each in a sentence. */
function exceptionsOf(leaver: Found, steps: readonly StepRow[]): string[] {
  const missing = whyMissing(leaver);
  return [
    ...(missing === null ? [] : [missing]),
    ...steps.flatMap(({ title, grade, decision, status }) => {
      if (grade === null) return [`${title}: not done yet (${status}).`];
      if (grade !== 'waived' || decision === null) return [];
      return [`${title}: skipped by ${decision.byName}: ${decision.reason}`];
    }),
  ];
}

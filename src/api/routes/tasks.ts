import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import { type AssignedStep, listTasks, type ShownTask, showTask } from '#app/tasks.ts';
import { aboutCapability } from '#core/capability.ts';
import { type Task, TaskDetails, TaskPage, TaskQuery } from '../contract/tasks.ts';
import { pageWithin } from '../paging.ts';
import { type Api, idParam, iso, json, problems } from '../route.ts';
import { moreTimeOnWire, submissionOnWire } from './case-on-wire.ts';

const list = createRoute({
  method: 'get',
  path: '/tasks',
  operationId: 'listTasks',
  summary: 'What waits to be done by hand, the most pressing first',
  tags: ['Steps'],
  request: { query: TaskQuery },
  responses: { 200: json('One page', TaskPage), ...problems },
});

const show = createRoute({
  method: 'get',
  path: '/tasks/{id}',
  operationId: 'showTask',
  summary: 'One task, with what the caller can do about it',
  tags: ['Steps'],
  request: { params: idParam },
  responses: { 200: json('The task', TaskDetails), ...problems },
});

export function taskRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const found = await listTasks(app, c.get('caller'), { mine: query.mine });
    return c.json(pageWithin('tasks', query, found, taskOnWire), 200);
  });

  api.openapi(show, async (c) => {
    const found = await showTask(app, c.get('caller'), c.req.valid('param').id);
    return c.json(detailsOnWire(found), 200);
  });
}

function taskOnWire({ assignment, ...it }: AssignedStep): Task {
  return {
    id: it.id,
    caseId: it.caseId,
    title: it.title,
    person: it.person,
    confidential: it.confidential,
    layer: it.layer,
    equipment: it.capability !== null && aboutCapability(it.capability).canBeWrittenOff === true,
    zone: it.zone,
    askedOf: [...assignment.people],
    instructions: assignment.instructions,
    proof: [...assignment.proof],
    deadline: assignment.deadline,
    askedAt: assignment.askedAt,
    reminders: assignment.reminders,
    moreTime: moreTimeOnWire(assignment),
    toAccept: submissionOnWire(assignment),
  };
}

function detailsOnWire({ step, case: found, maySeeCase, files, acts }: ShownTask): TaskDetails {
  const { decision, settledAt } = step;
  const assignment = step.assignment!;
  const { handOver, sentBack, mustName, confirmed } = assignment;
  return {
    ...taskOnWire({
      ...step,
      assignment,
      title: step.task?.title ?? step.title,
      person: found.name,
      zone: found.zone,
      confidential: found.departure.confidential,
    }),
    status: step.status,
    kind: found.kind,
    maySeeCase,
    why: step.why,
    duty: step.task?.obligation?.citation ?? null,
    mustName: mustName ?? null,
    readBack: assignment.readBack === true,
    confirmedBy: confirmed?.byName ?? null,
    handedOver: handOver ? { byName: handOver.byName, reason: handOver.reason } : null,
    sentBack: sentBack ?? null,
    files: [...files],
    settled: decision
      ? {
          byName: decision.byName,
          reason: decision.reason,
          at: iso(settledAt) ?? assignment.askedAt,
          skipped: decision.kind === 'waived',
        }
      : null,
    actions: [...acts],
  };
}

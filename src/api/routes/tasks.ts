import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import { type AssignedStep, listTasks } from '#app/tasks.ts';
import { type Task, TaskPage, TaskQuery } from '../contract/tasks.ts';
import { pageWithin } from '../paging.ts';
import { type Api, json, problems } from '../route.ts';
import { submissionOnWire } from './case-on-wire.ts';

const list = createRoute({
  method: 'get',
  path: '/tasks',
  operationId: 'listTasks',
  summary: 'What waits to be done by hand, the most pressing first',
  tags: ['Steps'],
  request: { query: TaskQuery },
  responses: { 200: json('One page', TaskPage), ...problems },
});

export function taskRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const found = await listTasks(app, c.get('caller'), { mine: query.mine });
    return c.json(pageWithin('tasks', query, found, taskOnWire), 200);
  });
}

function taskOnWire({ assignment, ...it }: AssignedStep): Task {
  return {
    id: it.id,
    caseId: it.caseId,
    title: it.title,
    person: it.person,
    confidential: it.confidential,
    askedOf: [...assignment.people],
    instructions: assignment.instructions,
    proof: [...assignment.proof],
    deadline: assignment.deadline,
    askedAt: assignment.askedAt,
    reminders: assignment.reminders,
    toAccept: submissionOnWire(assignment),
  };
}

import { createRoute } from '@hono/zod-openapi';
import type { App, Caller } from '#app/app.ts';
import { resumeEverything, showSwitch, stopEverything } from '#app/switches.ts';
import { userNames } from '#app/users.ts';
import { ReasonInput } from '../contract/cases.ts';
import { KillSwitch, Resumed } from '../contract/kill-switch.ts';
import { type Api, actHeaders, body, iso, json, problems } from '../route.ts';

const path = '/kill-switch';
const tags = ['Kill switch'];

const show = createRoute({
  method: 'get',
  path,
  operationId: 'showKillSwitch',
  summary: 'Whether changes go out to other systems',
  tags,
  responses: { 200: json('The switch', KillSwitch), ...problems },
});

const stop = createRoute({
  method: 'post',
  path,
  operationId: 'stopEverything',
  summary: 'Stop every outgoing change at once; reading goes on',
  tags,
  request: { headers: actHeaders, body: body(ReasonInput) },
  responses: { 200: json('The switch', KillSwitch), ...problems },
});

const resume = createRoute({
  method: 'delete',
  path,
  operationId: 'resumeEverything',
  summary: 'Let changes go out again; takes two people where there are two who may',
  tags,
  responses: { 200: json('Whether they do', Resumed), ...problems },
});

export function killSwitchRoutes(api: Api, app: App): void {
  api.openapi(show, async (c) => c.json(await shown(app, c.get('caller')), 200));

  api.openapi(stop, async (c) => {
    await stopEverything(app, c.get('caller'), c.req.valid('json').reason);
    return c.json(await shown(app, c.get('caller')), 200);
  });

  api.openapi(resume, async (c) => c.json(await resumeEverything(app, c.get('caller')), 200));
}

async function shown(app: App, caller: Caller): Promise<KillSwitch> {
  const { stoppedAt, stoppedBy, reason } = await showSwitch(app, caller);
  const names = await userNames(app, stoppedBy === null ? [] : [stoppedBy]);
  return {
    stopped: stoppedAt !== null,
    since: iso(stoppedAt),
    by: stoppedBy === null ? null : { id: stoppedBy, name: names.get(stoppedBy) ?? null },
    reason,
  };
}

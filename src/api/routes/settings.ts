import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import {
  changeSetting,
  listSettingRequests,
  refuseSettingRequest,
  settingForms,
  showSettings,
} from '#app/settings.ts';
import { userNames } from '#app/users.ts';
import { Done } from '../contract/page.ts';
import {
  Setting,
  SettingChange,
  SettingForms,
  SettingRequests,
  SettingsDocument,
} from '../contract/settings.ts';
import { type Api, body, json, problems } from '../route.ts';

const tags = ['Settings'];

const show = createRoute({
  method: 'get',
  path: '/settings',
  operationId: 'showSettings',
  summary: 'All settings',
  tags,
  responses: { 200: json('Settings by group', SettingsDocument), ...problems },
});

const forms = createRoute({
  method: 'get',
  path: '/settings/forms',
  operationId: 'showSettingForms',
  summary: 'What can be entered, as JSON Schema by group',
  tags,
  responses: { 200: json('Forms by group', SettingForms), ...problems },
});

const name = z.object({ name: z.string().max(100) });

const change = createRoute({
  method: 'patch',
  path: '/settings/{name}',
  operationId: 'changeSetting',
  summary:
    'Change some settings of one group; letting more pass takes two people who say the same, where there are two who may',
  tags,
  request: { params: name, body: body(SettingChange) },
  responses: {
    200: json('The group as it is now', Setting),
    202: json('Noted, and not changed: a second person has to say the same', Done),
    ...problems,
  },
});

const requests = createRoute({
  method: 'get',
  path: '/settings/requests',
  operationId: 'listSettingRequests',
  summary: 'What somebody wants to loosen, and waits for a second person',
  tags,
  responses: { 200: json('One of each group at most', SettingRequests), ...problems },
});

const refuse = createRoute({
  method: 'delete',
  path: '/settings/requests/{name}',
  operationId: 'refuseSettingRequest',
  summary: 'Drop what somebody wants to loosen in one group',
  tags,
  request: { params: name },
  responses: { 200: json('Done', Done), ...problems },
});

export function settingRoutes(api: Api, app: App): void {
  api.openapi(show, async (c) => c.json(await showSettings(app, c.get('caller')), 200));

  api.openapi(forms, (c) => c.json(settingForms(c.get('caller')), 200));

  api.openapi(change, async (c) => {
    const { name } = c.req.valid('param');
    const done = await changeSetting(app, c.get('caller'), name, c.req.valid('json'));
    return 'noted' in done ? c.json({ detail: done.noted }, 202) : c.json(done.values, 200);
  });

  api.openapi(requests, async (c) => {
    const found = await listSettingRequests(app, c.get('caller'));
    const names = await userNames(
      app,
      found.map((it) => it.askedBy),
    );
    const items = found.map((it) => ({
      group: it.id,
      change: { ...it.change },
      loosens: [...it.loosens],
      askedBy: { id: it.askedBy, name: names.get(it.askedBy) ?? null },
      askedAt: it.askedAt.toISOString(),
    }));
    return c.json({ items }, 200);
  });

  api.openapi(refuse, async (c) => {
    await refuseSettingRequest(app, c.get('caller'), c.req.valid('param').name);
    return c.json({ detail: 'Dropped. Everything stays as it is.' }, 200);
  });
}

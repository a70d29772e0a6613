import { createRoute } from '@hono/zod-openapi';
import { z } from 'zod';
import type { App } from '#app/app.ts';
import { changeSetting, settingForms, showSettings } from '#app/settings.ts';
import { Setting, SettingChange, SettingForms, SettingsDocument } from '../contract/settings.ts';
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

const change = createRoute({
  method: 'patch',
  path: '/settings/{name}',
  operationId: 'changeSetting',
  summary: 'Change some settings of one group',
  tags,
  request: { params: z.object({ name: z.string().max(100) }), body: body(SettingChange) },
  responses: { 200: json('The group as it is now', Setting), ...problems },
});

export function settingRoutes(api: Api, app: App): void {
  api.openapi(show, async (c) => c.json(await showSettings(app, c.get('caller')), 200));

  api.openapi(forms, (c) => c.json(settingForms(c.get('caller')), 200));

  api.openapi(change, async (c) => {
    const { name } = c.req.valid('param');
    return c.json(await changeSetting(app, c.get('caller'), name, c.req.valid('json')), 200);
  });
}

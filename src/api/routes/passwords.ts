import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import { codeOptions, ownPassword, removePassword, setPassword } from '#app/passwords.ts';
import { CodeOptions, OwnPassword, PasswordInput } from '../contract/passwords.ts';
import { type Api, actHeaders, body, iso, json, problems } from '../route.ts';

const path = '/users/me/password';
const tags = ['Sign-in'];

const show = createRoute({
  method: 'get',
  path,
  operationId: 'showPassword',
  summary: 'Whether one has a password',
  tags,
  responses: { 200: json('Since when', OwnPassword), ...problems },
});

const options = createRoute({
  method: 'post',
  path: `${path}/options`,
  operationId: 'codeOptions',
  summary:
    'A new secret for one’s authenticator app; it counts once a password is set with a code of it',
  tags,
  request: { headers: actHeaders },
  responses: { 200: json('The secret', CodeOptions), ...problems },
});

const set = createRoute({
  method: 'put',
  path,
  operationId: 'setPassword',
  summary: 'Set one’s password, with a code of the app that has the newest secret',
  tags,
  request: { body: body(PasswordInput) },
  responses: { 200: json('It is set', OwnPassword), ...problems },
});

const remove = createRoute({
  method: 'delete',
  path,
  operationId: 'removePassword',
  summary: 'Sign in by other ways alone from now on',
  tags,
  responses: { 204: { description: 'Removed' }, ...problems },
});

export function passwordRoutes(api: Api, app: App): void {
  api.openapi(show, async (c) => {
    return c.json({ setAt: iso(await ownPassword(app, c.get('caller'))) }, 200);
  });

  api.openapi(options, async (c) => c.json(await codeOptions(app, c.get('caller')), 200));

  api.openapi(set, async (c) => {
    const at = await setPassword(app, c.get('caller'), c.req.valid('json'));
    return c.json({ setAt: at.toISOString() }, 200);
  });

  api.openapi(remove, async (c) => {
    await removePassword(app, c.get('caller'));
    return c.body(null, 204);
  });
}

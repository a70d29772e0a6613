import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import {
  listPasskeys,
  type PasskeyRow,
  passkeyOptions,
  registerPasskey,
  removePasskey,
} from '#app/passkeys.ts';
import { PageQuery } from '../contract/page.ts';
import {
  Passkey,
  PasskeyInput,
  PasskeyOptions,
  PasskeyPage,
  PasskeyRemoval,
} from '../contract/passkeys.ts';
import { pageWithin } from '../paging.ts';
import { type Api, actHeaders, body, idParam, iso, json, problems } from '../route.ts';

const path = '/users/me/passkeys';
const tags = ['Passkeys'];

const list = createRoute({
  method: 'get',
  path,
  operationId: 'listPasskeys',
  summary: 'One’s own passkeys',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', PasskeyPage), ...problems },
});

const options = createRoute({
  method: 'post',
  path: `${path}/options`,
  operationId: 'passkeyOptions',
  summary: 'What to sign to register or remove a passkey; good once, for five minutes',
  tags,
  request: { headers: actHeaders },
  responses: { 200: json('What to sign', PasskeyOptions), ...problems },
});

const register = createRoute({
  method: 'post',
  path,
  operationId: 'registerPasskey',
  summary: 'Register a passkey; its owner and all who approve are told',
  tags,
  request: { headers: actHeaders, body: body(PasskeyInput) },
  responses: { 200: json('The passkey', Passkey), ...problems },
});

const remove = createRoute({
  method: 'post',
  path: `${path}/{id}/remove`,
  operationId: 'removePasskey',
  summary: 'Remove a passkey, confirmed with one of one’s own',
  tags,
  request: { params: idParam, headers: actHeaders, body: body(PasskeyRemoval) },
  responses: { 204: { description: 'Removed' }, ...problems },
});

export function passkeyRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const found = await listPasskeys(app, c.get('caller'));
    return c.json(pageWithin('passkeys', c.req.valid('query'), found, passkeyOnWire), 200);
  });

  api.openapi(options, async (c) => {
    return c.json(await passkeyOptions(app, c.get('caller')), 200);
  });

  api.openapi(register, async (c) => {
    const { name, attestation, confirmation = null } = c.req.valid('json');
    const made = await registerPasskey(app, c.get('caller'), { name, attestation, confirmation });
    return c.json(passkeyOnWire(made), 200);
  });

  api.openapi(remove, async (c) => {
    const { confirmation } = c.req.valid('json');
    await removePasskey(app, c.get('caller'), c.req.valid('param').id, confirmation);
    return c.body(null, 204);
  });
}

const passkeyOnWire = (it: PasskeyRow): Passkey => ({
  id: it.id,
  name: it.name,
  registeredAt: it.registeredAt.toISOString(),
  lastUsedAt: iso(it.lastUsedAt),
});

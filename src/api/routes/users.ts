import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import { listTokens, listUsers, revokeToken, type TokenRow, type UserRow } from '#app/users.ts';
import { PageQuery } from '../contract/page.ts';
import { type Token, TokenPage, type User, UserPage } from '../contract/users.ts';
import { pageWithin } from '../paging.ts';
import { type Api, idParam, iso, json, problems } from '../route.ts';

const tags = ['Users'];

const users = createRoute({
  method: 'get',
  path: '/users',
  operationId: 'listUsers',
  summary: 'Who works with Gatehouse',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', UserPage), ...problems },
});

const tokens = createRoute({
  method: 'get',
  path: '/tokens',
  operationId: 'listTokens',
  summary: 'Keys of the API: one’s own, or everybody’s for those who may see users',
  tags,
  request: { query: PageQuery },
  responses: { 200: json('One page', TokenPage), ...problems },
});

const revoke = createRoute({
  method: 'delete',
  path: '/tokens/{id}',
  operationId: 'revokeToken',
  summary: 'Revoke a key; it stops working at once',
  tags,
  request: { params: idParam },
  responses: { 204: { description: 'Revoked' }, ...problems },
});

export function userRoutes(api: Api, app: App): void {
  api.openapi(users, async (c) => {
    const found = await listUsers(app, c.get('caller'));
    return c.json(pageWithin('users', c.req.valid('query'), found, userOnWire), 200);
  });

  api.openapi(tokens, async (c) => {
    const found = await listTokens(app, c.get('caller'));
    return c.json(pageWithin('tokens', c.req.valid('query'), found, tokenOnWire), 200);
  });

  api.openapi(revoke, async (c) => {
    await revokeToken(app, c.get('caller'), c.req.valid('param').id);
    return c.body(null, 204);
  });
}

const userOnWire = (it: UserRow): User => ({
  id: it.id,
  name: it.name,
  email: it.email,
  roles: [...it.roles],
  disabledAt: iso(it.disabledAt),
  window: it.window,
});

const tokenOnWire = (it: TokenRow): Token => ({
  id: it.id,
  user: it.userId,
  name: it.name,
  createdAt: it.createdAt.toISOString(),
  expiresAt: it.expiresAt.toISOString(),
  revokedAt: iso(it.revokedAt),
  lastUsedAt: iso(it.lastUsedAt),
});

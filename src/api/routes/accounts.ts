import { createRoute } from '@hono/zod-openapi';
import type { App } from '#app/app.ts';
import { type AccountRow, linkFoundAccount, listFoundAccounts } from '#app/people.ts';
import { type Account, AccountPage, AccountQuery, LinkInput } from '../contract/accounts.ts';
import { Done } from '../contract/page.ts';
import { pageFrom, placeIn } from '../paging.ts';
import { type Api, body, iso, json, problems } from '../route.ts';

const tags = ['People'];

const list = createRoute({
  method: 'get',
  path: '/accounts',
  operationId: 'listAccounts',
  summary: 'Accounts that were found',
  tags,
  request: { query: AccountQuery },
  responses: { 200: json('One page', AccountPage), ...problems },
});

const link = createRoute({
  method: 'put',
  path: '/accounts/link',
  operationId: 'linkAccount',
  summary: 'Say whose account it is, where addresses do not tell',
  tags,
  request: { body: body(LinkInput) },
  responses: { 200: json('Done', Done), ...problems },
});

export function accountRoutes(api: Api, app: App): void {
  api.openapi(list, async (c) => {
    const { connection, withoutPerson, limit, cursor } = c.req.valid('query');
    const found = await listFoundAccounts(app, c.get('caller'), {
      connectionId: connection ?? null,
      withoutPerson,
      after: placeIn('accounts', cursor),
      limit: limit + 1,
    });
    return c.json(pageFrom('accounts', limit, found, placeOf, accountOnWire), 200);
  });

  api.openapi(link, async (c) => {
    const { connection, account, person } = c.req.valid('json');
    await linkFoundAccount(app, c.get('caller'), {
      connectionId: connection,
      accountId: account,
      person,
    });
    const whose = person === null ? 'It belongs to nobody we know.' : 'It belongs to this person.';
    return c.json({ detail: whose }, 200);
  });
}

const placeOf = (it: AccountRow): string => `${it.connectionId}\u0001${it.id}`;

export const accountOnWire = (it: AccountRow): Account => ({
  connection: it.connectionId,
  id: it.id,
  login: it.login,
  status: it.status,
  privileged: it.privileged,
  person: it.person,
  linkedBy: it.linkedBy,
  lastSeenAt: iso(it.lastSeenAt),
});

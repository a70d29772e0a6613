import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listAccounts } from './accounts.ts';
import { openClient } from './client.ts';
import { clientOf, example, failureOf, json, settingsWith } from './example.ts';
import type { Json } from './pointer.ts';
import { settings } from './settings.ts';

const user = (id: Json, email: string) => ({ id, login: email, email, state: true, roles: [] });
const known = user('svc', 'svc@acme.test');
const page = (...users: unknown[]) => json({ users });

async function idsOf(client: Parameters<typeof listAccounts>[0]): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of listAccounts(client)) ids.push(id);
  return ids;
}

describe('a list of several pages', () => {
  const paged = (paging: Json) => settingsWith(['description', 'list', 'paging'], paging);
  const one = user(1, 'a@acme.test');
  const two = user(2, 'b@acme.test');

  it('follows Link headers, also relative ones and among others', async () => {
    const link = '</api/users>; rel="first", <?after=2>; title="x"; rel="next"';
    const { client, sent } = clientOf(
      paged({ kind: 'link' }),
      json({ users: [known, one] }, { headers: { link } }),
      page(two),
    );

    assert.deepEqual(await idsOf(client), ['svc', '1', '2']);
    assert.equal(sent[1]?.url, 'https://badge.example/api/users?after=2');
  });

  it('follows cursors until there is none', async () => {
    for (const end of [{}, { next: null }, { next: '' }]) {
      const { client, sent } = clientOf(
        paged({ kind: 'cursor', at: '/next', parameter: 'cursor' }),
        json({ users: [known], next: 'a&b' }),
        json({ users: [], next: 7 }),
        json({ users: [one], ...end }),
      );

      assert.deepEqual(await idsOf(client), ['svc', '1']);
      assert.deepEqual(
        sent.map(({ url }) => url.split('?')[1]),
        [undefined, 'cursor=a%26b', 'cursor=7'],
      );
    }
  });

  it('follows addresses of next pages, but never to another host', async () => {
    const byAddress = paged({ kind: 'cursor', at: '/next' });
    const { client } = clientOf(
      byAddress,
      json({ users: [known], next: '/api/users?page=2' }),
      json({ users: [one], next: 'https://evil.example/users' }),
    );

    const failure = await failureOf(idsOf(client));

    assert.equal(failure.kind, 'unexpected');
    assert.match(failure.detail, /evil\.example is a foreign address/);
  });

  it('counts pages from where the description says, until one is empty', async () => {
    for (const [paging, asked] of [
      [{ kind: 'page', parameter: 'p' }, ['p=1', 'p=2', 'p=3']],
      [{ kind: 'page', parameter: 'p', first: 0 }, ['p=0', 'p=1', 'p=2']],
      [{ kind: 'offset', parameter: 'from' }, ['from=0', 'from=2', 'from=3']],
    ] as const) {
      const { client, sent } = clientOf(paged(paging), page(known, one), page(two), page());

      assert.deepEqual(await idsOf(client), ['svc', '1', '2']);
      assert.deepEqual(
        sent.map(({ url }) => url.split('?')[1]),
        asked,
      );
    }
  });

  it('asks for the next page with a request of its own where there is one', async () => {
    const next = { method: 'POST', path: '/users/continue', json: { cursor: '{cursor}' } };
    const { client, sent } = clientOf(
      paged({ kind: 'cursor', at: '/cursor', more: '/has_more', next }),
      json({ users: [known], cursor: 'a"b', has_more: true }),
      json({ users: [one], cursor: 'for later', has_more: false }),
    );

    assert.deepEqual(await idsOf(client), ['svc', '1']);
    assert.equal(sent[1]?.url, 'https://badge.example/api/users/continue');
    assert.equal(sent[1]?.body, '{"cursor":"a\\"b"}');
  });

  it('ends where the system says so, without one request more', async () => {
    for (const paging of [
      { kind: 'offset', parameter: 'from', more: '/more' },
      { kind: 'page', parameter: 'p', total: '/total' },
    ]) {
      const { client } = clientOf(
        paged(paging),
        json({ users: [known, one], more: true, total: 3 }),
        json({ users: [two], more: false, total: 3 }),
      );

      assert.deepEqual(await idsOf(client), ['svc', '1', '2']);
    }
  });

  it('follows a link only where it says that there is something', async () => {
    const link = (results: boolean) => ({
      headers: { link: `</api/users?c=1>; rel="next"; results="${results}"; cursor="0:1:0"` },
    });
    const { client } = clientOf(
      paged({ kind: 'link', with: 'results="true"' }),
      json({ users: [known] }, link(true)),
      json({ users: [one] }, link(false)),
    );

    assert.deepEqual(await idsOf(client), ['svc', '1']);
  });
});

describe('a list that cannot be whole is an error and no short list', () => {
  const paged = (paging: Json) => settingsWith(['description', 'list', 'paging'], paging);
  const one = user(1, 'a@acme.test');
  const next = (answer: object, path: string) => ({ users: [one], ...answer, next: path });
  const cursor = { kind: 'cursor', at: '/next', parameter: 'c' };
  const withLink = { headers: { link: '</api/users?p=2>; rel=next' } };

  const cases: [what: string, paging: Json, answers: (Response | Error)[], says: RegExp][] = [
    [
      'the same page, again and again',
      { kind: 'page', parameter: 'p' },
      [page(known), page(known)],
      /same page comes again/,
    ],
    [
      'a circle of two pages',
      { kind: 'page', parameter: 'p' },
      [page(known), page(one), page(known)],
      /same page comes again/,
    ],
    [
      'a circle of cursors',
      cursor,
      [
        json({ users: [known], next: 'a' }),
        json({ users: [], next: 'b' }),
        json({ users: [], next: 'a' }),
      ],
      /read already/,
    ],
    [
      'a circle of addresses',
      { kind: 'cursor', at: '/next' },
      [json({ users: [known], next: '/api/users?p=2' }), json(next({}, '/api/users?p=2'))],
      /read already/,
    ],
    [
      'a second page that is down',
      { kind: 'page', parameter: 'p' },
      [page(known), json({}, { status: 503 })],
      /answered 503/,
    ],
    [
      'a second page without a list',
      { kind: 'page', parameter: 'p' },
      [page(known), json({ error: 'too deep' })],
      /nothing at "\/users"/,
    ],
    [
      'more that nobody can ask for',
      { ...cursor, more: '/more' },
      [json({ users: [known], more: true })],
      /says that there is more, and not where/,
    ],
    [
      'more, and an empty page',
      { kind: 'offset', parameter: 'from', more: '/more' },
      [json({ users: [known], more: true }), json({ users: [], more: true })],
      /says that there is more/,
    ],
    [
      'an answer that no longer says whether there is more',
      { kind: 'offset', parameter: 'from', more: '/more' },
      [json({ users: [known] })],
      /no true or false at "\/more"/,
    ],
    [
      'fewer than the system has',
      { ...cursor, total: '/total' },
      [json({ users: [known], total: 2 })],
      /ends after 1 of 2 items/,
    ],
    [
      'one page of more than one, where no paging is described',
      { kind: 'none', total: '/total' },
      [json({ users: [known], total: 120 })],
      /ends after 1 of 120 items/,
    ],
    [
      'an answer that no longer says how many there are',
      { kind: 'none', total: '/total' },
      [page(known)],
      /no number of items at "\/total"/,
    ],
    [
      'a link to the next page, where no paging is described',
      { kind: 'none' },
      [json({ users: [known] }, withLink)],
      /no paging is described/,
    ],
    [
      'a cursor that is no cursor',
      cursor,
      [json({ users: [known], next: { id: 1 } })],
      /no cursor at "\/next"/,
    ],
  ];
  for (const [what, paging, answers, says] of cases) {
    it(`such as one with ${what}`, async () => {
      const { client } = clientOf(paged(paging), ...answers);
      assert.match((await failureOf(idsOf(client))).detail, says);
    });
  }

  it('and ends somewhere, however many pages a system makes up', async () => {
    const endless = openClient(paged({ kind: 'page', parameter: 'p' }), {
      now: () => new Date(),
      ca: null,
      address: () => Promise.reject(new Error('Only HTTP is spoken here')),
      fetch: async (input) => page(user(String(input), 'a@acme.test')),
    });
    const failure = await failureOf(idsOf(endless));
    assert.match(failure.detail, /more than 10000 pages/);
  });
});

describe('a description of paging', () => {
  it('is refused where the request for the next page does not say which', () => {
    const refused = settings.safeParse({
      ...example,
      description: {
        ...example.description,
        list: {
          ...example.description.list,
          paging: { kind: 'cursor', at: '/c', next: { method: 'GET', path: '/more' } },
        },
      },
    });
    assert.match(refused.error?.issues[0]?.message ?? '', /which uses \{cursor\}/);
  });
});

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { ConnectorError } from '#core/failure.ts';
import { type ApiSpec, conforming } from './conforming.ts';
import { documentShapes } from './document-shape.ts';

const user = {
  type: 'object',
  required: ['id', 'status'],
  properties: {
    id: { type: 'string' },
    status: { type: 'string', enum: ['ACTIVE', 'SUSPENDED'] },
    manager: { $ref: '#/components/schemas/User' },
    seenAt: { type: ['string', 'null'], format: 'date-time', default: null },
    tags: { type: 'array', items: { properties: { name: { type: 'string' } } } },
  },
};

const spec: ApiSpec = {
  openapi: '3.1.0',
  servers: [{ url: 'https://{org}.vendor.test/v1/' }],
  paths: {
    '/users/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      get: {
        security: [{ apiToken: [] }, { oauth2: ['users.read'] }],
        parameters: [
          { name: 'fields', in: 'query', schema: { type: 'array', items: { type: 'string' } } },
          { name: 'deep', in: 'query', schema: { type: 'boolean' } },
        ],
        responses: {
          200: { content: { 'application/json': { schema: user } } },
          404: { description: 'no such user' },
        },
      },
    },
    '/users/{id}/lifecycle/suspend': {
      post: {
        parameters: [
          { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
          { name: 'limit', in: 'query', required: true, schema: { type: 'integer' } },
        ],
        requestBody: { $ref: '#/components/requestBodies/Suspend' },
        responses: { 204: {} },
      },
    },
    '/users/me': { get: { responses: { '2XX': {} } } },
  },
  components: {
    schemas: { User: user },
    requestBodies: {
      Suspend: {
        required: true,
        content: {
          'application/json': {
            schema: { required: ['enabled'], properties: { enabled: { type: 'boolean' } } },
          },
        },
      },
    },
  },
};

const answering = (answer: Response) =>
  conforming(async () => answer, spec, ['users.read'], { prefix: '/v1' });

const refusal = async (asking: Promise<unknown>): Promise<string> => {
  const error = await asking.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ConnectorError, 'nothing was refused');
  assert.equal(error.failure.kind, 'unexpected');
  return error.failure.detail;
};

const base = 'https://meadow.vendor.test/v1';
const ada = { id: 'ada', status: 'ACTIVE' };
const suspend = (body: unknown, query = '?limit=5', id = '7') =>
  answering(new Response(null, { status: 204 }))(`${base}/users/${id}/lifecycle/suspend${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const getAda = (answer: unknown, query = '') =>
  answering(Response.json(answer))(`${base}/users/ada${query}`);

describe('a fake held to the vendor’s document', () => {
  it('lets a documented exchange through unchanged', async () => {
    const seen = { ...ada, seenAt: null, manager: ada, tags: [{ name: 'lead' }] };
    const answer = await getAda(seen, '?fields=id,status&deep=true');
    assert.deepEqual(await answer.json(), seen);
    assert.equal((await suspend({ enabled: false })).status, 204);
  });

  it('takes the prefix of the paths from the document', async () => {
    const fetch = conforming(async () => Response.json(ada), spec, null);
    assert.equal((await fetch(`${base}/users/ada`)).status, 200);
    assert.match(await refusal(fetch('https://meadow.vendor.test/users/ada')), /not in the/);
  });

  it('prefers the literal path', async () => {
    const answer = await answering(new Response('hello'))(`${base}/users/me`);
    assert.equal(await answer.text(), 'hello');
  });

  it('lets any failure through, documented or not', async () => {
    for (const status of [404, 429, 503]) {
      const answer = await answering(new Response('', { status }))(`${base}/users/ada`);
      assert.equal(answer.status, status);
    }
  });

  const bad: [what: string, () => Promise<unknown>, RegExp][] = [
    ['an unknown path', () => answering(Response.json(ada))(`${base}/people`), /not in the/],
    [
      'an unknown method',
      () => answering(Response.json(ada))(`${base}/users/ada`, { method: 'DELETE' }),
      /DELETE .* is not in/,
    ],
    [
      'an undeclared scope',
      () => conforming(async () => Response.json(ada), spec, [])(`${base}/users/ada`),
      /not declared: users\.read/,
    ],
    ['an unknown query parameter', () => getAda(ada, '?field=id'), /no query parameter "field"/],
    ['a query parameter of the wrong kind', () => getAda(ada, '?deep=maybe'), /deep is "maybe"/],
    ['a missing query parameter', () => suspend({ enabled: true }, ''), /lacks the query "limit"/],
    ['a path parameter of the wrong kind', () => suspend({}, '?limit=5', 'ada'), /id is "ada"/],
    ['a missing body', () => suspend(undefined), /lacks its body/],
    ['a body of the wrong kind', () => suspend({ enabled: 'no' }), /enabled/],
    ['a body without a required property', () => suspend({}), /enabled/],
    ['a misspelt property', () => suspend({ enabled: true, enabld: 1 }), /\/enabld/],
    [
      'a body where none is taken',
      () =>
        answering(Response.json(ada))(`${base}/users/me`, { method: 'GET' }).then(() =>
          conforming(
            async () => Response.json(ada),
            {
              paths: { '/x': { post: { responses: { 200: {} } } } },
            },
            null,
          )('https://vendor.test/x', { method: 'POST', body: '{}' }),
        ),
      /takes no body/,
    ],
    ['an answer without a required property', () => getAda({ id: 'ada' }), /\/status/],
    ['an answer outside the list', () => getAda({ ...ada, status: 'GONE' }), /\/status/],
    ['an answer with an invented property', () => getAda({ ...ada, login: 'ada' }), /\/login/],
    [
      'an invention deep inside',
      () => getAda({ ...ada, manager: { ...ada, tags: [{ nam: '' }] } }),
      /\/manager\/tags\/0\/nam/,
    ],
    [
      'a wrong kind behind a reference',
      () => getAda({ ...ada, manager: { ...ada, manager: { id: 5 } } }),
      /\/manager\/manager/,
    ],
    [
      'an undocumented success',
      () => answering(new Response(null, { status: 202 }))(`${base}/users/ada`),
      /answers 202/,
    ],
    ['a page for people', () => answering(new Response('<p>'))(`${base}/users/ada`), /not JSON/],
  ];
  for (const [what, ask, says] of bad) {
    it(`refuses ${what}`, async () => assert.match(await refusal(ask()), says));
  }

  it('reads `nullable` of OpenAPI 3.0, with and without a type', () => {
    const { problem } = documentShapes({ openapi: '3.0.3', paths: {} });
    const schema = {
      type: 'object',
      properties: { a: { type: 'string', nullable: true }, b: { nullable: true } },
    };
    assert.equal(problem(schema, { a: null, b: null }), null);
    assert.match(problem(schema, { a: 1 }) ?? '', /\/a/);
  });
});

const specs = resolve(import.meta.dirname, '../../../../shared/specs');
if (existsSync(specs)) {
  describe('the vendors’ documents', () => {
    for (const name of [
      'github-openapi-subset',
      'msgraph-v1.0-subset',
      'jira-platform-v3-subset',
    ]) {
      it(`can be read: ${name}`, () => {
        const document: ApiSpec = JSON.parse(readFileSync(`${specs}/${name}.json`, 'utf8'));
        const { problem } = documentShapes(document);
        const schemas = (document.components as { schemas: Record<string, unknown> }).schemas;
        const objects = Object.values(schemas)
          .filter((it) => (it as { type?: string }).type === 'object')
          .slice(0, 20);
        for (const schema of objects) assert.match(problem(schema, 5) ?? '', /expected/);
      });
    }
  });
}

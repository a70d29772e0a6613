import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { z } from 'zod';
import { startTestApi, type TestApi } from './testing/api.ts';

const Operation = z.object({
  operationId: z.string(),
  summary: z.string().min(10),
  tags: z.array(z.string()).length(1),
  security: z.array(z.unknown()).optional(),
  parameters: z.array(z.object({ name: z.string(), in: z.string() })).default([]),
  responses: z.looseObject({ default: z.unknown() }),
});
const Document = z.object({
  openapi: z.literal('3.1.0'),
  info: z.object({ title: z.string(), version: z.literal('1.2.3') }),
  servers: z.tuple([z.object({ url: z.literal('https://gatehouse.meadow.example') })]),
  security: z.tuple([
    z.strictObject({ token: z.tuple([]) }),
    z.strictObject({ session: z.tuple([]) }),
  ]),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({
    schemas: z.record(z.string(), z.unknown()),
    securitySchemes: z.strictObject({
      token: z.object({ scheme: z.literal('bearer') }).loose(),
      session: z.object({ in: z.literal('cookie'), name: z.literal('__Host-gate') }).loose(),
    }),
  }),
});

describe('the description of the API', () => {
  let api: TestApi;
  let text: string;
  let document: z.output<typeof Document>;
  let operations: { name: string; operation: z.output<typeof Operation> }[];

  before(async () => {
    api = await startTestApi();
    text = await (await api.ask('/openapi.json')).text();
    document = Document.parse(JSON.parse(text));
    operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        operation,
      })),
    );
  });

  it('lists every route that there is', () => {
    const routes = api.api.routes
      .filter(({ method, path }) => method !== 'ALL' && path !== '/openapi.json')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    assert.deepEqual(operations.map((it) => it.name).toSorted(), [...new Set(routes)].toSorted());
  });

  it('names each operation once, and each parameter of its path', () => {
    const names = operations.map((it) => it.operation.operationId);
    assert.deepEqual(names.length, new Set(names).size);
    for (const { name, operation } of operations) {
      const wanted = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      const given = operation.parameters.filter((it) => it.in === 'path').map((it) => it.name);
      assert.deepEqual(given, wanted, name);
    }
  });

  it('refers only to shapes that it holds', () => {
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      assert.ok(name in document.components.schemas, name);
    }
  });

  it('asks for a key or a session everywhere but for hooks, the links of letters and signing in', () => {
    const open = operations.filter((it) => it.operation.security !== undefined);
    assert.deepEqual(
      open.map((it) => it.name),
      [
        'POST /hooks/{source}',
        'GET /survey/{token}',
        'POST /survey/{token}',
        'GET /task/{token}',
        'POST /task/{token}',
        'POST /sign-in/claim',
        'POST /sign-in/passkey/options',
        'POST /sign-in/passkey',
        'POST /sign-in/password',
        'GET /sign-in/ways',
        'POST /sign-in/oidc/start',
        'GET /sign-in/oidc/callback',
        'POST /sign-in/oidc/logout',
      ],
    );
  });

  it('lets every act carry an idempotency key', () => {
    for (const { name, operation } of operations) {
      const keyed = operation.parameters.some((it) => it.name === 'idempotency-key');
      assert.equal(keyed, name.startsWith('POST /api/'), name);
    }
  });
});

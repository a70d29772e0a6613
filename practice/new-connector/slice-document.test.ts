import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Problem } from '#app/problem.ts';
import type { ApiSpec } from '#connector-kit/testing/document-operations.ts';
import { sliceProblem } from '#connector-kit/testing/slice.ts';
import { sliceDocument } from './slice-document.ts';

const whole: ApiSpec & { info: object } = {
  openapi: '3.0.3',
  info: { title: 'People', version: '2026-01', description: 'A long story.' },
  servers: [{ url: 'https://people.example/v1' }, { url: 'https://try.people.example/v1' }],
  paths: {
    '/users/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      get: {
        operationId: 'getUser',
        summary: 'Shows a user',
        parameters: [
          { name: 'fields', in: 'query', schema: { type: 'string' } },
          { name: 'expand', in: 'query', schema: { type: 'string' } },
          { name: 'Version', in: 'header', required: true, schema: { type: 'string' } },
        ],
        responses: {
          200: {
            description: 'It',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/User' } } },
          },
          404: { description: 'None' },
        },
        security: [{ oauth: ['users.read'] }],
      },
      delete: { responses: { 204: { description: 'Gone' } } },
    },
  },
  components: {
    schemas: {
      User: {
        type: 'object',
        description: 'Somebody',
        required: ['id'],
        properties: {
          id: { type: 'string', example: 'u1' },
          manager: { $ref: '#/components/schemas/User' },
          team: { $ref: '#/components/schemas/Team' },
          shoeSize: { type: 'integer' },
        },
      },
      Team: { type: 'object', properties: { name: { type: 'string' } } },
      Invoice: { type: 'object' },
    },
  },
};
const cut = {
  operations: ['GET /users/{id}'],
  properties: ['manager', 'team', 'name'],
  query: ['fields'],
  source: 'people.example, 2026-01, MIT',
};

describe('a slice that was cut', () => {
  const slice = sliceDocument(whole, cut);

  it('is faithful to the whole document', () => {
    assert.equal(sliceProblem(slice, whole), null);
  });

  it('holds what is used, what is required, and no prose', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(slice)), {
      openapi: '3.0.3',
      info: { title: 'People', version: '2026-01', description: cut.source },
      servers: [{ url: 'https://people.example/v1' }],
      paths: {
        '/users/{id}': {
          get: {
            operationId: 'getUser',
            parameters: [
              { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
              { name: 'fields', in: 'query', schema: { type: 'string' } },
              { name: 'Version', in: 'header', required: true, schema: { type: 'string' } },
            ],
            responses: {
              200: {
                content: { 'application/json': { schema: { $ref: '#/components/schemas/User' } } },
              },
            },
            security: [{ oauth: ['users.read'] }],
          },
        },
      },
      components: {
        schemas: {
          User: {
            type: 'object',
            required: ['id'],
            properties: {
              id: { type: 'string' },
              manager: { $ref: '#/components/schemas/User' },
              team: { $ref: '#/components/schemas/Team' },
            },
          },
          Team: { type: 'object', properties: { name: { type: 'string' } } },
        },
      },
    });
  });

  it('is not made of an operation that the document does not have', () => {
    assert.throws(
      () => sliceDocument(whole, { ...cut, operations: ['PATCH /users/{id}'] }),
      (thrown) =>
        thrown instanceof Problem &&
        thrown.message === 'The document has no “PATCH /users/{id}”. Near it: /users/{id}.',
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiSpec } from './document-operations.ts';
import { sliceProblem } from './slice.ts';

const user = {
  type: 'object',
  description: 'somebody',
  required: ['id'],
  properties: { id: { type: 'string' }, manager: { $ref: '#/components/schemas/User' } },
};
const limit = { name: 'limit', in: 'query', required: true, schema: { type: 'integer' } };
const fields = { name: 'fields', in: 'query', schema: { type: 'string' } };
const answer = {
  content: { 'application/json': { schema: { $ref: '#/components/schemas/User' } } },
};
const document = (change: object = {}, schema: object = user): ApiSpec => ({
  paths: {
    '/users': {
      get: { parameters: [limit, fields], responses: { 200: answer }, ...change },
    },
  },
  components: { schemas: { User: schema } },
});

describe('a slice of the vendor’s document', () => {
  it('may leave out prose, optional parameters, properties and whole operations', () => {
    const { description: _, ...silent } = user;
    const slice = document(
      { parameters: [limit] },
      { ...silent, properties: { id: { type: 'string' } } },
    );
    assert.equal(sliceProblem(slice, document()), null);
    assert.equal(sliceProblem({ paths: {} }, document()), null);
  });

  it('may not say more than the document, or anything else', () => {
    const bad: [ApiSpec, string][] = [
      [{ paths: { '/people': { get: {} } } }, "GET /people is not in the vendor's document"],
      [document({ parameters: [] }), 'GET /users leaves out the required parameter limit'],
      [
        document({ parameters: [limit, { name: 'sort', in: 'query' }] }),
        'GET /users, parameter sort is not in the document',
      ],
      [
        document({ parameters: [{ ...limit, schema: { type: 'string' } }] }),
        'GET /users, parameter limit/schema/type differs',
      ],
      [document({ responses: { 201: {} } }), 'GET /users/responses/201 is not in the document'],
      [
        document({}, { ...user, required: [] }),
        'GET /users/responses/200/content/application/json/schema/required differs',
      ],
      [
        document({}, { ...user, required: undefined }),
        'GET /users/responses/200/content/application/json/schema leaves out "required"',
      ],
      [
        document({}, { type: 'object', properties: user.properties }),
        'GET /users/responses/200/content/application/json/schema leaves out "required"',
      ],
      [
        document({}, { ...user, properties: { login: { type: 'string' } } }),
        'GET /users/responses/200/content/application/json/schema/properties/login is not in the document',
      ],
      [{ paths: {}, webhooks: { gone: {} } }, 'webhooks/gone is not in the document'],
    ];
    for (const [slice, says] of bad) assert.equal(sliceProblem(slice, document()), says);
  });
});

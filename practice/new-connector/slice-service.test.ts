import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isServiceDescription, sliceService } from './slice-service.ts';

const text = { type: 'string', documentation: 'words' };
const description = {
  metadata: { apiVersion: '2010-05-08' },
  operations: {
    GetUser: {
      input: { shape: 'GetUserRequest' },
      output: { shape: 'GetUserResponse', resultWrapper: 'GetUserResult' },
      errors: [{ shape: 'NoSuchEntity' }],
      documentation: 'words',
    },
    ListRoles: { input: { shape: 'ListRolesRequest' } },
  },
  shapes: {
    GetUserRequest: {
      type: 'structure',
      members: { UserName: { shape: 'name' }, Other: { shape: 'name' } },
    },
    GetUserResponse: {
      type: 'structure',
      members: { User: { shape: 'User', documentation: 'words' } },
    },
    User: {
      type: 'structure',
      required: ['UserName'],
      members: {
        UserName: { shape: 'name' },
        Boundary: { shape: 'Boundary' },
        Made: { shape: 'day' },
      },
    },
    NoSuchEntity: { type: 'structure', members: {}, error: { code: 'NoSuchEntity' } },
    ListRolesRequest: { type: 'structure', members: {} },
    Boundary: { type: 'structure', members: {} },
    ...{ name: text, day: text },
  },
};
const cut = { operations: ['GetUser'], properties: ['User', 'UserName'], source: 'a book' };

describe('a slice of a service description', () => {
  it('keeps what is used, what is required, and whatever these refer to', () => {
    const slice = sliceService(description, cut);
    assert.ok(isServiceDescription(slice));
    assert.deepEqual(Object.keys(slice.shapes), [
      ...['GetUserRequest', 'GetUserResponse', 'NoSuchEntity', 'User', 'name'],
    ]);
    assert.deepEqual(slice.shapes['GetUserRequest'], {
      ...{ type: 'structure', members: { UserName: { shape: 'name' } } },
    });
    const { members } = sliceService(description, { ...cut, properties: ['User'] }).shapes['User']!;
    assert.deepEqual(members, { UserName: { shape: 'name' } });
    assert.deepEqual(slice.metadata, { apiVersion: '2010-05-08', source: 'a book' });
    assert.doesNotMatch(JSON.stringify(slice), /words|Boundary|ListRoles/);
  });

  it('of an operation that is not there is refused', () => {
    assert.throws(
      () => sliceService(description, { ...cut, operations: ['Get'] }),
      /no operation Get/,
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectorError } from '#core/failure.ts';
import { fill, Request, type Values } from './request.ts';

const filled = (request: unknown, values: Values) => fill(Request.parse(request), values);
const pathFor = (id: string) =>
  filled({ method: 'GET', path: '/users/{account.id}/suspend' }, { 'account.id': id }).target;

const nothingSent = (because: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ConnectorError);
  assert.equal(error.failure.kind, 'rejected');
  assert.match(error.failure.detail, because);
  return true;
};

describe('a value in a path', () => {
  it('stays one segment, whatever it holds', () => {
    const base = 'https://badge.example/api/';
    for (const id of [
      'a/b',
      'a\\b',
      '../../admin',
      '..;/admin',
      'x?all=1',
      'x#y',
      'x%2fy',
      '"quoted"',
      "it's",
      'line\r\nHost: evil.example',
      'ümlaut',
      '{account.id}',
      '//evil.example',
      'https://evil.example',
      'a b',
    ]) {
      const url = new URL(`.${pathFor(id)}`, base);
      assert.equal(url.origin, 'https://badge.example', id);
      assert.equal(url.search + url.hash, '', id);
      const segments = url.pathname.split('/');
      assert.equal(segments.length, 5, id);
      assert.equal(decodeURIComponent(segments[3] ?? ''), id);
    }
  });

  it('never climbs out of the path', () => {
    for (const id of ['.', '..']) {
      assert.throws(() => pathFor(id), nothingSent(/cannot be a part of the path/), id);
    }
  });

  it('does not climb when it is only a part of the segment either', () => {
    const request = { method: 'GET', path: '/users/.{account.id}/x' };
    assert.throws(() => filled(request, { 'account.id': '.' }), nothingSent(/"\.\."/));
    assert.equal(filled(request, { 'account.id': 'x' }).target, '/users/.x/x');
  });

  it('is never empty, or one account would become all of them', () => {
    for (const id of ['', ' ']) {
      assert.throws(() => pathFor(id), nothingSent(/\{account\.id\} is empty/));
    }
  });

  it('is readable text', () => {
    assert.throws(() => pathFor('\ud800'), nothingSent(/no readable text/));
  });
});

describe('a value in a query or a form', () => {
  const hostile = 'a&admin=1=+%\r\n{person.name}';

  it('stays one value', () => {
    const { target } = filled(
      { method: 'GET', path: '/users', query: { email: '{person.email}', limit: 5 } },
      { 'person.email': hostile },
    );
    const url = new URL(target, 'https://badge.example');
    assert.deepEqual(
      [...url.searchParams],
      [
        ['email', hostile],
        ['limit', '5'],
      ],
    );
  });

  it('stays one value in a form', () => {
    const { form } = filled(
      { method: 'POST', path: '/x', form: { login: '{account.login}', hard: true } },
      { 'account.login': hostile },
    );
    assert.deepEqual(
      [...new URLSearchParams(form?.toString())],
      [
        ['login', hostile],
        ['hard', 'true'],
      ],
    );
  });

  it('is never empty in a query, or a search for one would find everybody', () => {
    const request = { method: 'GET', path: '/users', query: { email: '{person.email}' } };
    assert.throws(() => filled(request, { 'person.email': '' }), nothingSent(/is empty/));
  });

  it('is not sent when there is none', () => {
    const request = { method: 'GET', path: '/u', query: { number: '{person.employeeNumber}' } };
    assert.throws(() => filled(request, {}), nothingSent(/no \{person\.employeeNumber\}/));
  });
});

describe('a value in JSON', () => {
  it('is escaped by structure', () => {
    const id = '", "admin": true, "x": "\r\n\\';
    const { json } = filled(
      {
        method: 'POST',
        path: '/x',
        json: { user: { id: 'id:{account.id}' }, list: ['{account.id}'] },
      },
      { 'account.id': id },
    );
    assert.deepEqual(JSON.parse(JSON.stringify(json)), { user: { id: `id:${id}` }, list: [id] });
  });

  it('keeps what it is when it stands alone', () => {
    const { json } = filled(
      { method: 'PUT', path: '/x', json: { level: '{before.level}', groups: '{before.groups}' } },
      { 'before.level': 3, 'before.groups': ['a', 'b'] },
    );
    assert.deepEqual(json, { level: 3, groups: ['a', 'b'] });
  });

  it('is a single value where it stands in a text', () => {
    const request = { method: 'PUT', path: '/x', json: 'was {before.groups}' };
    assert.throws(
      () => filled(request, { 'before.groups': ['a'] }),
      nothingSent(/no single value/),
    );
  });

  it('is filled once, even when it looks like a placeholder or like a pattern', () => {
    const { json } = filled(
      { method: 'POST', path: '/x', json: 'x {account.id}' },
      { 'account.id': '{account.login} $& $1', 'account.login': 'boss' },
    );
    assert.equal(json, 'x {account.login} $& $1');
  });

  it('leaves other braces alone, as queries in a language of the system need them', () => {
    const query = 'mutation { suspend(id: $id) { ok } }';
    assert.deepEqual(filled({ method: 'POST', path: '/x', json: { query } }, {}).json, { query });
  });

  it('cannot reach the prototype of anything', () => {
    const request = JSON.parse('{"method":"POST","path":"/x","json":{"__proto__":{"a":"{item}"}}}');
    const { json } = filled(request, { item: 'x' });
    assert.equal(Object.getPrototypeOf(json), Object.prototype);
    assert.equal(({} as Record<string, unknown>)['a'], undefined);
  });
});

describe('a described request is refused', () => {
  const refusals: [what: string, request: object, message: RegExp][] = [
    ['without a leading slash', { path: 'users' }, /A path starts with "\/"/],
    ['with a full address', { path: 'https://evil.example/' }, /A path starts with "\/"/],
    ['with a foreign host', { path: '//evil.example/x' }, /has no "\/\/"/],
    ['with a query in the path', { path: '/users?all=1' }, /put values into `query`/],
    ['with a line break', { path: '/users\r\nHost: x' }, /no blanks/],
    ['with dots', { path: '/users/../admin' }, /no "\." or "\.\."/],
    ['with encoded dots', { path: '/users/%2e%2E/admin' }, /no "\." or "\.\."/],
    ['with a misspelt placeholder', { path: '/users/{account-id}' }, /no other braces/],
    ['with a body on GET', { path: '/x', json: {} }, /GET has no body/],
    ['with two bodies', { method: 'POST', path: '/x', json: {}, form: {} }, /one body/],
    ['with an unknown method', { method: 'TRACE', path: '/x' }, /Invalid option/],
    ['with an unknown part', { path: '/x', script: 'rm' }, /Unrecognized key/],
  ];
  for (const [what, request, message] of refusals) {
    it(what, () => {
      const parsed = Request.safeParse({ method: 'GET', ...request });
      assert.ok(!parsed.success);
      assert.match(parsed.error.issues.map((it) => it.message).join('\n'), message);
    });
  }
});

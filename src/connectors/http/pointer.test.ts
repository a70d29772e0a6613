import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Pointer, valueAt } from './pointer.ts';

// The document and the results of RFC 6901, section 5.
const document = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
};

describe('a JSON pointer', () => {
  const examples: [pointer: string, value: unknown][] = [
    ['', document],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
  ];
  for (const [pointer, value] of examples) {
    it(`reads ${JSON.stringify(pointer)} as the standard says`, () => {
      assert.deepEqual(valueAt(document, Pointer.parse(pointer)), value);
    });
  }

  it('reads "~01" as the name "~1"', () => {
    assert.equal(valueAt({ '~1': 'tilde', '/': 'slash' }, '/~01'), 'tilde');
  });

  it('finds nothing where the answer has no such place', () => {
    for (const pointer of ['/bar', '/foo/2', '/foo/-', '/foo/01', '/foo/-1', '/foo/0/x', '/foo/']) {
      assert.equal(valueAt(document, pointer), undefined, pointer);
    }
  });

  it('sees only what the answer itself holds, never what JavaScript adds', () => {
    for (const pointer of ['/__proto__', '/constructor/name', '/foo/length', '/toString']) {
      assert.equal(valueAt(document, pointer), undefined, pointer);
    }
  });

  it('tells null from nothing', () => {
    assert.equal(valueAt({ end: null }, '/end'), null);
    assert.equal(valueAt({ end: null }, '/end/of'), undefined);
    assert.equal(valueAt(null, ''), null);
  });

  it('reads plain numbers as whole answers', () => {
    assert.equal(valueAt(1, ''), 1);
    assert.equal(valueAt(1, '/0'), undefined);
  });

  it('is refused with a mend when it is not one', () => {
    for (const wrong of ['status', '#/status', '/a~b', '/a~2', '$.status']) {
      const refused = Pointer.safeParse(wrong);
      assert.ok(!refused.success, wrong);
      assert.match(refused.error.message, /starts with \\"\/\\"/);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messageReader } from './event-stream.ts';
import { isTouched } from './live-paths.ts';

describe('what is read anew', () => {
  it('is the list and the one that changed, and no other', () => {
    const changes = [{ noun: 'cases', id: 'c1' }] as const;
    assert.ok(isTouched('/cases', changes));
    assert.ok(isTouched('/cases/c1', changes));
    assert.ok(isTouched('/cases/c1/documents', changes));
    assert.ok(isTouched('/overview', changes));
    assert.ok(!isTouched('/cases/c11', changes));
    assert.ok(!isTouched('/connections', changes));
  });

  it('is all of a noun where several changed', () => {
    assert.ok(isTouched('/cases/c7', [{ noun: 'cases', id: null }]));
    assert.ok(!isTouched('/cases', [{ noun: 'audit', id: null }]));
  });
});

describe('a stream', () => {
  it('is read wherever its pieces were cut', () => {
    const read = messageReader();
    const whole = 'event: change\ndata: [1]\nid: a-1\n\nevent: alive\ndata: \nid: a-2\n\n';
    const found = [...whole].flatMap((piece) => read(piece));
    assert.deepEqual(found, [
      { event: 'change', id: 'a-1', data: '[1]' },
      { event: 'alive', id: 'a-2', data: '' },
    ]);
  });
});

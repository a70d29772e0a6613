import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { destination } from './destination.ts';

const origin = 'https://gatehouse.meadow.example';

describe('whoever has signed in', () => {
  it('is where they wanted to go', () => {
    assert.equal(destination('/departures?state=running#x', origin), '/departures?state=running#x');
  });

  for (const wanted of [
    undefined,
    '',
    'departures',
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/\t/evil.example/',
    'javascript:alert(1)',
    '/sign-in?to=/sign-in',
  ]) {
    it(`is on the first page, and nowhere else, with ${JSON.stringify(wanted)}`, () => {
      assert.equal(destination(wanted, origin), '/');
    });
  }
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nearest } from './nearest.ts';

describe('the word that was probably meant', () => {
  const known = ['layer', 'title', 'account.suspend', 'last working day'];
  const table: [string, string | null][] = [
    ['lable', null],
    ['layr', 'layer'],
    ['laeyr', 'layer'],
    ['TITEL', 'title'],
    ['acount.suspend', 'account.suspend'],
    ['last workday', 'last working day'],
    ['something else', null],
    ['', null],
    ['x'.repeat(100_000), null],
  ];
  for (const [word, meant] of table) {
    it(`for “${word.slice(0, 20)}” is ${meant}`, () => assert.equal(nearest(word, known), meant));
  }
});

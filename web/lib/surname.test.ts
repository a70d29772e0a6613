import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSurname, surnameIn } from './surname.ts';

describe('a surname', () => {
  it('is the last word, or what stands before the comma', () => {
    assert.equal(surnameIn('Priya Nair'), 'Nair');
    assert.equal(surnameIn('van der Berg, Anna'), 'van der Berg');
    assert.equal(surnameIn(' Madonna '), 'Madonna');
    assert.equal(surnameIn('Priya Nair,'), 'Nair');
  });

  it('counts as typed whatever its case, and nothing else does', () => {
    assert.equal(isSurname(' nair ', 'Priya Nair'), true);
    assert.equal(isSurname('Priya', 'Priya Nair'), false);
    assert.equal(isSurname('', 'Priya Nair'), false);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillParams } from './plan-params.ts';
import { nobody } from './successor.ts';

const marta = { personId: 'E-7', name: 'Marta Silva', email: 'marta@meadow.example' };
const tom = { personId: 'E-9', name: 'Tom Tamm', email: 'tom@meadow.example' };
const receivers = { successor: tom, manager: marta };

describe('parameters that name people', () => {
  it('hold the address of whom the word means', () => {
    assert.deepEqual(fillParams({ to: 'successor', cc: 'manager' }, ['to', 'cc'], receivers), {
      params: { to: tom.email, cc: marta.email },
      open: [],
    });
  });

  it('keep a word that means nobody yet, and say so', () => {
    assert.deepEqual(fillParams({ to: 'successor' }, ['to'], nobody), {
      params: { to: 'successor' },
      open: ['successor'],
    });
  });

  it('leave addresses, and words where no person belongs, as they are', () => {
    const given = { to: 'ada@meadow.example', keep: ['manager'], note: 'manager' };
    assert.deepEqual(fillParams(given, ['to'], receivers), { params: given, open: [] });
  });
});

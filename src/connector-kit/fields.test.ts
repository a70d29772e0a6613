import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { person, personParams, text } from './fields.ts';

describe('parameters that name a person', () => {
  it('are known, also those that may be left out', () => {
    const shape = z.strictObject({
      to: person('Who receives', 'An address'),
      reader: person('Who reads', 'An address').optional(),
      note: text('Note', 'Any words').optional(),
    });
    assert.deepEqual(personParams(shape), ['to', 'reader']);
  });

  it('are none where there are no parameters by name', () => {
    assert.deepEqual(personParams(z.string()), []);
  });
});

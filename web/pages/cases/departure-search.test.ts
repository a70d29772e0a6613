import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { departureSearch } from './departure-search.ts';

describe('the address of a departure', () => {
  it('says the tab, the open step and whether quiet days show', () => {
    const said = { tab: 'timeline', step: '01KA', quiet: true };
    assert.deepEqual(departureSearch(said), said);
  });

  it('leaves out what it does not know, and what goes without saying', () => {
    assert.deepEqual(departureSearch({ tab: 'list', step: ' ', quiet: 'x', other: 1 }), {});
    assert.deepEqual(departureSearch({ tab: 'mapp', step: 7 }), {});
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { groupOnMap } from './map-steps.ts';
import { aCase, aStep } from './testing/case.ts';

const groupOf = (key: string, steps: readonly Parameters<typeof aStep>[0][]) => {
  const it = aCase({ steps: steps.map(aStep) });
  return groupOnMap(it.steps.find((step) => step.key === key)!, it, 'Duties');
};

describe('what stands together on the map', () => {
  it('is what one step of the playbook became on several accounts', () => {
    const steps = [
      { key: 'block@wiki:1', title: 'Block' },
      { key: 'block@crm:1', title: 'Block' },
      { key: 'block-later@crm:1', title: 'Block' },
    ];
    assert.deepEqual(groupOf('block@wiki:1', steps), { id: 'block', title: 'Block' });
    assert.deepEqual(groupOf('block-later@crm:1', steps), { id: 'block-later', title: 'Block' });
  });

  it('is not what says different things', () => {
    const steps = [
      { key: 'know:a', title: 'Ask about invoices' },
      { key: 'know:b', title: 'Ask about clients' },
    ];
    assert.equal(groupOf('know:a', steps), undefined);
  });

  it('is apart on the way back', () => {
    const steps = [
      { key: 'block@wiki:1', title: 'Block' },
      { key: 'block@crm:1', title: 'Block' },
      { key: 'block@wiki:1:undo', title: 'Open again', undoOf: 'x' },
    ];
    assert.equal(groupOf('block@wiki:1:undo', steps)?.id, 'block back');
    assert.equal(groupOf('block@crm:1', steps)?.id, 'block');
  });
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { stopping } from './stopping.ts';

it('stops all that was started, the newest first, also when one of them fails', async () => {
  const stops = stopping();
  const stopped: string[] = [];
  for (const name of ['database', 'worker', 'web']) {
    stops.add(async () => {
      stopped.push(name);
      if (name === 'worker') throw new Error('the worker had ended already');
    });
  }

  await assert.rejects(stops.all(), /the worker had ended already/);
  await stops.all();

  assert.deepEqual(stopped, ['web', 'worker', 'database']);
});

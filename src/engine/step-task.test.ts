import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stepTask } from './step-task.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

describe('the job of a step', () => {
  it('that comes while its step is under way is followed up by one more pass', async () => {
    const passes: PromiseWithResolvers<void>[] = [];
    const work = stepTask(
      () => {
        const it = Promise.withResolvers<void>();
        passes.push(it);
        return it.promise;
      },
      { hungAfterMs: 60_000, log: quiet },
    );
    const first = work({ stepId: 'a' });
    await work({ stepId: 'a' });
    await work({ stepId: 'a' });
    assert.equal(passes.length, 1);
    passes[0]!.resolve();
    await new Promise(setImmediate);
    assert.equal(passes.length, 2);
    passes[1]!.resolve();
    await first;
    assert.equal(passes.length, 2);
  });

  it('that hangs gives its place back, and the next one works on the step', async () => {
    const said: string[] = [];
    let passes = 0;
    const work = stepTask(() => (passes++ === 0 ? new Promise(() => {}) : Promise.resolve()), {
      hungAfterMs: 20,
      log: { ...quiet, error: (_, message) => said.push(message) },
    });
    await work({ stepId: 'a' });
    assert.deepEqual(said, ['a pass hangs and is waited for no longer']);
    await work({ stepId: 'a' });
    assert.equal(passes, 2);
  });

  it('that fails leaves nothing behind that keeps the next from working', async () => {
    let passes = 0;
    const work = stepTask(
      () => (passes++ === 0 ? Promise.reject(new Error('no')) : Promise.resolve()),
      { hungAfterMs: 60_000, log: quiet },
    );
    await assert.rejects(work({ stepId: 'a' }), /no/);
    await work({ stepId: 'a' });
    assert.equal(passes, 2);
  });
});

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { until } from '#core/testing/until.ts';
import { isAlertOpen } from '#store/alerts.ts';
import { startDatabase } from '#store/testing/database.ts';
import { usualTiming } from './engine.ts';
import { endThoseThatStandStill, watchProgress } from './standstill.ts';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

describe('a runner', () => {
  const watched = () => {
    const events = new EventEmitter();
    const clock = { now: 0 };
    const patience = { standstillMs: 10_000, inHandMs: 300_000 };
    const { standsStill } = watchProgress(events, patience, () => clock.now);
    return { events, clock, standsStill };
  };

  it('stands still when it looks and no look has ended for long', () => {
    const { events, clock, standsStill } = watched();
    events.emit('localQueue:setMode', { newMode: 'POLLING' });
    clock.now = 9_000;
    assert.equal(standsStill(), false);
    events.emit('localQueue:getJobs:complete', {});
    clock.now = 18_000;
    assert.equal(standsStill(), false);
    clock.now = 19_001;
    assert.equal(standsStill(), true);
  });

  it('with jobs in hand has as long as passes may take, from one begun to the next', () => {
    const { events, clock, standsStill } = watched();
    events.emit('localQueue:setMode', { newMode: 'WAITING' });
    clock.now = 299_000;
    assert.equal(standsStill(), false);
    events.emit('job:start', {});
    clock.now = 598_000;
    assert.equal(standsStill(), false);
    clock.now = 600_000;
    assert.equal(standsStill(), true);
  });
});

describe('runners that stand still', () => {
  it('are ended again and again, somebody is told, and it is over once one looks', async (t) => {
    const { pools } = await startDatabase();
    let ended = 0;
    let hasLooked = false;
    const runner = {
      async gracefulShutdown() {
        ended += 1;
        throw new Error('it ends badly as well');
      },
    };
    const progress = { hasLooked: () => hasLooked, standsStill: () => !hasLooked };
    const watch = endThoseThatStandStill(
      { pool: pools.worker, log: quiet, timing: { ...usualTiming, standstillMs: 10 } },
      () => new Map([['wiki', { runner, progress }]]),
    );
    t.after(() => watch.stop());
    const isTold = () => isAlertOpen(pools.admin, 'queue:wiki');

    await until('somebody to be told', isTold);
    assert.ok(ended >= 3);
    hasLooked = true;
    await until('it to be over', async () => !(await isTold()));
  });
});

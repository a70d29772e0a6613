import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { raiseAlert } from '#store/alerts.ts';
import { listPulses } from '#store/liveness.ts';
import type { Sql } from '#store/sql.ts';
import { startDatabase } from '#store/testing/database.ts';
import { type Engine, usualTiming } from './engine.ts';
import { forkCondition } from './fork.ts';
import { sweepOnce } from './sweep.ts';

const { pools } = await startDatabase();

/** As much of an engine as sweeps; `fails` says which statement the database refuses. */
function sweeping(fails: (text: string) => boolean = () => false) {
  const asked: string[] = [];
  const logged: string[] = [];
  const pool = Object.assign(Object.create(pools.worker) as typeof pools.worker, {
    query(query: Sql) {
      asked.push(query.text);
      return fails(query.text)
        ? Promise.reject(new Error('not now'))
        : pools.worker.query({ text: query.text, values: query.values });
    },
  });
  const log = { info() {}, warn() {}, error: (_: object, message: string) => logged.push(message) };
  const engine = { pool, log, timing: usualTiming } as unknown as Engine;
  return { asked, logged, sweep: () => sweepOnce(engine) };
}

const openAlerts = async () =>
  (await pools.owner.query('select from alerts where resolved_at is null')).rowCount;

const alert = () =>
  raiseAlert(pools.worker, {
    ...{ condition: forkCondition, kind: 'record.forked', title: 'A fork', body: 'It was.' },
    ...{ caseId: null, stepId: null, connectionId: null, confidential: false },
  });

describe('the sweep', () => {
  it('asks once and tells that it lives, where there is nothing to do', async () => {
    const { asked, logged, sweep } = sweeping();
    await sweep();

    assert.deepEqual([asked.length, logged], [2, []]);
    assert.match(asked[1]!, /insert into pulses/);
    assert.ok((await listPulses(pools.worker)).some(({ name }) => name === 'engine'));
  });

  it('does what there is to do, and then rests again', async () => {
    await alert();
    await sweeping().sweep();
    assert.equal(await openAlerts(), 0);

    const { asked, sweep } = sweeping();
    await sweep();
    assert.equal(asked.length, 2);
  });

  it('does all of it where it cannot ask, each part for itself', async () => {
    await alert();
    const { logged, sweep } = sweeping(
      (text) => text.includes('union all') || text.includes('passkey_view'),
    );
    await sweep();

    assert.equal(await openAlerts(), 0);
    assert.ok(logged.includes('the sweep failed: what there is to do'), logged.join());
    assert.ok(logged.includes('the sweep failed: passkeys'), logged.join());
  });
});

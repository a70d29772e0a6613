import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import type pg from 'pg';
import { closeDelivery, dueDeliveries, keepDelivery, wakeDelivery } from './deliveries.ts';
import { newId } from './random.ts';
import { startDatabase } from './testing/database.ts';

const leaseMs = 30_000;

describe('deliveries whose moment has come', () => {
  let admin: pg.Pool;
  let web: pg.Pool;
  let worker: pg.Pool;
  let id: string;

  before(async () => {
    const { pools } = await startDatabase();
    ({ admin, web, worker } = pools);
  });

  beforeEach(async () => {
    await admin.query('delete from deliveries');
    await worker.query('delete from graphile_worker._private_jobs');
    id = newId();
    await keepDelivery(web, { id, source: 'hr', messageId: id, body: Buffer.of(1), askedBy: null });
    await admin.query(`update deliveries set next_at = now() - interval '2 seconds'`);
  });

  it('are left to the queue for as long as a job stands for them', async () => {
    assert.deepEqual(await dueDeliveries(worker, leaseMs), []);
    await worker.query(`update graphile_worker._private_jobs set locked_at = now()`);
    assert.deepEqual(await dueDeliveries(worker, leaseMs), []);
  });

  it('are woken when their job was lost, and only once', async () => {
    await worker.query('delete from graphile_worker._private_jobs');
    assert.deepEqual(await dueDeliveries(worker, leaseMs), [id]);

    await wakeDelivery(worker, id);

    assert.deepEqual(await dueDeliveries(worker, leaseMs), []);
  });

  it('are woken when whoever took the job is frozen, or the job has failed', async () => {
    await worker.query(`
      update graphile_worker._private_jobs set locked_at = now() - interval '31 seconds', locked_by = 'frozen'`);
    assert.deepEqual(await dueDeliveries(worker, leaseMs), [id]);
    await worker.query(`
      update graphile_worker._private_jobs
         set locked_at = null, locked_by = null, attempts = max_attempts`);
    assert.deepEqual(await dueDeliveries(worker, leaseMs), [id]);
  });

  it('are nobody’s matter any more once they are handled', async () => {
    await worker.query('delete from graphile_worker._private_jobs');
    await closeDelivery(worker, { id, outcome: 'handled', detail: '', caseId: null });
    assert.deepEqual(await dueDeliveries(worker, leaseMs), []);
  });
});

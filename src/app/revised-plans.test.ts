import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { PlannedStep } from '#core/plan.ts';
import { insertSteps, reviseSteps } from '#store/plans.ts';
import { releaseSteps } from '#store/steps.ts';
import { startTestApp, type TestApp } from './testing/app.ts';

const step = (key: string, it: Partial<PlannedStep> = {}): PlannedStep => ({
  ...{ key, playbookStep: 'lookup', title: `Look up ${key}`, why: null, layer: 'security' },
  ...{ kind: 'lookup', connectionId: null, account: null, capability: null, params: {} },
  ...{ at: { rule: 'confirmed', due: null, late: false }, after: [], task: null, notice: null },
  ...{ approval: false, priority: 110 },
  ...it,
});

describe('a case that is planned again', () => {
  let test: TestApp;
  let caseId: string;
  before(async () => {
    test = await startTestApp();
    const { caller } = await test.addUser('Hanna Hr', ['hr']);
    caseId = await test.openDeparture(caller);
    await insertSteps(test.pools.worker, caseId, [step('a'), step('b'), step('c')]);
    await releaseSteps(test.pools.worker, caseId);
  });

  const standing = async () => {
    const { rows } = await test.pools.worker.query<{ key: string; status: string; wake: Date }>(
      `select key, status, wake_at as wake from steps where case_id = $1 order by key`,
      [caseId],
    );
    return new Map(rows.map((row) => [row.key, row]));
  };

  it('lets what may begin keep its place in line, whatever comes before it in the plan', async () => {
    const before = await standing();
    assert.deepEqual(
      [...before.values()].map(({ status }) => status),
      ['ready', 'ready', 'ready'],
    );

    await reviseSteps(test.pools.worker, caseId, [
      step('new'),
      step('b', { title: 'Look up b again' }),
      step('a'),
      step('c', { priority: 10 }),
    ]);

    const after = await standing();
    for (const key of ['a', 'b']) assert.deepEqual(after.get(key), before.get(key), key);
    assert.equal(after.get('c')?.status, 'waiting', 'what became more urgent is waked anew');
  });

  it('lets what is to be done at another moment wait for it', async () => {
    const due = new Date(Date.now() + 3_600_000);
    const later = step('a', { at: { rule: 'access ends', due, late: false } });
    await reviseSteps(test.pools.worker, caseId, [step('b'), later, step('c', { after: ['b'] })]);

    const after = await standing();
    assert.deepEqual(
      ['a', 'b', 'c'].map((key) => after.get(key)?.status),
      ['waiting', 'ready', 'waiting'],
    );
    await releaseSteps(test.pools.worker, caseId);
    assert.deepEqual((await standing()).get('a')?.wake, due);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Alert } from '#api/contract/alerts.ts';
import type { ExceptionGroup } from '#api/contract/overview.ts';
import { isSeenToBy, seenToBy, toldOf } from './alerts.ts';

const group: ExceptionGroup = {
  cause: 'refused',
  connection: { id: 'slack', name: 'Slack' },
  failure: 'forbidden',
  title: null,
  detail: null,
  since: '2026-11-30T09:00:00.000Z',
  accessEndsAt: null,
  cases: 1,
  people: [{ caseId: 'c1', name: 'Priya Nair' }],
  stepIds: ['s1', 's2'],
};
const alert = (it: Partial<Alert>): Alert => ({
  id: 'a',
  kind: 'step.held',
  title: 'A step needs you',
  body: 'It waits.',
  caseId: null,
  stepId: null,
  connection: null,
  confidential: false,
  times: 1,
  told: 1,
  acknowledgedBy: null,
  acknowledgedAt: null,
  openedAt: '2026-11-30T09:00:00.000Z',
  resolvedAt: null,
  ...it,
});
const ada = { id: 'u1', name: 'Ada Admin' };

describe('alerts on the overview', () => {
  it('stand with what they tell of, or else by themselves', () => {
    const question = { ...group, cause: 'question' as const, connection: null, stepIds: [] };
    const down = { ...group, cause: 'connection' as const, stepIds: [] };
    const step = alert({ id: 'step', stepId: 's2', caseId: 'c1', connection: 'slack' });
    const asks = alert({ id: 'asks', kind: 'case.question', caseId: 'c1' });
    const silent = alert({ id: 'silent', kind: 'connection.down', connection: 'slack' });
    const record = alert({ id: 'record', kind: 'record.unstamped' });
    const over = alert({ id: 'over', stepId: 's1', resolvedAt: '2026-11-30T09:10:00.000Z' });

    const told = toldOf([group, question, down], [step, asks, silent, record, over]);

    assert.deepEqual(
      told.groups.map(({ alerts }) => alerts.map(({ id }) => id)),
      [['step'], ['asks'], ['silent']],
    );
    assert.deepEqual(told.others, [record]);
  });

  it('are seen to once somebody sees to all of them', () => {
    const [mine, nobodys] = [alert({ acknowledgedBy: ada }), alert({})];
    assert.equal(seenToBy([]), null);
    assert.equal(seenToBy([mine, nobodys]), null);
    assert.equal(seenToBy([mine]), ada);
    assert.equal(isSeenToBy([nobodys, mine], 'u1'), true);
    assert.equal(isSeenToBy([nobodys], 'u1'), false);
  });
});

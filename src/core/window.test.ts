import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isCaseIn } from './window.ts';

const window = { from: '2026-01-01', to: '2026-03-31' };
const at = (text: string) => new Date(`${text}:00Z`);
const isIn = (openedAt: string, endedAt: string | null, leftOn: string | null = null) =>
  isCaseIn(window, {
    openedAt: at(openedAt),
    endedAt: endedAt === null ? null : at(endedAt),
    employmentEnds: null,
    lastWorkingDay: leftOn,
  });

describe('a case and the window of an auditor', () => {
  it('belong together where it was open on one of the days, both included', () => {
    assert.ok(isIn('2025-11-01T12:00', null));
    assert.ok(isIn('2025-11-01T12:00', '2026-01-01T00:00'));
    assert.ok(isIn('2026-03-31T23:59', '2026-05-01T00:00'));
    assert.ok(!isIn('2025-11-01T12:00', '2025-12-31T23:59'));
    assert.ok(!isIn('2026-04-01T00:00', null));
  });

  it('belong together where the person left on one of the days, whenever it was open', () => {
    assert.ok(isIn('2026-04-01T00:00', null, '2026-03-31'));
    assert.ok(isIn('2025-11-01T12:00', '2025-12-30T00:00', '2026-01-01'));
    assert.ok(!isIn('2026-04-01T00:00', null, '2026-04-01'));
  });
});

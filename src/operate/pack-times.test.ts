import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { timesSaid } from './pack-times.ts';

const summary = (graded: object | null, more: object = {}) => {
  const step = { capability: 'account.suspend', system: 'okta-prod', grade: 'verified', graded };
  return Buffer.from(JSON.stringify({ steps: [{ ...step, ...more }] }));
};
const said = (graded: object | null, more: object = {}) =>
  timesSaid(new Map([['case.json', summary(graded, more)]]));
const day = '2026-11-23T';
const graded = {
  at: `${day}05:42:21.113Z`,
  system_at: `${day}05:42:20Z`,
  after: [
    { by: 'tsa-a', at: `${day}05:00:03.900Z` },
    { by: 'tsa-b', at: `${day}05:00:02.000Z` },
  ],
  before: [
    { by: 'tsa-a', at: `${day}06:00:01.200Z` },
    { by: 'tsa-b', at: `${day}06:00:02.000Z` },
  ],
};

describe('the times of a pack for people', () => {
  it('name the nearest second on both sides, who states it, and every other clock', () => {
    assert.deepEqual(said(graded), [
      'Block sign-in, okta-prod: verified between 2026-11-23 05:00:03Z (tsa-a) and ' +
        '2026-11-23 06:00:02Z (tsa-a, tsa-b); our clock 2026-11-23 05:42:21Z; its own clock 2026-11-23 05:42:20Z',
    ]);
  });

  it('say no more than there is', () => {
    const after = said({ ...graded, before: [], system_at: null });
    assert.match(after[0]!, /verified after 2026-11-23 05:00:03Z \(tsa-a\); our clock \S+ \S+$/);
    assert.match(said({ ...graded, after: [] })[0]!, /verified before 2026-11-23 06:00:02Z/);
    assert.deepEqual(said({ ...graded, after: [], before: [] }), []);
    assert.deepEqual(said(null), []);
    assert.deepEqual(said(graded, { system: null }), []);
  });

  it('stand case by case in a pack for a period', () => {
    const files = new Map([
      ['cases.json', Buffer.from('{}')],
      ['cases/01A/case.json', summary(graded)],
      ['cases/01B/case.json', summary(null)],
      ['cases/01C/case.json', summary({ ...graded, before: [] })],
    ]);
    const lines = timesSaid(files);
    assert.deepEqual([lines[0], lines[2]], ['Case 01A:', 'Case 01C:']);
    assert.match(lines[1]!, /^ {2}Block sign-in, okta-prod: verified between /);
    assert.match(lines[3]!, /^ {2}Block sign-in, okta-prod: verified after /);
    assert.equal(lines.length, 4);
  });
});

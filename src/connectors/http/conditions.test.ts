import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Condition, Conditions, type Facts, factsIn, holds, inWords } from './conditions.ts';

const seen = (facts: Facts) => ({ absent: false, facts });
const gone = { absent: true, facts: {} };
const all = (...conditions: object[]) => Conditions.parse({ all: conditions });
const any = (...conditions: object[]) => Conditions.parse({ any: conditions });

describe('a goal', () => {
  it('compares without guessing: a text is not a number, and not true', () => {
    const goal = all({ fact: 'state', equals: 1 });
    assert.equal(holds(goal, seen({ state: 1 })), true);
    for (const state of ['1', true, [1], null, '']) {
      assert.equal(holds(goal, seen({ state })), false, JSON.stringify(state));
    }
  });

  it('knows null and false as values', () => {
    assert.equal(holds(all({ fact: 'lockedBy', equals: null }), seen({ lockedBy: null })), true);
    assert.equal(holds(all({ fact: 'active', equals: false }), seen({ active: false })), true);
    assert.equal(holds(all({ fact: 'active', equals: false }), seen({ active: null })), false);
  });

  it('accepts one of several values', () => {
    const goal = all({ fact: 'state', isOneOf: ['blocked', 'left'] });
    assert.equal(holds(goal, seen({ state: 'left' })), true);
    assert.equal(holds(goal, seen({ state: 'active' })), false);
  });

  it('knows what is empty, and that zero is not', () => {
    const goal = all({ fact: 'sessions', isEmpty: true });
    for (const sessions of [[], {}, '', null]) {
      assert.equal(holds(goal, seen({ sessions })), true, JSON.stringify(sessions));
    }
    for (const sessions of [0, false, ['x'], 'x', { a: 1 }]) {
      assert.equal(holds(goal, seen({ sessions })), false, JSON.stringify(sessions));
    }
    assert.equal(holds(all({ fact: 'owner', isEmpty: false }), seen({ owner: 'bob' })), true);
  });

  it('is never reached by what was not read', () => {
    for (const operator of [{ equals: 'x' }, { notEquals: 'x' }, { isEmpty: true }]) {
      const goal = all({ fact: 'status', ...operator });
      assert.equal(holds(goal, seen({})), false);
      assert.equal(holds(goal, gone), false);
    }
  });

  it('tells absent accounts from present ones', () => {
    assert.equal(holds(all({ isAbsent: true }), gone), true);
    assert.equal(holds(all({ isAbsent: true }), seen({})), false);
    assert.equal(holds(all({ isAbsent: false }), seen({})), true);
    assert.equal(holds(any({ fact: 'a', equals: 1 }, { isAbsent: true }), gone), true);
  });

  it('needs every condition of `all` and one of `any`', () => {
    const two = [
      { fact: 'a', equals: 1 },
      { fact: 'b', notEquals: 1 },
    ];
    assert.equal(holds(all(...two), seen({ a: 1, b: 1 })), false);
    assert.equal(holds(any(...two), seen({ a: 1, b: 1 })), true);
    assert.equal(holds(any(...two), seen({ a: 2, b: 1 })), false);
  });

  it('is refused when it says nothing or too much', () => {
    for (const wrong of [
      {},
      { fact: 'a' },
      { equals: 1 },
      { fact: 'a', equals: 1, isEmpty: true },
      { fact: 'a', isAbsent: true },
      { fact: '__proto__', equals: 1 },
      { fact: 'a', matches: '.*' },
    ]) {
      assert.ok(!Condition.safeParse(wrong).success, JSON.stringify(wrong));
    }
    for (const wrong of [{}, { all: [] }, { all: [], any: [] }]) {
      assert.ok(!Conditions.safeParse(wrong).success, JSON.stringify(wrong));
    }
  });
});

describe('facts', () => {
  const answer = { state: 'on', groups: [{ id: 1 }, { id: 2 }], owner: null };

  it('are read from their places', () => {
    const wanted = { state: '/state', groups: { at: '/groups', each: '/id' }, owner: '/owner' };
    assert.deepEqual(factsIn(answer, wanted), {
      facts: { state: 'on', groups: [1, 2], owner: null },
    });
    assert.deepEqual(factsIn(1, { code: '' }), { facts: { code: 1 } });
  });

  it('are missed by name where the answer changed its shape', () => {
    assert.deepEqual(factsIn(answer, { x: '/status' }), { missing: '/status' });
    assert.deepEqual(factsIn(answer, { x: { at: '/state', each: '/id' } }), {
      missing: '/state (a list)',
    });
    assert.deepEqual(factsIn(answer, { x: { at: '/groups', each: '/name' } }), {
      missing: '/groups/0/name',
    });
  });

  it('may be left out where the description allows it', () => {
    const wanted = {
      a: { at: '/none', optional: true },
      b: { at: '/no', each: '/id', optional: true },
    };
    assert.deepEqual(factsIn(answer, wanted), { facts: { a: null, b: null } });
  });

  it('are told in words', () => {
    const facts = { state: 'on', sessions: ['a', 'b'], groups: [], keys: [1] };
    assert.equal(
      inWords(seen(facts)),
      'state is "on", sessions is a list of 2, groups is empty, keys is a list of 1',
    );
    assert.equal(inWords(gone), 'there is no such account');
  });
});

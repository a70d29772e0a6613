import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { factTypes } from '#core/event.ts';
import type { Role } from '#core/user.ts';
import type { RecordedChange } from '#ledger/changes.ts';
import type { Caller } from './app.ts';
import { changesFor } from './live-changes.ts';

const callerWith = (...roles: Role[]): Caller => ({
  user: {
    id: 'u_1',
    version: 1,
    name: 'Uma User',
    email: 'uma@meadow.example',
    roles,
    createdAt: new Date(0),
    disabledAt: null,
    window: null,
  } as Caller['user'],
  actor: { kind: 'person', id: 'u_1', auth: 'token' },
});

const fact = (it: Partial<RecordedChange>): RecordedChange => ({
  idx: 0,
  type: 'step.verified',
  row: null,
  caseId: null,
  confidential: false,
  openedBy: null,
  ...it,
});

describe('what somebody is told of facts', () => {
  it('names a thing once, however much happened to it', () => {
    const facts = ['step.intended', 'step.applied', 'step.verified'].map((type) =>
      fact({ type, caseId: 'c1' }),
    );
    assert.deepEqual(changesFor(callerWith('it-operator'), facts), [
      { noun: 'tasks', id: null },
      { noun: 'cases', id: 'c1' },
    ]);
  });

  it('is of whole lists where it is more than anybody looks at', () => {
    const facts = Array.from({ length: 101 }, (_, i) => fact({ caseId: `c${i}` }));
    assert.deepEqual(changesFor(callerWith('hr'), facts), [
      { noun: 'tasks', id: null },
      { noun: 'cases', id: null },
    ]);
  });

  it('is only of what their roles may read', () => {
    const facts = [
      fact({ type: 'connection.changed', row: 'connections/okta@3' }),
      fact({ type: 'policy.changed', row: 'settings/company@2' }),
      fact({ type: 'user.changed', row: 'users/u_2@2' }),
    ];
    assert.deepEqual(changesFor(callerWith('facilities'), facts), []);
    assert.deepEqual(changesFor(callerWith('it-operator'), facts), [
      { noun: 'settings', id: null },
      { noun: 'connections', id: 'okta' },
    ]);
  });

  it('is nothing of a confidential case, but for those who know of it', () => {
    const facts = [fact({ caseId: 'c1', confidential: true, openedBy: 'u_9' })];
    for (const role of ['it-operator', 'auditor', 'manager', 'facilities'] as const)
      assert.deepEqual(changesFor(callerWith(role), facts), [], role);
    assert.notEqual(changesFor(callerWith('security'), facts).length, 0);
    const own = [fact({ caseId: 'c1', confidential: true, openedBy: 'u_1' })];
    assert.notEqual(changesFor(callerWith('it-operator'), own).length, 0);
  });

  it('is nothing to whoever is disabled', () => {
    const disabled = callerWith('security');
    const gone = { ...disabled, user: { ...disabled.user, disabledAt: new Date(0) } };
    assert.deepEqual(changesFor(gone, [fact({ caseId: 'c1' })]), []);
  });

  it('never comes from reading the record, which pages of the record do themselves', () => {
    for (const type of Object.keys(factTypes).filter((it) => /^(read|disclosure)\./.test(it)))
      assert.deepEqual(changesFor(callerWith('security'), [fact({ type })]), [], type);
    assert.notEqual(changesFor(callerWith('security'), [fact({ type: 'hint.raised' })]).length, 0);
  });
});

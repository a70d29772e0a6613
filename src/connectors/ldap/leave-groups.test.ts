import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Membership } from './groups.ts';
import { leaveGroups } from './leave-groups.ts';

// Against a real server: test/ldap-groups.test.ts and test/ldap-replicas.test.ts.

const group = (name: string, changes: Partial<Membership> = {}): Membership => ({
  id: `key of ${name}`,
  dn: `cn=${name},ou=groups,dc=acme,dc=com`,
  name,
  attribute: 'member',
  last: false,
  byRule: false,
  ...changes,
});
const stateOf = (...groups: Membership[]) => ({ groups, replicas: [] });
const plan = (groups: Membership[], keep: string[] = [], placeholderMember?: string) =>
  leaveGroups({ placeholderMember }).plan(stateOf(...groups), { keep });

describe('planning to leave LDAP groups', () => {
  it('leaves all but those to keep', () => {
    const planned = plan([group('staff'), group('alumni')], ['Alumni']);
    assert.equal(planned.kind === 'change' && planned.summary, 'Leave staff.');
  });

  it('is done when only groups to keep are left', () => {
    assert.deepEqual(plan([group('alumni')], ['cn=alumni,OU=groups,dc=acme,dc=com']), {
      kind: 'done',
      because: 'Only in groups to keep: alumni.',
    });
    assert.equal(plan([]).kind, 'done');
  });

  it('never gets stuck on a group that it could keep', () => {
    assert.equal(plan([group('board', { last: true })], ['board']).kind, 'done');
  });

  it('asks a person about the last member only where nothing can take the place', () => {
    const alone = [group('board', { last: true })];
    assert.equal(plan(alone).kind, 'blocked');
    assert.equal(plan(alone, [], 'cn=nobody,dc=acme,dc=com').kind, 'change');
  });

  it('asks a person about groups that the server fills by a rule', () => {
    const planned = plan([group('all of sales', { byRule: true })]);
    assert.match(planned.kind === 'blocked' ? planned.because : '', /fills all of sales by a rule/);
  });

  it('waits for copies on both ways', () => {
    const replicas = [{ server: 'b:636', shows: 'something else' as const }];
    const { plan, restore } = leaveGroups({});
    assert.equal(plan({ groups: [], replicas }, { keep: [] }).kind, 'underway');
    const state = { groups: [group('staff')], replicas };
    assert.equal(restore?.(state, stateOf(group('staff'))).kind, 'underway');
  });

  it('rejoins nothing that it is in already, under whatever name', () => {
    const { restore } = leaveGroups({});
    const renamed = { ...group('staff'), name: 'everybody', dn: 'cn=everybody,dc=acme,dc=com' };
    assert.equal(restore?.(stateOf(renamed), stateOf(group('staff'))).kind, 'done');
  });
});

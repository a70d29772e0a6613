import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { leaveGroups } from './leave-groups.ts';

// Against real controllers: test/active-directory.test.ts and -controllers.test.ts.

const group = (name: string, ...on: string[]) => ({
  id: `key of ${name}`,
  dn: `CN=${name},DC=acme,DC=com`,
  name,
  on,
});
const domainUsers = { name: 'Domain Users', dn: 'CN=Domain Users,DC=acme,DC=com', ordinary: true };
const controllers = [
  { controller: 'dc1:636', read: true },
  { controller: 'dc2:636', read: true },
];
const state = (groups: ReturnType<typeof group>[], changes: object = {}) => ({
  groups,
  primaryGroup: domainUsers,
  controllers,
  ...changes,
});

describe('planning to leave Active Directory groups', () => {
  it('leaves all but those to keep', () => {
    const groups = [group('Staff', 'dc1:636'), group('Alumni', 'dc1:636')];
    const planned = leaveGroups.plan(state(groups), { keep: ['alumni'] });
    assert.equal(planned.kind === 'change' && planned.summary, 'Leave Staff.');
    assert.equal(leaveGroups.plan(state(groups), { keep: ['ALUMNI', 'Staff'] }).kind, 'done');
  });

  it('says which primary group is left', () => {
    assert.deepEqual(leaveGroups.plan(state([]), { keep: [] }), {
      kind: 'done',
      because: 'No group lists the account; its primary group is Domain Users.',
    });
  });

  it('asks a person about an unusual primary group, unless it is to be kept', () => {
    const primaryGroup = { name: 'Engineers', dn: 'CN=Engineers,DC=acme,DC=com', ordinary: false };
    const unusual = state([], { primaryGroup });
    const planned = leaveGroups.plan(unusual, { keep: [] });
    assert.match(planned.kind === 'blocked' ? planned.because : '', /^Engineers is the primary/);
    assert.equal(leaveGroups.plan(unusual, { keep: ['engineers'] }).kind, 'done');
    assert.equal(leaveGroups.plan(unusual, { keep: [primaryGroup.dn] }).kind, 'done');
  });

  it('waits for a controller that cannot be read, on both ways', () => {
    const half = state([], {
      controllers: [controllers[0], { controller: 'dc2:636', read: false }],
    });
    assert.equal(leaveGroups.plan(half, { keep: [] }).kind, 'underway');
    assert.equal(leaveGroups.restore?.(half, state([])).kind, 'underway');
  });

  it('rejoins each group on the controllers that lack it, and none besides', () => {
    const before = state([group('Staff', 'dc1:636', 'dc2:636'), group('Sales', 'dc1:636')]);
    const now = state([group('Staff', 'dc1:636', 'dc2:636'), group('New', 'dc1:636')]);
    assert.deepEqual(leaveGroups.restore?.(now, before), {
      kind: 'change',
      summary: 'Rejoin Sales.',
      change: { leave: [], join: [group('Sales', 'dc1:636', 'dc2:636')] },
    });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Ability } from '#api/contract/connections.ts';
import { checksOf, lastCheck } from './checks.ts';
import { freeId, healthOf } from './health.ts';

const ability = (it: Partial<Ability>): Ability => ({
  capability: 'account.suspend',
  kind: 'transition',
  summary: 'Blocks the account',
  scopes: ['users.write'],
  missing: [],
  canBeUndone: true,
  ...it,
});
const statesOf = (kind: string, detail = 'no') =>
  checksOf({ works: false, failure: { kind: kind as 'forbidden', detail } }, [ability({})]).map(
    (it) => it.state,
  );

describe('the checks of a connection', () => {
  it('end where the system ended; what comes after was not asked', () => {
    assert.deepEqual(statesOf('unavailable'), ['refused', 'not-tried', 'not-tried', 'not-tried']);
    assert.deepEqual(statesOf('unauthenticated'), ['passed', 'refused', 'not-tried', 'not-tried']);
    assert.deepEqual(statesOf('forbidden'), ['passed', 'passed', 'refused', 'not-tried']);
    assert.deepEqual(statesOf('rate-limited'), ['passed', 'passed', 'refused', 'not-tried']);
  });

  it('end at the address where our own guard let nobody be called', () => {
    const detail = '10.0.0.7 is not a public address. … add x:636 to the on-premises targets.';
    assert.equal(statesOf('forbidden', detail)[0], 'refused');
  });

  it('name the permission that is missing, and tell nothing where the system does not', () => {
    const found = checksOf({ works: true, actingAs: 'bot', scopes: ['users.read'] }, [
      ability({}),
      ability({ missing: ['users.write'] }),
      ability({ missing: null }),
      ability({ missing: null, kind: 'by-hand' }),
    ]);
    assert.deepEqual(
      found.map((it) => [it.state, 'missing' in it ? it.missing : null]),
      [
        ['passed', null],
        ['passed', null],
        ['passed', null],
        ['passed', []],
        ['refused', ['users.write']],
        ['not-told', []],
        ['passed', []],
      ],
    );
  });

  it('are those of the last look; a connection that nobody looked at has none', () => {
    const never = { checkedAt: null, checkFailure: null, actingAs: null, scopes: null };
    assert.equal(lastCheck(never), null);
    assert.equal(lastCheck({ ...never, checkedAt: '2026-11-30T09:00:00Z' })?.works, true);
    const failure = { kind: 'forbidden', detail: 'no' } as const;
    assert.deepEqual(lastCheck({ ...never, checkFailure: failure }), { works: false, failure });
  });
});

describe('the health of a connection', () => {
  it('is that of its state first, then of its last check', () => {
    const it = { state: 'active', checkFailure: null, checkedAt: null } as const;
    assert.equal(healthOf(it), 'not-checked');
    assert.equal(healthOf({ ...it, checkedAt: '2026-11-30T09:00:00Z' }), 'works');
    assert.equal(
      healthOf({ ...it, checkFailure: { kind: 'forbidden', detail: '' } }),
      'check-refused',
    );
    assert.equal(healthOf({ ...it, state: 'down' }), 'down');
  });
});

describe('a new connection', () => {
  it('gets an id that is free', () => {
    assert.equal(freeId('okta', ['okta', 'okta-2']), 'okta-3');
    assert.equal(freeId('okta', []), 'okta');
  });
});

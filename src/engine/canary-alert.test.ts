import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnyAction } from '#connector-kit/contract.ts';
import type { ConnectionOffer } from '#core/playbook.ts';
import { readPlaybook } from '#core/playbook.ts';
import { rightsMissing } from './canary-alert.ts';

const action = (capability: string, scopes: readonly string[]) =>
  ({ capability, kind: 'transition', scopes }) as unknown as AnyAction;
const actions = [
  action('account.suspend', ['users.write']),
  action('sessions.revoke', ['sessions.write', 'users.read']),
  action('device.wipe', ['devices.write']),
];
const offer: ConnectionOffer = {
  id: 'okta',
  name: 'Okta',
  category: 'identity',
  holdsAccounts: true,
  actions: actions.map(({ capability }) => ({
    capability,
    kind: 'transition',
    mustPrecede: [],
    requiredParams: [],
    personParams: [],
  })),
};

const playbookThat = (steps: string) => {
  const read = readPlaybook(`
playbook: leave
title: Leave
for: departure
steps:
${steps}`);
  assert.ok('playbook' in read, JSON.stringify(read));
  return read.playbook;
};

describe('the rights that a departure will need', () => {
  const everywhere = playbookThat(`
  - { id: block, layer: security, do: account.suspend, on: every account }
  - { id: out, layer: security, do: sessions.revoke, on: { category: identity }, after: [block] }`);

  it('are those of what playbooks ask for there, and of nothing else', () => {
    assert.deepEqual(rightsMissing(['users.read'], actions, offer, [everywhere]), [
      { capability: 'account.suspend', scopes: ['users.write'] },
      { capability: 'sessions.revoke', scopes: ['sessions.write'] },
    ]);
    const all = ['users.read', 'users.write', 'sessions.write'];
    assert.deepEqual(rightsMissing(all, actions, offer, [everywhere]), []);
  });

  it('are not asked for by playbooks that go elsewhere', () => {
    const elsewhere = playbookThat(
      '  - { id: block, layer: security, do: account.suspend, on: { category: code } }',
    );
    assert.deepEqual(rightsMissing([], actions, offer, [elsewhere]), []);
  });
});

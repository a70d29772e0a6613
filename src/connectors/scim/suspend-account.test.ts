import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { ConnectorError } from '#core/failure.ts';
import type { ScimQuirks } from '../../../practice/servers/scim.ts';
import { type Declared, practise } from '../../../practice/servers/scim-testing.ts';
import { suspendAccount } from './suspend-account.ts';

keepsPromises(suspendAccount, {}, () => practise());

const dialects: [string, Partial<ScimQuirks>, Declared][] = [
  ['has no PATCH', { patch: false }, { update: 'put' }],
  ['wants the attribute in the value', {}, { patchStyle: 'value' }],
  [
    'speaks as Entra ID does',
    { capitalisedOperations: true },
    { operationNames: 'capitalised', patchStyle: 'value' },
  ],
  ['writes booleans as text', { booleans: 'text' }, { booleans: 'text' }],
  ['writes booleans as capitalised text', { booleans: 'text' }, { booleans: 'capitalised-text' }],
  [
    'has text for booleans and no PATCH',
    { booleans: 'text', patch: false },
    { booleans: 'text', update: 'put' },
  ],
];
for (const [name, quirks, declared] of dialects) {
  describe(`with a server that ${name}`, () => {
    keepsPromises(suspendAccount, {}, () => practise({ quirks }, declared));
  });
}

describe('suspend account', () => {
  it('sets active to false, and only for this account', async () => {
    const { server, client, accountId } = await practise();

    await suspendAccount.apply(client, accountId, { active: false });

    assert.equal(server.users.get('ada')?.active, false);
    assert.equal(server.users.get('bob')?.active, true);
    assert.deepEqual(
      server.effects.map(({ id, what }) => ({ id, what })),
      [{ id: 'ada', what: 'suspended' }],
    );
  });

  it('keeps every other attribute when the whole user is replaced', async () => {
    const { server, client, accountId } = await practise(
      { quirks: { patch: false } },
      { update: 'put' },
    );
    const { active, ...others } = server.users.get('ada')!;

    await suspendAccount.apply(client, accountId, { active: false });

    assert.deepEqual(server.users.get('ada'), { ...others, active: false });
  });

  it('still has something to change after a server that lies', async () => {
    const { server, client, accountId } = await practise();
    server.behaviour = 'lies';

    await suspendAccount.apply(client, accountId, { active: false });

    assert.equal(
      suspendAccount.plan(await suspendAccount.read(client, accountId), {}).kind,
      'change',
    );
  });

  it('leaves alone what is suspended already', () => {
    assert.equal(suspendAccount.plan({ active: false }, {}).kind, 'done');
  });

  it('asks a person when the server does not tell whether the account is active', () => {
    assert.equal(suspendAccount.plan({ active: null }, {}).kind, 'blocked');
    assert.equal(suspendAccount.restore?.({ active: false }, { active: null }).kind, 'blocked');
  });

  it('does not wake an account that was suspended before', () => {
    assert.equal(suspendAccount.restore?.({ active: false }, { active: false }).kind, 'done');
  });

  it('does not take a vanished account for a suspended one', async () => {
    const { server, client, accountId } = await practise();
    server.users.delete('ada');

    await assert.rejects(
      suspendAccount.read(client, accountId),
      new ConnectorError({ kind: 'not-found', detail: 'The account no longer exists there' }),
    );
  });

  it('comes before the sign-out that a sign-in would undo', () => {
    assert.ok(suspendAccount.mustPrecede?.includes('sessions.revoke'));
  });
});

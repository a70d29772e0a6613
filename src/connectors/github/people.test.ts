import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { find } from './people.ts';
import { keysOf, listOf, setUp, type World } from './test-organisation.ts';

const address = 'priya@meadow.example';

async function foundIn(world: World, keys = keysOf(address, 'E-1042')) {
  return (await find(setUp(world).client, keys)).map(({ id }) => id);
}

describe('people on GitHub', () => {
  it('are found by the name they sign in with, whatever its case', async () => {
    assert.deepEqual(await foundIn({ priya: { saml: { nameId: address } } }), ['1042']);
    assert.deepEqual(await foundIn({ priya: { saml: { nameId: 'Priya@Meadow.example' } } }), [
      '1042',
    ]);
  });

  it('are found by an address of the identity where the name is none, on any page', async () => {
    const users = Array.from({ length: 250 }, (_, i) => ({
      ...{ id: 2_000 + i, login: `u${i}`, role: 'member' as const },
      saml: { nameId: `00u${i}` },
    }));
    const priya = { saml: { nameId: '00u-priya', emails: [address] } };
    assert.deepEqual(await foundIn({ priya, more: { users } }), ['1042']);
  });

  it('are never guessed from a login, a part of an address or a public profile', async () => {
    const users = [
      { id: 5, login: 'priya', role: 'member' as const },
      { id: 6, login: 'priya-nair', role: 'member' as const, saml: { nameId: `x${address}` } },
    ];
    assert.deepEqual(await foundIn({ more: { users } }), []);
  });

  it('are not called nobody where the organisation has no identity provider', async () => {
    await assert.rejects(
      foundIn({ more: { withoutSaml: true } }),
      failsAs('rejected', /no identity provider of meadow/),
    );
  });

  it('are found by an address in a verified domain, and only where there is one', async () => {
    const findBy = ['verified domain'];
    const users = [
      { id: 5, login: 'sam', role: 'member' as const, verifiedEmails: ['sam@meadow.example'] },
    ];
    assert.deepEqual(await foundIn({ findBy, priya: { verifiedEmails: [address] } }), ['1042']);
    assert.deepEqual(await foundIn({ findBy, more: { users } }), []);
    await assert.rejects(foundIn({ findBy }), failsAs('rejected', /verify its domain/));
  });

  it('are found by a list that was uploaded, outside collaborators as well', async () => {
    const findBy = ['list'];
    const list = listOf([
      { login: 'PRI-codes', personId: 'E-1042', email: null },
      { login: 'left-long-ago', personId: 'E-1042', email: null },
      { login: 'sam', personId: 'E-7', email: address },
    ]);
    const users = [
      { id: 5, login: 'sam', role: 'member' as const },
      { id: 6, login: 'left-long-ago' },
    ];
    assert.deepEqual(await foundIn({ findBy, list, more: { users } }), ['1042']);
    const outside = setUp({ findBy, list, more: { users } });
    delete outside.user.role;
    outside.user.isOutside = true;
    assert.deepEqual((await find(outside.client, keysOf(address, 'E-1042'))).length, 1);
  });

  it('are not called nobody without a list, or with one that could not be read whole', async () => {
    const findBy = ['list'];
    await assert.rejects(foundIn({ findBy }), failsAs('unavailable', /No list/));
    const list = listOf([], 3);
    await assert.rejects(
      foundIn({ findBy, list }),
      failsAs('unavailable', /could not be read \(3\)/),
    );
  });

  it('who are invited by their address count as an account of theirs', async () => {
    const invitations = [
      { id: 9, login: null, email: 'Priya@meadow.example', role: 'direct_member' },
      { id: 10, login: null, email: 'sam@meadow.example', role: 'direct_member' },
    ];
    assert.deepEqual(await foundIn({ more: { invitations } }), ['invitation:9']);
  });

  it('are not called nobody when GitHub refuses to tell', async () => {
    const world = setUp();
    await world.client.userById('1');
    world.failNext(Response.json({ message: 'Resource not accessible' }, { status: 403 }));
    await assert.rejects(find(world.client, keysOf(address)), failsAs('forbidden'));
  });
});

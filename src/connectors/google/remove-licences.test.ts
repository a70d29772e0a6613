import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { removeLicences } from './remove-licences.ts';
import { planFor, setUp } from './test-company.ts';

const licences = () => [
  { product: 'Google-Apps', sku: '1010020020' },
  { product: 'Google-Vault', sku: 'Google-Vault' },
];
const workspace = { products: ['Google-Apps'] };
const sam = () => ({ id: 'sam', primaryEmail: 'sam@meadow.example', licences: licences() });
const world = () => setUp({ licences: licences() }, { users: [sam()], pageSize: 1 });

describe('licences in Google', () => {
  keepsPromises(removeLicences, workspace, () => world());

  it('go as far as products are named, and those of others stay', async () => {
    const { client, user, users } = world();
    const both = { products: ['Google-Apps', 'Google-Vault'] };
    const planned = await planFor(removeLicences, client, workspace);
    assert.ok(planned.kind === 'change');
    await removeLicences.apply(client, 'priya', planned.change);
    assert.deepEqual(user.licences, [licences()[1]]);
    assert.deepEqual(users.find(({ id }) => id === 'sam')?.licences, licences());
    assert.equal((await planFor(removeLicences, client, both)).kind, 'change');
  });

  it('that a unit hands out again are seen', async () => {
    const { client, user } = world();
    const planned = await planFor(removeLicences, client, workspace);
    assert.ok(planned.kind === 'change');
    await removeLicences.apply(client, 'priya', planned.change);
    user.licences = licences();
    assert.equal((await planFor(removeLicences, client, workspace)).kind, 'change');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { failsAs, practise } from '../../../practice/servers/scim-testing.ts';
import { deleteAccount } from './delete-account.ts';

const byDelete = deleteAccount({ canDelete: true, deactivation: 'suspends' });
const byDeactivation = deleteAccount({ canDelete: false, deactivation: 'deletes' });
const deletesWhatIsDeactivated = { quirks: { deactivation: 'deletes', delete: false } } as const;

keepsPromises(byDelete, {}, () => practise());
describe('where deactivating deletes', () => {
  keepsPromises(byDeactivation, {}, () => practise(deletesWhatIsDeactivated));
});

describe('delete account', () => {
  it('removes this account and no other', async () => {
    const { server, client, accountId } = await practise();

    await byDelete.apply(client, accountId, 'delete');

    assert.deepEqual([...server.users.keys()], ['bob']);
  });

  it('says that the account no longer exists once the server answers 404', async () => {
    const { server, client, accountId } = await practise();
    server.users.delete('ada');

    assert.deepEqual(await byDelete.read(client, accountId), { exists: false });
  });

  it('does not believe a 404 where nothing speaks SCIM', async () => {
    const { client, server } = await practise();
    server.behaviour = { status: 404, type: 'text/html', body: '<h1>Not here</h1>' };

    await assert.rejects(byDelete.read(client, 'ada'), failsAs('unexpected'));
  });

  it('still has something to change after a server that lies', async () => {
    const { server, client, accountId } = await practise();
    server.behaviour = 'lies';

    await byDelete.apply(client, accountId, 'delete');

    assert.equal(byDelete.plan(await byDelete.read(client, accountId), {}).kind, 'change');
  });

  it('is not done where deactivating only suspends, against what was declared', async () => {
    const { client, accountId } = await practise();

    await byDeactivation.apply(client, accountId, 'deactivate');

    const state = await byDeactivation.read(client, accountId);
    assert.equal(byDeactivation.plan(state, {}).kind, 'change');
  });

  it('offers no way back', () => {
    assert.equal(byDelete.restore, undefined);
  });

  it('says so where deactivating is what deletes', () => {
    assert.match(byDeactivation.summary, /deletes what is deactivated/);
    assert.deepEqual(byDeactivation.mustPrecede, ['sessions.revoke']);
  });
});

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import type { SavedView, SavedViewList } from './contract/saved-views.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

const path = '/api/v1/saved-views';

describe('views of lists that people keep', () => {
  let api: TestApi;
  let ada: TestUser;
  let hanna: TestUser;

  before(async () => {
    api = await startTestApi();
    ada = await api.addUser('Ada Admin', ['it-admin']);
    hanna = await api.addUser('Hanna HR', ['hr']);
  });

  const keep = (by: TestUser, json: object) =>
    api.read<SavedView>(path, { token: by.token, json: { list: 'departures', ...json } });
  const namesFor = async ({ token }: TestUser) =>
    (await api.read<SavedViewList>(path, { token })).items.map(({ name }) => name);

  it('are for whoever keeps them, until they are shared', async () => {
    await keep(ada, { name: 'Mine', search: { view: 'late', text: 'Nair' } });
    const shared = await keep(ada, { name: 'Ours', search: { state: 'paused' }, shared: true });

    assert.deepEqual(await namesFor(ada), ['Mine', 'Ours']);
    assert.deepEqual(await namesFor(hanna), ['Ours']);
    const [seen] = (await api.read<SavedViewList>(path, { token: hanna.token })).items;
    assert.deepEqual(seen, {
      ...shared,
      owner: { id: ada.caller.user.id, name: 'Ada Admin' },
      isOwn: false,
    });
  });

  it('are replaced by the owner’s next one of the same name, and by nobody else’s', async () => {
    const first = await keep(ada, { name: 'Late', search: { view: 'late' } });
    const second = await keep(ada, { name: 'Late', search: { view: 'today' } });
    await keep(hanna, { name: 'Late', search: { view: 'open' } });

    assert.equal(second.id, first.id);
    const { items } = await api.read<SavedViewList>(path, { token: ada.token });
    assert.deepEqual(items.find(({ name }) => name === 'Late')?.search, { view: 'today' });
  });

  it('are taken out by their owner alone', async () => {
    const it = await keep(ada, { name: 'Brief', search: { view: 'today' }, shared: true });
    const at = `${path}/${it.id}`;
    const refused = await api.ask(at, { method: 'DELETE', token: hanna.token });
    assert.equal(refused.status, 404);
    const gone = await api.ask(at, { method: 'DELETE', token: ada.token });
    assert.equal(gone.status, 204);
    assert.ok(!(await namesFor(ada)).includes('Brief'));
  });

  it('share no text that somebody looks for, since it may be a name', async () => {
    const json = { list: 'departures', name: 'X', search: { text: 'Nair' }, shared: true };
    const refused = await api.ask(path, { token: ada.token, json });
    assert.equal(refused.status, 422);
    assert.match(JSON.stringify(await problemIn(refused, 422)), /for you alone/);
  });

  it('of the record are for those who may read it, and share nobody’s name', async () => {
    const view = { list: 'audit', name: 'Refused', search: { result: 'refused', system: 'okta' } };
    await keep(ada, { ...view, shared: true });
    assert.ok((await namesFor(ada)).includes('Refused'));
    assert.ok(!(await namesFor(hanna)).includes('Refused'));

    const ask = (json: object, { token } = ada) => api.ask(path, { token, json });
    assert.equal((await ask(view, hanna)).status, 403);
    for (const search of [{ person: 'Nair' }, { actor: 'u_1' }, { text: 'Nair' }])
      assert.equal((await ask({ ...view, search, shared: true })).status, 422);
    assert.equal((await ask({ ...view, search: { view: 'late' } })).status, 422);
    assert.equal((await ask({ ...view, search: {} })).status, 422);
  });

  it('are not so many that nobody finds them', async () => {
    for (let i = 0; i < 50; i += 1)
      await keep(hanna, { name: `View ${i}`, search: { view: 'late' } }).catch(() => {});
    const json = { list: 'departures', name: 'One more', search: { view: 'late' } };
    const refused = await api.ask(path, { token: hanna.token, json });
    assert.equal(refused.status, 409);
    const again = { ...json, name: 'View 1' };
    assert.equal((await api.ask(path, { token: hanna.token, json: again })).status, 200);
  });
});

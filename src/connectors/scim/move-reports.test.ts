import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import type { ScimServerOptions } from '../../../practice/servers/scim.ts';
import {
  type Declared,
  failsAs,
  people,
  practise,
} from '../../../practice/servers/scim-testing.ts';
import { discover } from './discover.ts';
import { scim } from './index.ts';
import { moveReports, ownedBy } from './move-reports.ts';
import { enterprise } from './resources.ts';

const reporting = (id: string, manager: string) => ({
  id,
  userName: `${id}@acme.test`,
  title: 'Clerk',
  [enterprise]: { department: 'Tea', manager: { value: manager } },
});
const to = 'bob@acme.test';
const params = { to };

/** Ada manages Cem and Dee, Bob manages Eve. */
const world = (declared: Declared = {}, options: Partial<ScimServerOptions> = {}) =>
  practise(
    {
      users: [...people, reporting('cem', 'ada'), reporting('dee', 'ada'), reporting('eve', 'bob')],
      ...options,
    },
    { managers: 'search', ...declared },
  );
type World = Awaited<ReturnType<typeof world>>;

const extensionAt = ({ server }: World, id: string) =>
  z
    .object({ department: z.string().optional(), manager: z.object({ value: z.string() }) })
    .parse(server.users.get(id)?.[enterprise]);
const managersAt = (it: World) =>
  ['cem', 'dee', 'eve'].map((id) => extensionAt(it, id).manager.value);
const read = (
  { client, accountId }: World,
  before?: Awaited<ReturnType<typeof moveReports.read>>,
) => moveReports.read(client, accountId, { params, before: before ?? null });

describe('whom somebody manages in a SCIM application', () => {
  const ways: Record<string, [Declared, Partial<ScimServerOptions>?]> = {
    'a search': [{}],
    'a list': [{ managers: 'list' }],
    'a server that knows only PUT': [{ update: 'put' }, { quirks: { patch: false } }],
    'a PATCH that names it in the value': [{ patchStyle: 'value', operationNames: 'capitalised' }],
  };
  for (const [way, [declared, options]] of Object.entries(ways)) {
    keepsPromises(moveReports, params, () => world(declared, options));

    it(`is found and handed over by ${way}, and nothing else about them changes`, async () => {
      const it = await world(declared, options);
      assert.deepEqual(await ownedBy(it.client, 'ada'), [
        { id: 'cem', name: 'cem@acme.test', kind: 'direct report', soleOwner: true },
        { id: 'dee', name: 'dee@acme.test', kind: 'direct report', soleOwner: true },
      ]);
      const before = await read(it);
      const plan = moveReports.plan(before, params);
      assert.equal(plan.kind, 'change');
      assert.equal(plan.summary, `Make ${to} the manager of cem@acme.test, dee@acme.test.`);
      await moveReports.apply(it.client, 'ada', plan.change);

      assert.deepEqual(managersAt(it), ['bob', 'bob', 'bob']);
      assert.equal(it.server.users.get('cem')?.['title'], 'Clerk');
      assert.equal(extensionAt(it, 'cem').department, 'Tea');
      const after = await read(it, before);
      assert.equal(moveReports.plan(after, params).kind, 'done');

      const back = moveReports.restore!(after, before);
      assert.equal(back.kind, 'change');
      await moveReports.apply(it.client, 'ada', back.change);
      assert.deepEqual(managersAt(it), ['ada', 'ada', 'bob']);
    });
  }

  it('goes to nobody who cannot be their manager', async () => {
    const it = await world();
    it.server.users.set('bob', { ...it.server.users.get('bob')!, active: false });
    const said = async (receiver: string) => {
      const state = await moveReports.read(it.client, 'ada', {
        params: { to: receiver },
        before: null,
      });
      const plan = moveReports.plan(state, { to: receiver });
      return plan.kind === 'blocked' ? plan.because : plan.kind;
    };
    assert.match(await said('bob@acme.test'), /No open account alone/);
    assert.match(await said('nobody@acme.test'), /No open account alone/);
    assert.match(await said('ada@acme.test'), /is the account itself/);
    assert.match(await said('cem@acme.test'), /cannot be their own manager/);
  });

  it('leaves whom somebody chose since, and does not miss who has gone', async () => {
    const it = await world();
    const before = await read(it);
    const plan = moveReports.plan(before, params);
    assert.ok(plan.kind === 'change');
    await moveReports.apply(it.client, 'ada', plan.change);
    it.server.users.set('cem', {
      ...it.server.users.get('cem')!,
      [enterprise]: { manager: { value: 'eve' } },
    });
    it.server.users.delete('dee');
    const back = moveReports.restore!(await read(it, before), before);
    assert.equal(back.kind, 'done');
  });

  it('is not believed where the server answers everybody, and the check says so', async () => {
    const { client } = await world({}, { quirks: { filters: 'ignored' } });
    await assert.rejects(ownedBy(client, 'ada'), failsAs('unexpected'));
    const blind = await world({ findBy: ['userName'] }, { quirks: { filters: 'blind' } });
    await assert.rejects(discover(blind.client), failsAs('unexpected'));
    await discover((await world()).client);
  });

  it('is offered only where the application is said to know it, and before accounts are deleted', async () => {
    const { settings } = await world({ managers: 'none' });
    assert.equal(scim.owns?.(settings), null);
    const offered = (it: typeof settings) =>
      (typeof scim.actions === 'function' ? scim.actions(it) : []).map(
        ({ capability }) => capability,
      );
    assert.ok(!offered(settings).includes('reports.move'));
    assert.ok(offered({ ...settings, managers: 'list' }).includes('reports.move'));
    assert.ok(moveReports.mustPrecede?.includes('account.delete'));
  });
});

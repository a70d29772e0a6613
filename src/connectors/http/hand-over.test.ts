import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnyTransition, Owned } from '#connector-kit/contract.ts';
import { fakeService, json } from '#connector-kit/testing/fake-service.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { actionsFor } from './actions.ts';
import { type Client, openClient } from './client.ts';
import { changed, example, failureOf } from './example.ts';
import { ownedBy } from './owned.ts';
import { settings as Settings } from './settings.ts';

const noContent = () => new Response(null, { status: 204 });

const listing = {
  request: { method: 'GET', path: '/flows/of/{account.id}' },
  items: '/flows',
  paging: { kind: 'none' },
} as const;
const description = {
  ...example.description,
  owned: {
    ...listing,
    thing: { id: '/id', name: '/name', kind: 'integration', owners: '/owners' },
  },
  capabilities: {
    'ownership.transfer': {
      read: { request: listing.request, facts: { flows: { at: '/flows', each: '/id' } } },
      goal: { all: [{ fact: 'flows', isEmpty: true }] },
      apply: [
        { method: 'POST', path: '/flows/{item}/owners/{to.id}', forEach: 'flows' },
        { method: 'DELETE', path: '/flows/{item}/owners/{account.id}', forEach: 'flows' },
      ],
      restore: [
        { method: 'POST', path: '/flows/{item}/owners/{account.id}', forEach: 'flows' },
        { method: 'DELETE', path: '/flows/{item}/owners/{to.id}', forEach: 'flows' },
      ],
      repeatable: true,
    },
    'data.transfer': {
      apply: [{ method: 'POST', path: '/transfers', json: { to: '{to.email}' } }],
      repeatable: true,
    },
  },
};
const settings = Settings.parse({ ...example, description });

/** A system with flows that have owners, and three people. */
function startSystem() {
  const flows = new Map([
    ['f-1', { name: 'CRM sync', owners: ['priya'] }],
    ['f-2', { name: 'Invoices', owners: ['priya', 'kim'] }],
  ]);
  const calls: string[] = [];
  const users = ['priya', 'tom', 'svc'].map((id) => ({
    ...{ id, login: id, state: true, email: `${id}@acme.test`, roles: [] },
  }));
  const service = fakeService({
    'GET /api/users': () => json(200, { users }),
    'GET /api/flows/of/:who': ({ who }) =>
      json(200, {
        flows: [...flows]
          .filter(([, it]) => it.owners.includes(who!))
          .map(([id, it]) => ({ id, ...it })),
      }),
    'POST /api/flows/:id/owners/:who': ({ id, who }) => {
      const flow = flows.get(id!)!;
      flow.owners = [...new Set([...flow.owners, who!])].sort();
      calls.push(`+ ${who} ${id}`);
      return noContent();
    },
    'DELETE /api/flows/:id/owners/:who': ({ id, who }) => {
      const flow = flows.get(id!)!;
      flow.owners = flow.owners.filter((it) => it !== who);
      assert.ok(flow.owners.length > 0, 'a flow is never without an owner');
      calls.push(`- ${who} ${id}`);
      return noContent();
    },
    'POST /api/transfers': () => noContent(),
  });
  const client = openClient(settings, { ...loopbackIo, fetch: service.fetch });
  return { client, accountId: 'priya', data: () => [...flows], flows, calls };
}

const actionOf = (capability: string) =>
  actionsFor(settings).find((it) => it.capability === capability)!;
const transfer = actionOf('ownership.transfer') as AnyTransition<Client>;
const to = 'tom@acme.test';

describe('ownerships described without code', () => {
  keepsPromises(transfer, { to }, startSystem);

  it('are read with who else owns them', async () => {
    const { client } = startSystem();
    const owned: readonly Owned[] = await ownedBy(client, 'priya');
    assert.deepEqual(owned, [
      { id: 'f-1', kind: 'integration', name: 'CRM sync', soleOwner: true },
      { id: 'f-2', kind: 'integration', name: 'Invoices', soleOwner: false },
    ]);
  });

  it('go to the account of the receiver, who is put in before the old owner goes', async () => {
    const { client, flows, calls } = startSystem();
    const known = { params: { to }, before: null };
    const planned = transfer.plan(await transfer.read(client, 'priya', known), { to });
    assert.ok(planned.kind === 'change');
    await transfer.apply(client, 'priya', planned.change);

    assert.deepEqual(flows.get('f-1')?.owners, ['tom']);
    assert.deepEqual(flows.get('f-2')?.owners, ['kim', 'tom']);
    assert.deepEqual(calls, ['+ tom f-1', '+ tom f-2', '- priya f-1', '- priya f-2']);
  });

  it('ask a person where the receiver has no account there', async () => {
    const { client, calls } = startSystem();
    const params = { to: 'nobody@acme.test' };
    const state = await transfer.read(client, 'priya', { params, before: null });
    const planned = transfer.plan(state, params);
    assert.match(planned.kind === 'blocked' ? planned.because : '', /no active account/);
    assert.deepEqual(calls, []);
  });

  it('need to be told who receives', () => {
    assert.equal(transfer.params.safeParse({}).success, false);
    assert.equal(actionOf('data.transfer').params.safeParse({}).success, false);
  });

  it('take the address alone where that is all a request asks for', async () => {
    const { client } = startSystem();
    const action = actionOf('data.transfer');
    assert.ok(action.kind === 'command');
    const receipt = await action.send(client, 'priya', { to: 'nobody@acme.test' });
    assert.match(receipt.summary, /POST \/api\/transfers answered 204/);
  });

  it('name a receiver only where something is handed over', async () => {
    const apply = ['description', 'capabilities', 'account.suspend', 'apply', 0, 'path'] as const;
    const refused = Settings.safeParse(changed(apply, '/users/{to.id}'));
    assert.match(refused.error?.message ?? '', /\{to\.id\} means nothing here/);
  });

  it('are not taken for none when the answer has no such list', async () => {
    const system = startSystem();
    const broken = fakeService({ 'GET /api/flows/of/:who': () => json(200, {}) });
    const client = openClient(settings, { ...loopbackIo, fetch: broken.fetch });
    assert.equal((await failureOf(ownedBy(client, system.accountId))).kind, 'unexpected');
  });
});

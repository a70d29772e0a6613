import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { actionsOf } from '#connector-kit/contract.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import type { ScimQuirks } from '../../../practice/servers/scim.ts';
import { type Declared, failsAs, practise } from '../../../practice/servers/scim-testing.ts';
import { scim } from './index.ts';
import { settings } from './settings.ts';

const teaGroup = [{ id: 'tea', displayName: 'Tea', members: ['ada'] }];
const declare = (declared: Declared) =>
  settings.parse({ baseUrl: 'https://app.example.com/scim/v2', token: 'x', ...declared });
const offered = (declared: Declared) =>
  actionsOf(scim, declare(declared)).map((it) => it.capability);

describe('the SCIM connector', () => {
  it('offers what is common, unless more is declared', () => {
    assert.deepEqual(offered({}), ['account.suspend', 'groups.leave', 'groups.join']);
  });

  it('offers to delete only where that is declared', () => {
    assert.ok(offered({ canDelete: true }).includes('account.delete'));
  });

  it('never offers a suspension that would delete', () => {
    const capabilities = offered({ deactivation: 'deletes' });

    assert.deepEqual(capabilities, ['groups.leave', 'groups.join', 'account.delete']);
  });

  it('offers a sign-out only where deactivating is declared to do it', () => {
    assert.ok(offered({ suspendingEndsSessions: true }).includes('sessions.revoke'));
  });

  it('offers nothing about groups where there are none', () => {
    assert.deepEqual(offered({ groups: 'none' }), ['account.suspend']);
  });

  it('binds the token to the one host and port of the base address', () => {
    const hosts = (baseUrl: string) => scim.hosts(declare({ baseUrl }));

    assert.deepEqual(hosts('https://app.example.com/scim/v2'), ['app.example.com:443']);
    assert.deepEqual(hosts('http://10.1.2.3/scim'), ['10.1.2.3:80']);
    assert.deepEqual(hosts('http://[::1]:8080/scim'), ['[::1]:8080']);
  });

  it('has a form', () => {
    const form = z.toJSONSchema(settings, { io: 'input' });

    assert.deepEqual(form.required, ['baseUrl', 'token']);
    assert.equal(Object(form.properties?.['token']).secret, true);
  });

  it('lists every account', async () => {
    const world = await practise();
    const client = scim.open(world.settings, loopbackIo);

    const logins = [];
    for await (const account of scim.accounts!.list(client)) logins.push(account.login);

    assert.deepEqual(logins, ['ada@acme.test', 'bob@acme.test']);
  });
});

describe('the check', () => {
  async function check(quirks: Partial<ScimQuirks>, declared: Declared) {
    const world = await practise({ quirks }, declared);
    const identity = scim.check(scim.open(world.settings, loopbackIo));
    return { ...world, identity };
  }

  it('tells whom it speaks to, and changes nothing', async () => {
    const { identity, server } = await check({}, {});

    const { host } = new URL(server.url);
    assert.deepEqual(await identity, { actingAs: `SCIM client of ${host}`, scopes: null });
    assert.ok(server.requests.every((it) => it.method === 'GET'));
    assert.deepEqual(server.effects, []);
  });

  const contradictions: [string, Partial<ScimQuirks>, Declared, 'rejected' | 'unexpected'][] = [
    ['has no PATCH', { patch: false }, {}, 'rejected'],
    ['refuses to search', { filters: 'refused' }, {}, 'rejected'],
    ['ignores what is searched for', { filters: 'ignored' }, {}, 'unexpected'],
    ['never finds anybody', { filters: 'blind' }, {}, 'unexpected'],
    [
      'shows memberships nowhere',
      { showsGroupsOfUsers: false, showsMembersOfGroups: false },
      { groups: 'list' },
      'unexpected',
    ],
  ];
  for (const [name, quirks, declared, kind] of contradictions) {
    it(`refuses settings that do not fit a server that ${name}`, async () => {
      await assert.rejects((await check(quirks, declared)).identity, failsAs(kind));
    });
  }

  it('refuses a search for members that never finds one', async () => {
    const world = await practise(
      { quirks: { filters: 'blind' }, users: [{ id: 'ada', userName: 'ada' }], groups: teaGroup },
      { findBy: ['externalId'] }, // nobody shows one, so there is nothing to try
    );

    await assert.rejects(scim.check(scim.open(world.settings, loopbackIo)), {
      message: /A search by members\.value does not find what the list shows/,
    });
  });

  it('accepts them once they fit', async () => {
    const quirks = { patch: false, filters: 'refused' } as const;

    await (await check(quirks, { update: 'put', filters: false })).identity;
    await (await check({ showsGroupsOfUsers: false }, { groups: 'list' })).identity;
  });
});

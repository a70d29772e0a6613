import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { type Account, type AnyTransition, actionsOf } from '#connector-kit/contract.ts';
import { type ApiSpec, conforming } from '#connector-kit/testing/conforming.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import type { ConnectorError } from '#core/failure.ts';
import { openMicrosoft } from './api.ts';
import { fakeMicrosoft } from './fake.ts';
import { microsoft } from './index.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };
import { connection, globalAdministrator, groupId, priyaId, samId, setUp } from './test-tenant.ts';
import { moving, practice } from './test-worlds.ts';

const keysOf = (email: string, employeeNumber: string | null = null) => ({
  ...{ email, employeeNumber, name: 'Priya Nair' },
});

describe('the document of Microsoft Graph', () => {
  const whole = path.resolve(
    import.meta.dirname,
    '../../../../shared/specs/msgraph-v1.0-subset.json',
  );
  if (existsSync(whole)) {
    it('has the types of our slice, wherever both have one', () => {
      interface Schemas {
        components: { schemas: Record<string, { properties?: Record<string, object> }> };
      }
      const theirs = (JSON.parse(readFileSync(whole, 'utf8')) as Schemas).components.schemas;
      let compared = 0;
      for (const [name, { properties }] of Object.entries(spec.components.schemas as object)) {
        for (const [property, schema] of Object.entries(properties ?? {})) {
          const its = theirs[name]?.properties?.[property] as { type?: string; format?: string };
          if (its?.type === undefined) continue;
          const { type, format } = schema as { type?: string; format?: string };
          assert.deepEqual([name, property, type, format], [name, property, its.type, its.format]);
          compared++;
        }
      }
      assert.ok(compared > 30);
    });
  }

  it('refuses what is not in it', async () => {
    const { fetch } = fakeMicrosoft({ users: [] });
    const strict = conforming(fetch, spec as ApiSpec, null);
    const at = 'https://graph.microsoft.com/v1.0';
    const patch = { method: 'PATCH', headers: { 'content-type': 'application/json' } };
    await assert.rejects(
      strict(`${at}/users/${priyaId}`, { ...patch, body: '{"accountEnabled":"no"}' }),
      failsAs('unexpected', /does not fit/),
    );
    await assert.rejects(
      strict(`${at}/users/${priyaId}`, { ...patch, body: '{"acountEnabled":false}' }),
      failsAs('unexpected', /names no such property/),
    );
    // Which would delete the member itself.
    await assert.rejects(
      strict(`${at}/groups/${groupId}/members/${priyaId}`, { method: 'DELETE' }),
      failsAs('unexpected', /not in the vendor/),
    );
  });
});

describe('settings of Microsoft', () => {
  const app = { tenantId: 'meadow.example', clientId: 'app' };

  it('are a certificate with its key, or a secret, never both', () => {
    const pair = { certificate: 'PEM', privateKey: 'PEM' };
    assert.ok(settings.safeParse({ ...app, ...pair }).success);
    assert.ok(settings.safeParse({ ...app, clientSecret: 's' }).success);
    for (const bad of [{}, { certificate: 'PEM' }, { ...pair, clientSecret: 's' }]) {
      assert.ok(!settings.safeParse({ ...app, ...bad }).success);
    }
  });

  it('take no tenant that would change the address', () => {
    assert.ok(!settings.safeParse({ ...app, clientSecret: 's', tenantId: 'a/b?c' }).success);
  });
});

describe('an app in Entra ID', () => {
  it('is known by its tenant and by what it was granted', async () => {
    const permissions = ['Directory.Read.All', 'User.RevokeSessions.All'];
    const { client } = setUp({ permissions });
    assert.deepEqual(await microsoft.check(client), {
      actingAs: 'app app in Meadow Ltd',
      scopes: permissions,
    });
  });

  it('is not said to be granted nothing where its token cannot be read', async () => {
    const client = openMicrosoft(
      { ...connection, clientId: 'opaque' },
      {
        ...loopbackIo,
        fetch: async () => Response.json({ token_type: 'Bearer', access_token: 'opaque' }),
      },
    );
    assert.equal(await client.granted(), null);
  });

  it('waits as long as Graph asks it to', async () => {
    const world = setUp();
    await world.client.granted();
    world.failNext(Response.json({}, { status: 429, headers: { 'retry-after': '42' } }));
    await assert.rejects(world.client.user(priyaId), (thrown) => {
      const { failure } = thrown as ConnectorError;
      return failure.kind === 'rate-limited' && failure.retryAfterMs === 42_000;
    });
  });
});

describe('people in Entra ID', () => {
  const users = [
    { id: samId, userPrincipalName: 'sam@meadow.example', employeeId: 'E-1' },
    {
      id: '00000000-0000-4000-8000-000000000007',
      userPrincipalName: 'admin-pn@meadow.example',
      proxyAddresses: ['SMTP:admin-pn@meadow.example', 'smtp:priya.nair@meadow.example'],
      accountEnabled: false,
    },
    {
      id: '00000000-0000-4000-8000-000000000008',
      userPrincipalName: 'priya_elsewhere.example#EXT#@meadow.example',
      mail: 'priya.nair@meadow.example',
    },
  ];

  it('are found by login, address and alias, whatever the case, blocked or not', async () => {
    const { client } = setUp({
      users,
      roles: [{ id: 'r1', principalId: users[1]!.id, roleId: globalAdministrator, name: 'Admin' }],
    });
    const found = await microsoft.accounts!.find(
      client,
      keysOf('priya.nair@meadow.example', 'E-1'),
    );
    assert.deepEqual(
      found.map(({ id, status, privileged }) => [id.at(-1), status, privileged]),
      [
        ['1', 'active', false],
        ['7', 'suspended', true],
        ['8', 'active', false],
      ],
    );
    assert.deepEqual(await microsoft.accounts!.find(client, keysOf('eve@meadow.example')), []);
  });

  it('are found whose address has a quotation mark', async () => {
    const { client } = setUp({ priya: { mail: "p.o'nair@meadow.example" } });
    const found = await microsoft.accounts!.find(client, keysOf("p.o'nair@meadow.example"));
    assert.deepEqual(
      found.map(({ id }) => id),
      [priyaId],
    );
  });

  it('are privileged by a group, and by a role that they could take up', async () => {
    const groups = [{ id: groupId, name: 'Admins', members: [priyaId], givesRoles: true as const }];
    const ofGroup = { id: 'r1', principalId: groupId, roleId: globalAdministrator, name: 'Admin' };
    const ofSam = { ...ofGroup, id: 'r2', principalId: samId };
    const permissions = ['RoleManagement.Read.Directory'];
    const { client } = setUp({ groups, roles: [ofGroup], eligible: [ofSam], permissions });
    for (const email of ['priya.nair@meadow.example', 'sam@meadow.example']) {
      const [account] = await microsoft.accounts!.find(client, keysOf(email));
      assert.equal(account?.privileged, true, email);
    }
    const all: Account[] = [];
    for await (const it of microsoft.accounts!.list(client)) all.push(it);
    assert.ok(all.every(({ privileged }) => privileged));
  });

  it('are listed page by page', async () => {
    const many = Array.from({ length: 250 }, (_, i) => ({
      id: `00000000-0000-4000-8000-0000001${String(i).padStart(5, '0')}`,
      userPrincipalName: `u${i}@meadow.example`,
    }));
    const { client } = setUp({ users: many, pageSize: 100 });
    let count = 0;
    for await (const _ of microsoft.accounts!.list(client)) count++;
    assert.equal(count, 251);
  });

  it('are not called nobody when Graph refuses to tell', async () => {
    const world = setUp();
    await world.client.granted();
    world.failNext(
      Response.json({ error: { code: 'Authorization_RequestDenied' } }, { status: 403 }),
    );
    await assert.rejects(
      microsoft.accounts!.find(world.client, keysOf('priya.nair@meadow.example')),
      failsAs('forbidden'),
    );
  });
});

describe('every action in Microsoft', () => {
  it('is practised here', () => {
    const practised = [...practice, ...moving].map(({ action }) => action.capability).toSorted();
    const offered = actionsOf(microsoft, connection)
      .filter(({ kind }) => kind !== 'by-hand')
      .map(({ capability }) => capability);
    assert.deepEqual([...new Set(practised)], offered.toSorted());
  });

  for (const { action, params, world, accountId = priyaId } of practice) {
    keepsPromises(action, params, () => ({ ...setUp(world, action.scopes), accountId }));
  }

  for (const { action, params, world, accountId = priyaId } of [...practice, ...moving]) {
    it(`needs each permission that it names: ${action.capability}`, async () => {
      for (const scope of action.scopes) {
        const others = action.scopes.filter((it) => it !== scope);
        await assert.rejects(
          oneRound(action, params, { ...setUp(world, others), accountId }),
          failsAs('unexpected', /needs a scope that is not declared/),
          `${action.capability} does without ${scope}`,
        );
      }
    });
  }
});

async function oneRound(
  action: AnyTransition,
  params: unknown,
  { client, accountId }: { client: unknown; accountId: string },
): Promise<void> {
  const now = await action.read(client, accountId, { params, before: null });
  const planned = action.plan(now, params);
  assert.equal(planned.kind, 'change');
  if (planned.kind === 'change') await action.apply(client, accountId, planned.change);
}

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import type { Account } from '#connector-kit/contract.ts';
import { conforming } from '#connector-kit/testing/conforming.ts';
import type { ApiSpec } from '#connector-kit/testing/document-operations.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { listsPageByPage } from '#connector-kit/testing/lists-page-by-page.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { needsItsScopes } from '#connector-kit/testing/needs-its-scopes.ts';
import { sliceProblem } from '#connector-kit/testing/slice.ts';
import type { Trial } from '#connector-kit/testing/trial.ts';
import { openOkta } from './api.ts';
import { fakeOkta } from './fake.ts';
import { okta } from './index.ts';
import { scopes } from './scopes.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };
import { connection, corrected, setUp } from './test-org.ts';

const keysOf = (email: string, employeeNumber: string | null = null) => ({
  ...{ email, employeeNumber, name: 'Priya Nair' },
});

describe('people in Okta', () => {
  it('are found by login and address, whatever the case, deactivated or not', async () => {
    const users = [
      {
        id: 'second',
        login: 'admin-priya@meadow.example',
        email: 'priya.nair@meadow.example',
        roles: [{ type: 'ORG_ADMIN' }],
      },
      { id: 'old', login: 'priya.nair@meadow.example', status: 'DEPROVISIONED' },
      { id: 'other', login: 'sam@meadow.example', employeeNumber: 'E-1' },
    ];
    const { client } = setUp({}, { users });
    const found = await okta.accounts!.find(client, keysOf('priya.nair@meadow.example', 'E-1'));
    assert.deepEqual(
      found.map(({ id, status, privileged }) => [id, status, privileged]),
      [
        ['second', 'active', true],
        ['old', 'suspended', false],
        ['priya', 'active', false],
      ],
    );
    assert.deepEqual(await okta.accounts!.find(client, keysOf('eve@meadow.example')), []);
  });

  it('are found by the number only where that was said', async () => {
    const users = [{ id: 'other', login: 'p@other.example', employeeNumber: 'E-1' }];
    const service = fakeOkta({ users });
    const known = settings.parse({ ...connection, findBy: ['employeeNumber'] });
    const client = openOkta(known, { ...loopbackIo, fetch: service.fetch });
    const ids = async (number: string | null) =>
      (await okta.accounts!.find(client, keysOf('priya@meadow.example', number))).map(
        ({ id }) => id,
      );
    assert.deepEqual(await ids('E-1'), ['other']);
    assert.deepEqual(await ids(null), []);
  });

  it('are listed one page after the other, those with a role as privileged', async () => {
    const users = Array.from({ length: 450 }, (_, i) => ({
      ...{ id: `u${i}`, login: `u${i}@meadow.example` },
      ...(i === 7 ? { roles: [{ type: 'SUPER_ADMIN' }] } : {}),
      ...(i === 8 ? { status: 'DEPROVISIONED' } : {}),
    }));
    const { client } = setUp({}, { users });
    const all: Account[] = [];
    for await (const account of okta.accounts!.list(client)) all.push(account);
    assert.equal(all.length, 451);
    assert.deepEqual(
      all.filter((it) => it.privileged).map(({ id }) => id),
      ['u7'],
    );
    assert.deepEqual(
      all.filter((it) => it.status !== 'active').map(({ id }) => id),
      ['u8'],
    );
  });
});

describe('the document of Okta', () => {
  const whole = path.resolve(
    import.meta.dirname,
    '../../../../shared/specs/okta-management-minimal.yaml',
  );
  if (existsSync(whole)) {
    it('says what our slice of it says', () => {
      const document = parse(readFileSync(whole, 'utf8'), { maxAliasCount: -1 }) as ApiSpec;
      assert.equal(sliceProblem(spec, document), null);
    });
  }

  it('refuses what is not in it', async () => {
    const { fetch } = setUp();
    const strict = conforming(fetch, corrected, Object.values(scopes));
    const at = 'https://meadow.okta.test/api/v1/users/priya';
    const post = { method: 'POST', headers: { 'content-type': 'application/json' } };
    await assert.rejects(
      strict(`${at}/roles`, { ...post, body: '{"type":"EMPEROR"}' }),
      failsAs('unexpected', /does not fit/),
    );
    await assert.rejects(
      strict(`${at}/lifecycle/banish`, post),
      failsAs('unexpected', /not in the vendor/),
    );
  });
});

/** Priya has something of everything. */
const trial: Trial = {
  settings: connection,
  person: keysOf('priya.nair@meadow.example'),
  accountId: 'priya',
  given: { 'groups.join': { params: { groups: ['Choir'] } } },
  system: () =>
    fakeOkta({
      users: [
        {
          ...{ id: 'priya', login: 'priya.nair@meadow.example', roles: [{ type: 'ORG_ADMIN' }] },
          ...{ factors: [{ id: 'f', factorType: 'sms' }], enrolled: ['phone_number'] },
          ...{ grants: ['openid'], apps: [{ client_id: 'c', client_name: 'C' }] },
        },
        { id: 'admin', login: 'gatehouse@meadow.example' },
        { id: 'sam', login: 'sam@meadow.example' },
      ],
      groups: [
        { id: 'g', name: 'Sales', members: ['priya'] },
        { id: 'h', name: 'Choir', members: [] },
      ],
      appsBehind: [{ id: 'crm', label: 'CRM', users: ['priya'] }],
      apiTokens: [{ id: 't', name: 't', userId: 'priya' }],
      pageSize: 2,
    }),
};
needsItsScopes(okta, { ...trial, spec: corrected });
failsWell(okta, {
  ...trial,
  tooMany: {
    headers: (nowMs) => ({ 'x-rate-limit-reset': `${Math.ceil(nowMs / 1_000) + 42}` }),
    waitMs: 42_000,
  },
});
listsPageByPage(okta, {
  settings: connection,
  system: (count) =>
    fakeOkta({
      users: Array.from({ length: count }, (_, i) => ({
        ...{ id: `u${i}`, login: `u${i}@meadow.example` },
      })),
    }),
});

describe('the settings of Okta', () => {
  const problems = (it: object) =>
    settings
      .safeParse({ orgUrl: 'https://meadow.okta.com', ...it })
      .error?.issues.map(({ message }) => message) ?? [];

  it('want an app or a token, and say what is missing', () => {
    assert.deepEqual(problems({ token: 'x' }), []);
    assert.deepEqual(problems({}), [
      'Enter the client ID of the app',
      'Enter the private key of the app',
    ]);
    assert.deepEqual(problems({ clientId: 'a', token: 'x' }), [
      'Enter the app or the API token, not both',
    ]);
  });

  it('bind the credential to the one host', () => {
    assert.deepEqual(okta.hosts(connection), ['meadow.okta.test:443']);
  });

  it('tell whose token it is', async () => {
    const users = [{ id: 'admin', login: 'gatehouse@meadow.example' }];
    const { client } = setUp({}, { users });
    assert.deepEqual(await okta.check(client), {
      actingAs: 'gatehouse@meadow.example',
      scopes: null,
    });
    assert.equal(await okta.accounts?.own?.(client), 'admin');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsAs } from '#connector-kit/testing/fails-as.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { listsPageByPage } from '#connector-kit/testing/lists-page-by-page.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { openSample } from './api.ts';
import { fakeSample } from './fake.ts';
import { sample } from './index.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };
import { suspendAccount } from './suspend-account.ts';

const connection = settings.parse({ address: 'https://sample.test', token: 'a token' });
const priya = { email: 'Priya@meadow.example', employeeNumber: 'E-1042', name: 'Priya Nair' };

const system = () =>
  fakeSample({
    users: [
      { id: '1', email: 'priya@meadow.example' },
      { id: '2', email: 'not-priya@meadow.example' },
    ],
  });

function setUp() {
  const { fetch, users } = system();
  // Neither side may drift from the vendor's document.
  const io = { ...loopbackIo, fetch: conforming(fetch, spec, null) };
  return { client: openSample(connection, io), accountId: '1', data: users };
}

describe('people in Sample', () => {
  it('are found by the whole address, whatever the case', async () => {
    const found = await sample.accounts!.find(setUp().client, {
      ...priya,
      email: 'priya@meadow.example',
    });
    assert.deepEqual(
      found.map(({ id, status }) => [id, status]),
      [['1', 'active']],
    );
    const nobody = { ...priya, email: 'eve@meadow.example' };
    assert.deepEqual(await sample.accounts!.find(setUp().client, nobody), []);
  });

  it('are looked for at the one host of the settings, by whoever the token belongs to', async () => {
    assert.deepEqual(sample.hosts(connection), ['sample.test:443']);
    assert.deepEqual(await sample.check(setUp().client), {
      actingAs: 'gatehouse@meadow.example',
      scopes: null,
    });
  });
});

describe('the document of Sample', () => {
  it('refuses what is not in it', async () => {
    const strict = conforming(system().fetch, spec, null);
    await assert.rejects(
      strict('https://sample.test/api/users/1/banish', { method: 'POST' }),
      failsAs('unexpected', /not in the vendor/),
    );
  });
});

keepsPromises(suspendAccount, {}, setUp);
failsWell(sample, { settings: connection, person: priya, accountId: '1', system });
listsPageByPage(sample, {
  settings: connection,
  system: (count) =>
    fakeSample({
      users: Array.from({ length: count }, (_, i) => ({
        id: `${i}`,
        email: `${i}@meadow.example`,
      })),
    }),
});

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { forgetTokens } from '#connector-kit/kept-token.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { ConnectorError } from '#core/failure.ts';
import { fakePersonio } from './fake.ts';
import { personio } from './index.ts';
import { settings } from './settings.ts';
import { credentials, priya, setUp } from './test-company.ts';

const rejection = (kind: string, says: RegExp) => (thrown: unknown) =>
  thrown instanceof ConnectorError &&
  thrown.failure.kind === kind &&
  says.test(thrown.failure.detail);

describe('Personio', () => {
  beforeEach(forgetTokens);

  it('says as whom it acts, and asks for no more than it needs', async () => {
    const { client } = setUp(priya());
    assert.deepEqual(await personio.check(client), {
      actingAs: 'API credentials papi-client of Personio',
      scopes: ['personio:persons:read'],
    });
  });

  it('says at set-up what is wrong', async () => {
    const stranger = setUp(priya(), { extra: { clientSecret: 'another' } });
    await assert.rejects(
      personio.check(stranger.client),
      rejection('unauthenticated', /invalid_client/),
    );
    const empty = setUp(priya());
    delete empty.persons['5005'];
    await assert.rejects(personio.check(empty.client), rejection('forbidden', /may see nobody/));
  });

  it('asks for another token when the one it has has ended', async () => {
    const company = setUp(priya());
    await company.read();
    await company.read();
    assert.equal(company.asked.filter((it) => it === '/v2/auth/token').length, 1);
    company.endTokens();
    assert.equal((await company.read()).person.name, 'Priya Nair');
    assert.equal(company.asked.filter((it) => it === '/v2/auth/token').length, 2);
  });

  it('asks Personio nothing for an id that is none', async () => {
    const company = setUp(priya());
    await assert.rejects(company.read('../auth'), rejection('rejected', /not the id of a person/));
    assert.deepEqual(company.asked, []);
  });

  it('refuses a list whose next page leads back, rather than taking it for whole', async () => {
    const round = { _data: [], _meta: { links: { next: { href: '/v2/persons?cursor=cur_1' } } } };
    const fake = fakePersonio({}, credentials);
    const client = personio.open(settings.parse(credentials), {
      ...{ address: async () => assert.fail('nobody asked'), now: () => new Date(), ca: null },
      fetch: (input, init) =>
        String(input).includes('/persons')
          ? Promise.resolve(Response.json(round))
          : fake.fetch(input, init),
    });
    await assert.rejects(personio.check(client), rejection('unexpected', /leads nowhere or back/));
  });

  it('calls only the address of Personio, or of a proxy', () => {
    const hosts = (change: object) => personio.hosts(settings.parse({ ...credentials, ...change }));
    assert.deepEqual(hosts({}), ['api.personio.de:443']);
    assert.deepEqual(hosts({ baseUrl: 'https://hr.meadow.example:8443' }), [
      'hr.meadow.example:8443',
    ]);
  });

  it('asks for settings that can be right', () => {
    const accepts = (change: object) => settings.safeParse({ ...credentials, ...change }).success;
    assert.ok(
      accepts({ webhookToken: `Bearer ${'k'.repeat(20)}`, previousWebhookToken: 'j'.repeat(20) }),
    );
    assert.ok(accepts({ offices: [{ id: '1', name: 'Berlin', zone: 'Europe/Berlin' }] }));
    assert.ok(!accepts({ offices: [{ id: '1', name: 'Berlin', zone: 'Berlin' }] }));
    assert.ok(!accepts({ offices: [{ id: '1', name: 'Berlin', country: 'Germany' }] }));
    assert.ok(!accepts({ departments: [{ id: '1' }] }));
    assert.ok(!accepts({ clientSecret: '' }));
    assert.ok(!accepts({ webhookToken: 'Bearer secret' }), 'anybody could guess it');
  });
});

failsWell(personio, {
  settings: settings.parse(credentials),
  personId: '5005',
  system: () => fakePersonio({ 5005: priya() }, credentials),
});

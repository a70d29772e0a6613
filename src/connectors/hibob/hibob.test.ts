import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { ConnectorError } from '#core/failure.ts';
import { fakeHiBob } from './fake.ts';
import { hiBob } from './index.ts';
import { settings } from './settings.ts';
import { credentials, id, priya, setUp } from './test-company.ts';

const valid = { serviceUserId: credentials.userId, serviceUserToken: credentials.token };
const rejection = (kind: string, says: RegExp) => (thrown: unknown) =>
  thrown instanceof ConnectorError &&
  thrown.failure.kind === kind &&
  says.test(thrown.failure.detail);

describe('HiBob', () => {
  it('says as whom it acts, and how many people it may see', async () => {
    const { client } = setUp(priya(), { others: { 77: priya() } });
    assert.deepEqual(await hiBob.check(client), {
      actingAs: 'SERVICE-1 of HiBob, which may see 2 people',
      scopes: null,
    });
  });

  it('says at set-up what is wrong', async () => {
    const blind = setUp({ ...priya(), hidden: ['internal.terminationDate'] });
    await assert.rejects(hiBob.check(blind.client), rejection('unexpected', /leaves out internal/));
    const stranger = setUp(priya(), { extra: { serviceUserToken: 'another' } });
    await assert.rejects(hiBob.check(stranger.client), rejection('unauthenticated', /401/));
    const empty = setUp(priya());
    delete empty.employees[id];
    await assert.rejects(hiBob.check(empty.client), rejection('forbidden', /may see nobody/));
  });

  it('takes the answer in the shape of the document as well', async () => {
    const fake = fakeHiBob({ [id]: priya() }, { ...credentials, today: () => '2026-12-01' });
    const client = hiBob.open(settings.parse(valid), {
      ...loopbackIo,
      async fetch(input, init) {
        const answer = await fake.fetch(input, init);
        if (!String(input).endsWith(`/people/${id}`)) return answer;
        return Response.json({ employees: [await answer.json()] });
      },
    });
    assert.equal((await hiBob.people!.read!(client, id))?.person.name, 'Priya Nair');
  });

  it('asks Bob nothing for an id that is none', async () => {
    const company = setUp(priya());
    await assert.rejects(company.read('../salaries'), rejection('rejected', /not the number/));
    assert.deepEqual(company.asked, []);
  });

  it('calls only the address of Bob, of its sandbox, or of a proxy', () => {
    const hosts = (change: object) => hiBob.hosts(settings.parse({ ...valid, ...change }));
    assert.deepEqual(hosts({}), ['api.hibob.com:443']);
    assert.deepEqual(hosts({ baseUrl: 'https://api.sandbox.hibob.com/v1' }), [
      'api.sandbox.hibob.com:443',
    ]);
  });

  it('asks for settings that can be right', () => {
    const accepts = (change: object) => settings.safeParse({ ...valid, ...change }).success;
    assert.ok(accepts({ webhookSecret: 'k', previousWebhookSecret: 'j' }));
    assert.ok(!accepts({ serviceUserId: 'a:b' }));
    assert.ok(!accepts({ lastWorkingDayField: 'lastDay' }));
    assert.ok(!accepts({ accessEndsField: 'internal.a/../b' }));
    assert.ok(!accepts({ terminationDateIs: 'whatever' }));
    assert.ok(!accepts({ zones: [{ location: 'Berlin', zone: 'Berlin' }] }));
  });
});

failsWell(hiBob, {
  settings: settings.parse(valid),
  personId: id,
  system: () => fakeHiBob({ [id]: priya() }, { ...credentials, today: () => '2026-12-01' }),
});

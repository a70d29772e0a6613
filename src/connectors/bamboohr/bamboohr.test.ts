import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { conforming } from '#connector-kit/testing/conforming.ts';
import { failsWell } from '#connector-kit/testing/fails-well.ts';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { sliceProblem } from '#connector-kit/testing/slice.ts';
import { ConnectorError } from '#core/failure.ts';
import { type FakeEmployee, fakeBambooHr } from './fake.ts';
import { bambooHr } from './index.ts';
import { settings } from './settings.ts';
import spec from './spec.json' with { type: 'json' };

const marta: FakeEmployee = {
  fields: { firstName: 'Marta', lastName: 'Silva', workEmail: 'm@meadow.example', hireDate: null },
  history: [{ date: '2015-03-01', employmentStatus: 'Full-Time' }],
  changedAt: '2026-11-20T15:46:43+00:00',
};
const today = () => '2026-12-01';

function setUp(employee: FakeEmployee, keyOwner: string | null, apiKey = 'a key') {
  const service = fakeBambooHr({ 7: employee }, { apiKey: 'a key', today, keyOwner });
  const client = bambooHr.open(settings.parse({ company: 'meadow', apiKey }), {
    ...loopbackIo,
    fetch: conforming(service.fetch, spec, null),
  });
  return { ...service, client };
}
const rejection = (kind: string, says: RegExp) => (thrown: unknown) =>
  thrown instanceof ConnectorError &&
  thrown.failure.kind === kind &&
  says.test(thrown.failure.detail);

describe('BambooHR', () => {
  it('says whose key it is', async () => {
    assert.deepEqual(await bambooHr.check(setUp(marta, '7').client), {
      actingAs: 'Marta Silva at meadow.bamboohr.com',
      scopes: null,
    });
  });

  it('works with a key of nobody, if the company is there', async () => {
    const { client } = setUp(marta, null);
    const { actingAs } = await bambooHr.check(client);
    assert.equal(actingAs, 'an API key of meadow.bamboohr.com');

    const nobodyThere = bambooHr.open(settings.parse({ company: 'medow', apiKey: 'a key' }), {
      ...loopbackIo,
      fetch: async () => new Response(null, { status: 404 }),
    });
    await assert.rejects(bambooHr.check(nobodyThere), rejection('not-found', /answered 404/));
  });

  it('says at set-up what the key may not see, or that it is none', async () => {
    const blind = setUp({ ...marta, hidden: ['terminationDate'] }, '7');
    await assert.rejects(
      bambooHr.check(blind.client),
      rejection('unexpected', /leaves out terminationDate/),
    );
    const stranger = setUp(marta, '7', 'another key');
    await assert.rejects(bambooHr.check(stranger.client), rejection('unauthenticated', /401/));
  });

  it('calls only the address of the company, or of its proxy', () => {
    const hosts = (change: object) =>
      bambooHr.hosts(settings.parse({ company: 'meadow', apiKey: 'x', ...change }));
    assert.deepEqual(hosts({}), ['meadow.bamboohr.com:443']);
    assert.deepEqual(hosts({ baseUrl: 'https://hr.meadow.example:8443/bamboo' }), [
      'hr.meadow.example:8443',
    ]);
    assert.deepEqual(hosts({ baseUrl: 'http://127.0.0.1' }), ['127.0.0.1:80']);
  });

  it('reaches a proxy below a path', async () => {
    const service = fakeBambooHr({ 7: marta }, { apiKey: 'a key', today, keyOwner: '7' });
    const asked: string[] = [];
    const client = bambooHr.open(
      settings.parse({ company: 'meadow', apiKey: 'a key', baseUrl: 'https://hr.test/bamboo' }),
      {
        ...loopbackIo,
        fetch: (input, init) => {
          asked.push(new URL(String(input)).pathname);
          return service.fetch(String(input).replace('/bamboo', ''), init);
        },
      },
    );
    await bambooHr.check(client);
    assert.deepEqual(asked, [
      '/bamboo/api/v1/employees/0',
      '/bamboo/api/v1/employees/7/tables/jobInfo',
    ]);
  });

  it('asks for settings that can be right', () => {
    const accepts = (change: object) =>
      settings.safeParse({ company: 'meadow', apiKey: 'x', ...change }).success;
    assert.ok(accepts({ webhookKey: 'k', previousWebhookKey: 'j' }));
    assert.ok(!accepts({ company: 'meadow.bamboohr.com' }));
    assert.ok(!accepts({ company: 'evil.example/' }));
    assert.ok(!accepts({ lastWorkingDayField: 'a,ssn' }));
    assert.ok(!accepts({ zones: [{ location: 'Berlin', zone: 'Berlin' }] }));
    assert.ok(!accepts({ kinds: [{ contains: 'x', means: 'fired' }] }));
  });
});

failsWell(bambooHr, {
  settings: settings.parse({ company: 'meadow', apiKey: 'a key' }),
  personId: '7',
  system: () => fakeBambooHr({ 7: marta }, { apiKey: 'a key', today, keyOwner: '7' }),
});

describe('the document that connector and fake are held to', () => {
  const answering = (answer: Response) => conforming(async () => answer, spec, null);
  const base = 'https://meadow.bamboohr.com/api/v1/employees';

  it('refuses what BambooHR would not know, and answers it would not give', async () => {
    const bad: [string, Response, RegExp][] = [
      [`${base}/42?field=status`, Response.json({ id: '42' }), /no query parameter "field"/],
      [`${base}/42?onlyCurrent=no`, Response.json({ id: '42' }), /onlyCurrent is "no"/],
      [`${base}/42`, Response.json({ status: 'Active' }), /off the document at \/id/],
      [`${base}/42`, Response.json({ id: '42', status: 'Gone' }), /off the document at \/status/],
      [`${base}/changed`, Response.json({}), /lacks the query "since"/],
      [`${base}/changed?since=noon`, Response.json({}), /since is "noon"/],
      [
        `${base}/changed?since=2026-12-01T00:00:00Z`,
        Response.json({ employees: {} }),
        /off the document at \/latest/,
      ],
      [
        `${base}/changed?since=2026-12-01T00:00:00Z`,
        Response.json({
          latest: '2026-12-01T00:00:00Z',
          employees: { 5: { id: '5', action: 'Gone' } },
        }),
        /\/employees\/5\/action/,
      ],
      [`${base}/42/tables/employmentStatus`, Response.json({ rows: [] }), /off the document at \//],
      [`${base}/42/photo`, new Response(), /not in the vendor's API/],
    ];
    for (const [url, answer, says] of bad) {
      await assert.rejects(answering(answer)(url), rejection('unexpected', says), url);
    }
  });

  const whole = resolve(import.meta.dirname, '../../../../shared/specs/bamboohr-public.yaml');
  if (existsSync(whole)) {
    it('is a faithful slice of what BambooHR publishes', () => {
      const document = parse(readFileSync(whole, 'utf8'), { maxAliasCount: -1 });
      assert.equal(sliceProblem(spec, document), null);
    });
  }
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loopbackIo } from '#connector-kit/testing/loopback-io.ts';
import { keepsPromises } from '#connector-kit/testing/promises.ts';
import { openScim } from '#connectors/scim/api.ts';
import { createAccount } from '#connectors/scim/create-account.ts';
import { deleteAccount } from '#connectors/scim/delete-account.ts';
import { findAccounts } from '#connectors/scim/find-accounts.ts';
import { scim } from '#connectors/scim/index.ts';
import { leaveGroups } from '#connectors/scim/leave-groups.ts';
import { settings } from '#connectors/scim/settings.ts';
import { suspendAccount } from '#connectors/scim/suspend-account.ts';
import type { Declared } from '../practice/servers/scim-testing.ts';
import { type Listening, listen } from '../src/api/listen.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import {
  assertRefused,
  core,
  enterprise,
  type Provider,
  providersOf,
} from './support/scim-provider.ts';

const nowhere = '3f1c6a3e-5f1f-4f0e-9d59-1d2f5f0a7c11';
const silent = { info() {}, warn() {}, error() {} };

describe('SCIM as Gatehouse speaks it', () => {
  let gatehouse: TestGatehouse;
  let providers: ReturnType<typeof providersOf>;
  let idp: Provider;
  let other: Provider;

  before(async () => {
    gatehouse = await startGatehouse();
    providers = providersOf(gatehouse);
    idp = await providers.connect('idp');
    other = await providers.connect('other');
  });
  after(() => gatehouse.stop());

  const group = (displayName: string, members: string[] = []) => ({
    schemas: [`${core}:Group`],
    displayName,
    members: members.map((value) => ({ value })),
  });

  describe('tells of itself', () => {
    it('what it can do, and that is what it does', async () => {
      const { status, body } = await idp.send('GET', '/ServiceProviderConfig');
      assert.equal(status, 200);
      const can = ['patch', 'bulk', 'filter', 'changePassword', 'sort', 'etag'].map(
        (it) => body[it].supported,
      );
      assert.deepEqual(can, [true, true, true, false, false, true]);
    });

    it('which resources it has, and each of their attributes', async () => {
      const types = await idp.send('GET', '/ResourceTypes');
      assert.deepEqual(
        types.body.Resources.map((it: { endpoint: string }) => it.endpoint),
        ['/Users', '/Groups'],
      );
      const { body } = await idp.send('GET', `/Schemas/${core}:User`);
      const attribute = (name: string) =>
        body.attributes.find((it: { name: string }) => it.name === name);
      assert.equal(attribute('userName').uniqueness, 'server');
      assert.equal(attribute('password').returned, 'never');
      assert.equal(attribute('groups').mutability, 'readOnly');
      const all = await idp.send('GET', '/Schemas');
      assert.equal(all.body.totalResults, 3);
      for (const schema of all.body.Resources) {
        const one = await idp.send(
          'GET',
          new URL(schema.meta.location).pathname.slice('/scim/idp/v2'.length),
        );
        assert.deepEqual(one.body, schema);
      }
    });

    it('and of nothing else', async () => {
      assertRefused(await idp.send('GET', '/ResourceTypes/Nothing'), 404);
      assertRefused(await idp.send('GET', '/Schemas?filter=id%20pr'), 403);
      assertRefused(await idp.send('POST', '/Schemas', {}), 405);
      assertRefused(await idp.send('GET', '/Me'), 501);
      assertRefused(await idp.send('GET', '/Nothing'), 404);
      assertRefused(await idp.send('GET', '/constructor'), 404);
      assertRefused(await idp.send('GET', `/Users/${nowhere}/name`), 404);
    });
  });

  describe('keeps resources', () => {
    it('made, read by their address, replaced and deleted, with versions', async () => {
      const made = await idp.send('POST', '/Users', {
        schemas: [`${core}:User`],
        USERNAME: 'ana@x.example',
        Active: 'True',
        emails: [{ value: 'ana@x.example', type: 'work', primary: 'true' }],
        nothing: { of: 'ours' },
      });
      assert.equal(made.status, 201);
      const path = `/Users/${made.body.id}`;
      assert.equal(made.headers.get('location'), made.body.meta.location);
      assert.ok(made.body.meta.location.endsWith(`/scim/idp/v2${path}`));
      assert.equal(made.body.active, true);
      assert.equal(made.body.nothing, undefined);
      const etag = made.headers.get('etag') ?? '';
      assert.equal(made.body.meta.version, etag);
      const same = await idp.send('GET', path, undefined, { 'if-none-match': etag });
      assert.equal(same.status, 304);

      const next = { schemas: [`${core}:User`], userName: 'ana@x.example', title: 'Lead' };
      const stale = { 'if-match': 'W/"stale"' };
      assertRefused(await idp.send('PUT', path, next, stale), 412);
      const put = await idp.send('PUT', path, next, { 'if-match': etag });
      assert.deepEqual([put.status, put.body.title, put.body.emails], [200, 'Lead', undefined]);
      assert.notEqual(put.headers.get('etag'), etag);
      const again = await idp.send('PUT', path, next);
      assert.equal(again.headers.get('etag'), put.headers.get('etag'), 'nothing was different');

      assertRefused(await idp.send('DELETE', path, undefined, stale), 412);
      assert.equal((await idp.send('DELETE', path)).status, 204);
      assertRefused(await idp.send('DELETE', path), 404);
      assertRefused(await idp.patch(path, { op: 'add', value: {} }), 404);
    });

    it('what a PUT does not say about an ended account does not open it', async () => {
      const id = await idp.make('ines@x.example', { active: false });
      const next = { schemas: [`${core}:User`], userName: 'ines@x.example' };
      assert.equal((await idp.send('PUT', `/Users/${id}`, next)).body.active, false);
    });

    it('names of users once, whatever their case', async () => {
      await idp.make('Uma@x.example');
      const id = await idp.make('ulf@x.example');
      const user = { schemas: [`${core}:User`], userName: 'UMA@X.example' };
      assertRefused(await idp.send('POST', '/Users', user), 409, 'uniqueness');
      assertRefused(await idp.send('PUT', `/Users/${id}`, user), 409, 'uniqueness');
      const rename = { op: 'replace', path: 'userName', value: 'uma@x.example' };
      assertRefused(await idp.patch(`/Users/${id}`, rename), 409, 'uniqueness');
      assert.equal((await idp.send('GET', `/Users/${id}`)).body.userName, 'ulf@x.example');
    });

    it('two changes at once are both kept', async () => {
      const ids = await Promise.all(
        ['v1', 'v2', 'v3', 'v4'].map((it) => idp.make(`${it}@x.example`)),
      );
      const { body } = await idp.send('POST', '/Groups', group('Together'));
      const path = `/Groups/${body.id}`;
      await Promise.all(
        ids.map((value) => idp.patch(path, { op: 'add', path: 'members', value: [{ value }] })),
      );
      assert.equal((await idp.send('GET', path)).body.members.length, 4);
    });

    it('refuses what is no resource, with the reason', async () => {
      const user = (more: object) =>
        idp.send('POST', '/Users', { schemas: [`${core}:User`], ...more });
      assertRefused(await user({}), 400, 'invalidValue');
      assertRefused(await user({ userName: 'without-address' }), 400, 'invalidValue');
      assertRefused(await user({ userName: 'a@x.example', active: 'maybe' }), 400, 'invalidValue');
      assertRefused(await user({ userName: 'a\u0000@x.example' }), 400, 'invalidValue');
      assertRefused(await user({ userName: ['a'] }), 400, 'invalidValue');
      assertRefused(
        await idp.send('POST', '/Users', { userName: 'a@x.example' }),
        400,
        'invalidSyntax',
      );
      assertRefused(await idp.send('POST', '/Users', '{"schemas":'), 400, 'invalidSyntax');
      assertRefused(await idp.send('POST', '/Users', 'null'), 400, 'invalidSyntax');
      const text = { 'content-type': 'text/plain' };
      assertRefused(await idp.send('POST', '/Users', '{}', text), 415);
      assertRefused(await idp.send('POST', '/Groups', group('G', [nowhere])), 400, 'invalidValue');
      assertRefused(
        await idp.send('POST', '/Groups', group('G', ["x'; drop"])),
        400,
        'invalidValue',
      );
      const { body } = await idp.send('POST', '/Groups', group('Own'));
      const self = { op: 'add', path: 'members', value: [{ value: body.id }] };
      assertRefused(await idp.patch(`/Groups/${body.id}`, self), 400, 'invalidValue');
      const listed = await idp.send('PUT', '/Users', {});
      assertRefused(listed, 405);
      assert.equal(listed.headers.get('allow'), 'GET, POST');
    });

    it('refuses what is too large or too deep, and goes on', async () => {
      const large = JSON.stringify({ x: 'x'.repeat(5 * 1024 * 1024) });
      assertRefused(await idp.send('POST', '/Users', large), 413);
      const deep = `${'[{"a":'.repeat(100_000)}1${'}]'.repeat(100_000)}`;
      assertRefused(await idp.send('POST', '/Users', deep), 400, 'invalidSyntax');
      const nested = `{"schemas":["${core}:User"],"userName":"d@x.example","name":${deep}}`;
      assertRefused(await idp.send('POST', '/Users', nested), 400, 'invalidSyntax');
      const many = group(
        'Many',
        Array.from({ length: 20_001 }, () => nowhere),
      );
      assertRefused(await idp.send('POST', '/Groups', many), 400, 'invalidValue');
      const user = (userName: string, more: object = {}) =>
        idp.send('POST', '/Users', { schemas: [`${core}:User`], userName, ...more });
      assertRefused(await user(`${'x'.repeat(300)}@x.example`), 400, 'invalidValue');
      const roles = Array.from({ length: 100 }, (_, i) => ({ value: `${i}`.padEnd(1_000, 'x') }));
      assertRefused(await user('much@x.example', { roles }), 400, 'invalidValue');
      assert.equal((await idp.send('GET', '/Users?count=1')).status, 200);
    });
  });

  describe('is searched', () => {
    let lists: Provider;
    before(async () => {
      lists = await providers.connect('lists');
      for (const i of [1, 2, 3, 4, 5]) {
        await lists.make(`p${i}@x.example`, {
          externalId: `ext-${i}`,
          title: i % 2 ? 'Odd' : 'Even',
          [enterprise]: { employeeNumber: `L-${i}`, department: 'Sales' },
        });
      }
    });

    const names = (answer: { body: { Resources: { userName: string }[] } }) =>
      answer.body.Resources.map((it) => it.userName).toSorted();

    it('page by page, each once, and beyond the end there is nothing', async () => {
      const pages = [1, 3, 5].map((at) => lists.send('GET', `/Users?startIndex=${at}&count=2`));
      const found = (await Promise.all(pages)).flatMap(names);
      assert.deepEqual(
        found.toSorted(),
        [1, 2, 3, 4, 5].map((i) => `p${i}@x.example`),
      );
      const beyond = await lists.send('GET', '/Users?startIndex=6&count=2');
      assert.deepEqual(
        [beyond.body.totalResults, beyond.body.itemsPerPage, beyond.body.startIndex],
        [5, 0, 6],
      );
      const filtered = await lists.find('title eq "odd"', '&startIndex=3&count=2');
      assert.deepEqual([filtered.body.totalResults, filtered.body.itemsPerPage], [3, 1]);
      const counted = await lists.send('GET', '/Users?count=0');
      assert.deepEqual([counted.body.totalResults, counted.body.Resources], [5, []]);
      const odd = await lists.send('GET', '/Users?startIndex=-4&count=-1');
      assert.deepEqual([odd.status, odd.body.startIndex, odd.body.itemsPerPage], [200, 1, 0]);
      assertRefused(await lists.send('GET', '/Users?count=many'), 400, 'invalidValue');
    });

    it('by what providers match on, and by anything else', async () => {
      const { id } = (await lists.find('userName eq "P1@x.example"')).body.Resources[0];
      for (const filter of [
        `id eq "${id}"`,
        'externalId eq "ext-1"',
        'emails eq "p1@x.example" or userName eq "P1@X.EXAMPLE"',
        `${enterprise}:employeeNumber eq "L-1"`,
        'title eq "Odd" and userName sw "P1"',
      ]) {
        assert.deepEqual(names(await lists.find(filter)), ['p1@x.example'], filter);
      }
      for (const filter of ['id eq "x"', 'externalId eq "EXT-1"', 'userName eq "\' or 1=1 --"']) {
        assert.equal((await lists.find(filter)).body.totalResults, 0, filter);
      }
      assertRefused(await lists.find('userName eq'), 400, 'invalidFilter');
      assertRefused(await lists.find('nothing eq "x"'), 400, 'invalidFilter');
    });

    it('and shows no more than was asked for', async () => {
      const only = (query: string) => lists.find('externalId eq "ext-1"', `&${query}`);
      const { body } = await only(`attributes=userName,${enterprise}:department`);
      assert.deepEqual(Object.keys(body.Resources[0]).toSorted(), [
        'id',
        'schemas',
        enterprise,
        'userName',
      ]);
      assert.deepEqual(body.Resources[0][enterprise], { department: 'Sales' });
      const but = await only('excludedAttributes=title,meta.created,id');
      const [shown] = but.body.Resources;
      assert.deepEqual([shown.title, shown.meta.created], [undefined, undefined]);
      assert.ok(shown.id && shown.meta.version);
      assertRefused(await only('attributes=id&excludedAttributes=title'), 400, 'invalidValue');
    });

    it('by POST as well', async () => {
      const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'];
      const search = { schemas, filter: 'title eq "Even"', attributes: ['userName'], count: 1 };
      const { status, body } = await lists.send('POST', '/Users/.search', search);
      assert.deepEqual([status, body.totalResults, body.itemsPerPage], [200, 2, 1]);
      assertRefused(await lists.send('POST', '/Users/.search', {}), 400, 'invalidSyntax');
    });
  });

  describe('takes many at once', () => {
    const post = (bulkId: string, path: string, data: object) => ({
      method: 'POST',
      bulkId,
      path,
      data,
    });
    const user = (bulkId: string, userName: string) =>
      post(bulkId, '/Users', { schemas: [`${core}:User`], userName });

    it('in an order in which each finds what it names', async () => {
      const { status, body } = await idp.bulk([
        post('g', '/Groups', group('Bulk', ['bulkId:u1', 'bulkId:u2'])),
        user('u1', 'b1@x.example'),
        user('u2', 'b2@x.example'),
        {
          method: 'PATCH',
          path: '/Users/bulkId:u1',
          data: {
            schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
            Operations: [{ op: 'add', path: 'title', value: 'Lead' }],
          },
        },
        { method: 'DELETE', path: '/Users/bulkId:u2' },
      ]);
      assert.equal(status, 200);
      const outcomes = body.Operations.map(
        (it: { method: string; status: string }) => `${it.method} ${it.status}`,
      );
      assert.deepEqual(outcomes.toSorted(), [
        'DELETE 204',
        'PATCH 200',
        'POST 201',
        'POST 201',
        'POST 201',
      ]);
      const made = body.Operations.find((it: { bulkId?: string }) => it.bulkId === 'g');
      const { pathname } = new URL(made.location);
      const kept = await idp.send('GET', pathname.slice('/scim/idp/v2'.length));
      assert.equal(kept.body.members.length, 1);
    });

    it('tells of each that failed, and stops after as many as it is told', async () => {
      const twice = [user('a', 'twice@x.example'), user('b', 'twice@x.example')];
      const unread = [post('c', '/Users', {}), user('d', 'last@x.example')];
      const { body } = await idp.bulk([...twice, ...unread], 2);
      assert.deepEqual(
        body.Operations.map((it: { status: string }) => it.status),
        ['201', '409', '400'],
      );
      assert.equal(body.Operations[1].response.scimType, 'uniqueness');
      assert.equal((await idp.find('userName eq "last@x.example"')).body.totalResults, 0);
    });

    it('refuses circles, reading, and too many', async () => {
      const circle = await idp.bulk([
        post('x', '/Groups', group('X', ['bulkId:y'])),
        post('y', '/Groups', group('Y', ['bulkId:x'])),
        { method: 'GET', path: '/Users' },
        { method: 'POST', path: '/Users', data: {} },
      ]);
      assert.deepEqual(
        circle.body.Operations.map((it: { status: string }) => it.status).toSorted(),
        ['400', '400', '409', '409'],
      );
      const many = Array.from({ length: 101 }, (_, i) => user(`m${i}`, `m${i}@x.example`));
      assertRefused(await idp.bulk(many), 413);
      assertRefused(await idp.send('POST', '/Bulk', {}), 400, 'invalidSyntax');
      assertRefused(await idp.send('GET', '/Bulk'), 405);
    });
  });

  describe('keeps its providers apart', () => {
    it('none sees, changes or names what another wrote', async () => {
      const id = await idp.make('secret@x.example');
      const path = `/Users/${id}`;
      assertRefused(await other.send('GET', path), 404);
      assertRefused(await other.patch(path, { op: 'replace', value: { active: false } }), 404);
      assertRefused(await other.send('DELETE', path), 404);
      assertRefused(await other.send('POST', '/Groups', group('Spy', [id])), 400, 'invalidValue');
      assert.equal((await other.find('userName pr')).body.totalResults, 0);
      assert.equal((await idp.send('GET', path)).body.active, true);
      await other.make('secret@x.example');
    });

    it('a token is good for its own address and nothing else', async () => {
      const ask = async (path: string, authorization: string | null, method = 'GET') =>
        providers.api.request(path, { method, headers: authorization ? { authorization } : {} });
      const bearer = `Bearer ${idp.token}`;
      assert.equal((await ask('/scim/other/v2/Users', bearer)).status, 401);
      assert.equal((await ask('/api/v1/people', bearer)).status, 401);
      assert.equal((await ask('/hooks/idp', bearer, 'POST')).status, 404);
      for (const wrong of [null, 'Bearer', 'Bearer x', `Basic ${idp.token}`, `${bearer}x`]) {
        const answer = await ask('/scim/idp/v2/Users', wrong);
        assert.equal(answer.status, 401);
        assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/);
        assert.equal(answer.headers.get('content-type'), 'application/scim+json');
      }
    });

    it('who asks too often waits, alone', async () => {
      providers.clock.nowMs += 120_000;
      const wrong = providers.provider('idp', 'x'.repeat(40));
      for (let i = 0; i < 60; i += 1) assertRefused(await wrong.send('GET', '/Users'), 401);
      const answer = await wrong.send('GET', '/Users');
      assertRefused(answer, 429);
      assert.equal(answer.headers.get('retry-after'), '60');
      assert.equal((await idp.send('GET', '/Users?count=0')).status, 200);
    });
  });

  describe('is understood by our own connector', () => {
    let server: Listening;
    let ours: Provider;
    let count = 0;
    before(async () => {
      const answer = (it: Request) => providers.api.fetch(it);
      server = await listen(answer, { host: '127.0.0.1', port: 0, log: silent });
      ours = await providers.connect('ours');
    });
    after(() => server.stop());

    /** Somebody new in two groups, and a client for whom they are one account. */
    async function practise(declared: Declared = {}) {
      const address = `ada${++count}@x.example`;
      const id = await ours.make(address, { emails: [{ value: address, type: 'work' }] });
      for (const name of ['Engineering', 'Tea']) {
        await ours.send('POST', '/Groups', group(`${name} ${count}`, [id]));
      }
      const given = { baseUrl: `${server.url}/scim/ours/v2`, token: ours.token, ...declared };
      return {
        address,
        accountId: id,
        client: openScim(settings.parse(given), loopbackIo),
        data: () =>
          Promise.all(['/Users', '/Groups'].map(async (it) => (await ours.send('GET', it)).body)),
      };
    }

    const dialects: Declared[] = [
      {},
      { patchStyle: 'value', operationNames: 'capitalised', booleans: 'capitalised-text' },
      { update: 'put', booleans: 'text' },
    ];
    for (const declared of dialects) {
      describe(`in the dialect ${JSON.stringify(declared)}`, () => {
        keepsPromises(suspendAccount, {}, () => practise(declared));
        keepsPromises(leaveGroups, { keep: [] }, () => practise(declared));
      });
    }
    keepsPromises(deleteAccount({ canDelete: true, deactivation: 'suspends' }), {}, () =>
      practise({ canDelete: true }),
    );
    const zoe = { name: 'Zoe Zed', email: 'zoe@x.example', employeeNumber: 'Z-1' };
    const person = { ...zoe, department: null, title: null };
    keepsPromises(createAccount({ canDelete: true }), { person }, async () => {
      const [before] = (await ours.find(`userName eq "${zoe.email}"`)).body.Resources;
      if (before) await ours.send('DELETE', `/Users/${before.id}`);
      return { ...(await practise({ canDelete: true })), accountId: zoe.email };
    });

    it('which finds people by any address, whatever its case, and knows what is here', async () => {
      const { client, address, accountId } = await practise();
      await scim.check(client);
      const email = address.toUpperCase();
      const found = await findAccounts(client, { email, employeeNumber: null, name: '' });
      assert.deepEqual(
        found.map((it) => it.id),
        [accountId],
      );
    });
  });
});

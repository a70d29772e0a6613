import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import type { ColleagueList, ImportReport, Person } from './contract/people.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}

describe('people', () => {
  let api: TestApi;
  let hr: TestUser;

  before(async () => {
    api = await startTestApi();
    hr = await api.addUser('Hanna HR', ['hr']);
  });

  const bring = (text: string, headers: Record<string, string> = { 'content-type': 'text/csv' }) =>
    api.ask('/api/v1/people/import', { token: hr.token, text, headers });

  it('come from a file, with every refused row named', async () => {
    const response = await bring(
      [
        'person_id,name,email,zone,shoe_size,departure_kind,last_working_day',
        'E-1,Priya Nair,priya@meadow.example,Europe/Berlin,38,,',
        'E-2,Sam Okafor,sam@meadow.example,Mars/Base,44,,',
        'E-3,,nameless@meadow.example,,,,',
        'E-4,Lee Wong,lee@meadow.example,Europe/Berlin,40,resignation,2030-11-29',
      ].join('\n'),
    );
    assert.equal(response.status, 200);
    const report: ImportReport = JSON.parse(await response.text());
    assert.equal(report.people, 2);
    assert.equal(report.changed, 2);
    assert.deepEqual(report.unknownColumns, ['shoe_size']);
    assert.deepEqual(
      report.refused.map(({ line, column }) => ({ line, column })),
      [
        { line: 3, column: 'zone' },
        { line: 4, column: 'name' },
      ],
    );
    assert.equal(report.departures.length, 1);
    assert.equal(report.departures[0]?.line, 5);
    assert.equal(report.departures[0]?.detail, 'departure opened');
    assert.ok(report.departures[0]?.caseId);
  });

  it('are not taken from a file that is none', async () => {
    const { detail } = await problemIn(await bring('a,b\n1,2\n'), 422);
    assert.match(detail, /person_id/);
    await problemIn(await bring('person_id,name,email\n', { 'content-type': 'text/plain' }), 415);
  });

  it('may come in files of up to 10 MB', async () => {
    const row = 'E-1,Priya Nair,priya@meadow.example\n';
    const large = `person_id,name,email,department\n${row.padEnd(11 * 1024 * 1024)}`;
    await problemIn(await bring(large), 413);
    const fits = `person_id,name,email\n${row}${'\n'.repeat(2 * 1024 * 1024)}`;
    assert.equal((await bring(fits)).status, 200);
  });

  it('are found by name, page by page, two of a name included', async () => {
    for (const personId of ['E-31', 'E-32', 'E-33']) {
      await api.addPerson({ personId, name: 'Alex Twin', email: `${personId}@meadow.example` });
    }
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query = `text=twin&limit=2${cursor ? `&cursor=${cursor}` : ''}`;
      const page: Page<Person> = await api.read(`/api/v1/people?${query}`, hr);
      seen.push(...page.items.map((it) => it.personId));
      cursor = page.nextCursor;
    }
    assert.deepEqual(seen.toSorted(), ['E-31', 'E-32', 'E-33']);
  });

  it('are found by whoever hands something over, with no more than that takes', async () => {
    const mona = await api.addUser('Mona Manager', ['manager']);
    const find = (text: string, { token } = mona) =>
      api.ask(`/api/v1/colleagues?text=${text}`, { token });
    const { items } = JSON.parse(await (await find('nair')).text()) as ColleagueList;

    assert.equal(items[0]?.email, 'priya@meadow.example');
    assert.deepEqual(Object.keys(items[0] ?? {}).sort(), [
      ...['department', 'email', 'id', 'location', 'name', 'personId', 'title', 'zone'],
    ]);
    await problemIn(await api.ask('/api/v1/people', { token: mona.token }), 403);
    await problemIn(await find('nair', await api.addUser('Astrid Auditor', ['auditor'])), 403);
    await problemIn(await find(''), 422);
  });

  it('are shown with their accounts, which can be linked by hand', async () => {
    const admin = await api.addUser('Ada Admin', ['it-admin']);
    await api.ask('/api/v1/connections/wiki', {
      method: 'PUT',
      token: admin.token,
      json: { connector: 'wiki', settings: { address: 'https://wiki.example', token: 's3cret' } },
    });
    await api.pools.admin.query(
      "insert into accounts (connection_id, account_id, login, status, privileged) values ('wiki', 'a/1', 'al', 'active', false)",
    );
    const { items }: Page<Person> = await api.read('/api/v1/people?text=E-31', hr);
    const person = items[0]!.id;
    const link = (json: unknown) =>
      api.ask('/api/v1/accounts/link', { method: 'PUT', token: admin.token, json });

    const without = '/api/v1/accounts?withoutPerson=true';
    assert.equal((await api.read<Page<unknown>>(without, admin)).items.length, 1);
    assert.equal((await link({ connection: 'wiki', account: 'a/1', person })).status, 200);
    assert.equal((await api.read<Page<unknown>>(without, admin)).items.length, 0);
    const shown = await api.read<Person & { accounts: { login: string }[] }>(
      `/api/v1/people/${person}`,
      hr,
    );
    assert.equal(shown.accounts[0]?.login, 'al');

    await problemIn(await link({ connection: 'wiki', account: 'b', person: null }), 404);
    await problemIn(await link({ connection: 'wiki', account: 'a/1', person: 'E-31' }), 422);
    await problemIn(await api.ask('/api/v1/people/E-31', hr), 422);
  });
});

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { TestUser } from '#app/testing/app.ts';
import type { ListUploaded } from './contract/lists.ts';
import { problemIn, startTestApi, type TestApi } from './testing/api.ts';

const works = { works: true, actingAs: 'a list', scopes: null };

describe('a list of accounts', () => {
  let api: TestApi;
  let admin: TestUser;

  before(async () => {
    api = await startTestApi(() => works);
    admin = await api.addUser('Ada Admin', ['it-admin']);
    for (const [id, connector, settings] of [
      ['panel', 'roster', {}],
      ['wiki', 'wiki', { address: 'https://wiki.example', token: 't' }],
    ] as const) {
      const json = { connector, settings };
      await api.read(`/api/v1/connections/${id}`, { method: 'PUT', token: admin.token, json });
    }
  });

  const put = (lines: readonly string[], { id = 'panel', query = '', by = admin } = {}) =>
    api.ask(`/api/v1/connections/${id}/list${query}`, {
      method: 'PUT',
      token: by.token,
      text: lines.join('\n'),
      headers: { 'content-type': 'text/csv' },
    });
  const taken = async (lines: readonly string[], query = ''): Promise<ListUploaded> => {
    const response = await put(lines, { query });
    const body = await response.text();
    assert.equal(response.status, 200, body);
    return JSON.parse(body);
  };
  const rows = async () =>
    (
      await api.pools.admin.query<{ row: string }>(
        `select concat_ws(' ', key, coalesce(person_id, email), is_open) as row from list_rows order by key`,
      )
    ).rows.map((it) => it.row);
  const header = 'login,person_id,email,status,shoe';
  const people = (count: number) => Array.from({ length: count }, (_, i) => `p${i},E-${i},,,`);

  it('goes in as a whole, with a fact that names nobody', async () => {
    const report = await taken([header, 'priya,E-1,,active,38', 'sam,,sam@b,Disabled,44']);
    assert.deepEqual(report, { taken: 2, rows: 2, refused: [], unknownColumns: ['shoe'] });
    assert.deepEqual(await rows(), ['priya E-1 t', 'sam sam@b f']);
    await taken([header, 'priya,E-1,,blocked,', 'lee,E-3,,,']);
    assert.deepEqual(await rows(), ['lee E-3 t', 'priya E-1 f']);

    const { rows: facts } = await api.pools.admin.query<{ leaf: string }>(
      `select leaf::text from ledger.staged where row_key like 'lists/%'`,
    );
    assert.equal(facts.length, 2);
    assert.doesNotMatch(facts.map(({ leaf }) => leaf).join(), /priya|E-1/);
  });

  it('reports each bad row, takes the good ones, and then forgets none of the last list', async () => {
    const report = await taken([
      header,
      'new,E-9,,,',
      'lee,E-3,,asleep,',
      'two,E-4,,,',
      'two,E-5,,,',
      'short',
    ]);
    assert.equal(report.taken, 1);
    assert.deepEqual(
      report.refused.map(({ line, column }) => [line, column]),
      [
        [3, 'status'],
        [4, 'login'],
        [5, 'login'],
        [6, null],
      ],
    );
    assert.deepEqual(await rows(), ['lee E-3 t', 'new E-9 t', 'priya E-1 f']);
  });

  it('changes nothing when its header is broken, or when it looks cut off', async () => {
    await taken([header, ...people(10)]);
    const before = await rows();

    const { detail } = await problemIn(await put(['login,shoe', 'x,1']), 422);
    assert.match(detail, /a column person_id or email/);
    const cut = await problemIn(await put([header, ...people(7)]), 409);
    assert.match(
      cut.detail,
      /The file has 7 rows; the list of .* has 10\. It may have been cut off/,
    );
    await problemIn(await put([header]), 409);
    assert.deepEqual(await rows(), before);

    await taken([header, ...people(8)]);
    await taken([header], '?smaller=true');
    assert.deepEqual(await rows(), []);
  });

  it('is for connections that take one, and for those who may', async () => {
    const list = [header, ...people(1)];
    const { detail } = await problemIn(await put(list, { id: 'wiki' }), 409);
    assert.equal(detail, 'wiki takes no list: it is a wiki connection.');
    await problemIn(await put(list, { id: 'nowhere' }), 404);
    const hr = await api.addUser('Hanna HR', ['hr']);
    await problemIn(await put(list, { by: hr }), 403);
  });

  it('may have up to 10 MB', async () => {
    const fits = [header, ...people(1), '\n'.repeat(2 * 1024 * 1024)];
    assert.equal((await taken(fits)).rows, 1);
    await problemIn(await put([header, '\n'.repeat(11 * 1024 * 1024)]), 413);
  });
});

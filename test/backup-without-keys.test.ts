import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { openBlob } from '#ledger/blob.ts';
import { exportEvents } from '#ledger/search.ts';
import { startTestApi, type TestApi } from '../src/api/testing/api.ts';
import { type Planted, placesOf, plantPerson } from './support/planted-person.ts';

// What `pg_dump --exclude-table-data=ledger.subject_key` writes of the record is every row of its other tables. They
// are looked through as they stand, in text and in bytes, since pg_dump of PostgreSQL 18 is not everywhere.

describe('a backup of the record without the keys of people', () => {
  let api: TestApi;
  let person: Planted;

  before(async () => {
    api = await startTestApi();
    const { caller } = await api.addUser('Hanna HR', ['hr']);
    person = await plantPerson(api, caller);
    await api.sequenceAll();
  });

  const valuesOpened = async () => {
    let count = 0;
    for await (const it of exportEvents(api.pools.web, { caseIds: [person.caseId] }, api.keys)) {
      count += it.disclosures.length;
    }
    return count;
  };
  const filesOf = async () => {
    const { rows } = await api.pools.admin.query<{ sha256: string }>(
      "select encode(sha256, 'hex') as sha256 from ledger.blob where subject = $1",
      [person.subject],
    );
    return rows.map(({ sha256 }) => sha256);
  };

  it('shows no personal value, though the record holds them', async () => {
    assert.ok((await valuesOpened()) > 3);
    const [file = ''] = await filesOf();
    assert.match(String(await openBlob(api.pools.web, api.keys, file)), /^badge of /);

    const places = await placesOf(api.pools.admin, person.values);

    assert.ok(places.length > 0, 'what is looked for can be found');
    const ofRecord = places.filter(({ table }) => table.startsWith('ledger.'));
    assert.deepEqual(ofRecord, []);
  });

  it('opens nothing where it is put back, though the key files are there', async () => {
    const files = await filesOf();
    await person.bypassing('delete from ledger.subject_key');

    assert.equal(await valuesOpened(), 0);
    for (const file of files) {
      const opened = await openBlob(api.pools.web, api.keys, file).catch(() => null);
      assert.equal(opened, null);
    }
    const { rows } = await api.pools.admin.query<{ count: number }>(
      'select count(*)::integer as count from ledger.disclosure where subject = $1',
      [person.subject],
    );
    assert.ok(rows[0]!.count > 3, 'what was sealed is there');
  });
});

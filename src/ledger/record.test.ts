import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { ulid } from 'ulid';
import { leafHash } from '#core/proof.ts';
import { type Db, inTransaction, type Sql, sql } from '#store/sql.ts';
import { keepBlob, openBlob } from './blob.ts';
import { digestOf } from './disclosure.ts';
import { base64url, sha256 } from './hash.ts';
import { record } from './record.ts';
import { openDisclosures } from './search.ts';
import {
  type Entry,
  held,
  loggedIn,
  opened,
  somebody,
  startLedger,
  type TestLedger,
  verified,
} from './testing/ledger.ts';

describe('the record', () => {
  let ledger: TestLedger;
  before(async () => {
    ledger = await startLedger();
  });

  async function entriesOfCase(caseId: string): Promise<readonly Entry[]> {
    await ledger.sequenceAll();
    return (await ledger.entries()).filter((it) => it.caseId === caseId);
  }

  it('writes canonical leaves with exactly the fields of their type', async () => {
    const caseId = ulid();
    const person = somebody();
    const step = { id: ulid(), attempt: 2, capability: 'account.suspend', connection: 'okta-prod' };
    await ledger.state('worker', opened(caseId));
    await ledger.state(
      'worker',
      verified(caseId, person, {
        step,
        row: { table: 'steps', id: step.id, version: 3 },
        remote: { date: '2026-11-23T05:42:20Z', status: 200 },
        data: { called: true },
      }),
    );

    const [first, second] = await entriesOfCase(caseId);
    const { id, at, _sd, ...rest } = second!.body;
    assert.deepEqual(rest, {
      v: 1,
      type: 'step.verified',
      actor: { kind: 'system', id: 'worker', auth: 'none' },
      case: caseId,
      case_seq: 2,
      case_prev: base64url(first!.hash),
      row: `steps/${step.id}@3`,
      step,
      target: { ref: person.ref, system: 'okta-prod' },
      grade: 'verified',
      remote: { date: '2026-11-23T05:42:20Z', status: 200 },
      data: { called: true },
      _sd_alg: 'sha-256',
    });
    assert.match(String(at), /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.match(String(id), /^[0-9A-HJKMNP-TV-Z]{26}$/);
    assert.ok(Array.isArray(_sd) && _sd.length >= 2 && _sd.length <= 5);
    assert.deepEqual(_sd, [..._sd].sort());
    const keys = Object.keys(second!.body);
    assert.deepEqual(keys, [...keys].sort());
    assert.deepEqual(second!.hash, Buffer.from(leafHash(sha256, second!.leaf)));
  });

  it('chains several facts of one call, also of several cases', async () => {
    const [one, two] = [ulid(), ulid()];
    const denied = {
      ...loggedIn(),
      type: 'access.denied' as const,
      data: { action: 'a', resource: 'b', count: 1 },
    };
    const facts = [opened(two), opened(one), held(one), held(two), held(one)];
    await ledger.state('worker', denied, ...facts, denied);

    for (const [caseId, count] of [
      [one, 3],
      [two, 2],
    ] as const) {
      const entries = await entriesOfCase(caseId);
      assert.deepEqual(
        entries.map((it) => it.caseSeq),
        Array.from({ length: count }, (_, i) => i + 1),
      );
      for (const [i, entry] of entries.entries()) {
        const previous = entries[i - 1];
        assert.equal(entry.body['case_prev'], previous && base64url(previous.hash));
      }
    }
  });

  it('counts a sealed case itself', async () => {
    const caseId = ulid();
    const grades = { verified: 1, acknowledged: 0, absent: 0, attested: 0, waived: 0 };
    await ledger.state('worker', opened(caseId), {
      ...held(caseId),
      type: 'case.sealed',
      data: { grades },
    });

    const [, sealed] = await entriesOfCase(caseId);
    assert.deepEqual(sealed!.body['data'], { count: 2, grades });
  });

  it('takes one statement, and the key of a person if one is needed', async () => {
    const caseId = ulid();
    const person = somebody();
    const asked: string[] = [];
    await inTransaction(ledger.pools.worker, async (tx) => {
      const counting: Db = {
        query(query: Sql) {
          asked.push(query.text);
          return tx.query(query);
        },
      };
      const keys = { keyOf: (_: Db, subject: string) => ledger.keys.keyOf(tx, subject) };
      await record(counting, keys, [opened(caseId), verified(caseId, person)]);
    });
    assert.equal(asked.length, 1);
  });

  it('writes strings in NFC and replaces what a leaf cannot hold', async () => {
    const connection = 'cafe';
    await ledger.state('worker', {
      type: 'connection.changed',
      actor: { kind: 'system', id: 'worker', auth: 'none' },
      data: {
        connection,
        change: 'changed',
        hosts: ['cafe\u0301.example', 'a\u0000b', 'c\ud800d'],
      },
    });

    await ledger.sequenceAll();
    const entry = (await ledger.entries()).findLast(
      (it) => it.body['type'] === 'connection.changed',
    );
    assert.deepEqual(entry!.body['data'], {
      connection,
      change: 'changed',
      hosts: ['caf\u00e9.example', 'a\ufffdb', 'c\ufffdd'],
    });
  });

  it('keeps personal values out of the leaf and opens them under the key', async () => {
    const caseId = ulid();
    const person = somebody();
    const values = {
      'subject.email': 'jane@acme.example',
      reason: 'Zoë 1.5\u0000',
      nothing: undefined,
    };
    await ledger.state('worker', {
      ...opened(caseId),
      personal: { subject: person.subject, values },
    });

    const [entry] = await entriesOfCase(caseId);
    const id = String(entry!.body['id']);
    assert.doesNotMatch(entry!.leaf.toString(), /jane@|Zoë|subject/);
    const found = (await openDisclosures(ledger.pools.web, ledger.keys, [id])).get(id)!;
    assert.deepEqual(
      found.map((it) => it.state === 'open' && [it.name, it.value]),
      [
        ['reason', 'Zoë 1.5\u0000'],
        ['subject.email', 'jane@acme.example'],
      ],
    );
    for (const it of found) {
      assert.ok(it.state === 'open' && Array.isArray(entry!.body['_sd']));
      assert.ok(entry!.body['_sd'].includes(digestOf(it.text)));
    }
  });

  it('keeps a blob once, sealed, and gives it back', async () => {
    const { subject } = somebody();
    const bytes = Buffer.from('{"request":{"method":"POST"}}');
    const { pools, keys } = ledger;
    const kept = await inTransaction(pools.worker, (tx) => keepBlob(tx, keys, subject, bytes));
    const again = await inTransaction(pools.worker, (tx) => keepBlob(tx, keys, subject, bytes));

    assert.deepEqual(kept, { sha256: sha256(bytes).toString('hex'), size: 29 });
    assert.deepEqual(again, kept);
    const { rows } = await pools.admin.query<{ ct: Buffer }>(sql`select ct from ledger.blob`);
    assert.equal(rows.length, 1);
    assert.equal(rows[0]!.ct.length, 29 + 29);
    assert.deepEqual(await openBlob(pools.web, keys, kept.sha256), bytes);
    assert.equal(await openBlob(pools.web, keys, '00'.repeat(32)), null);
  });

  it('refuses facts that are not of their shape, and says which field', async () => {
    const caseId = ulid();
    const refused: [Parameters<typeof ledger.state>[1], RegExp][] = [
      [{ ...opened(caseId), data: { kind: 'departure' } }, /case\.opened.*data\.trigger/],
      [{ ...loggedIn(), data: { method: 'oidc', password: 'x' } }, /Unrecognized key: "password"/],
      [{ ...loggedIn('jane@acme.example') }, /actor\.id/],
      [{ ...loggedIn(), grade: 'verified' }, /Unrecognized key: "grade"/],
      [{ ...verified(caseId, somebody()), grade: 'attested' }, /grade/],
      [{ ...held(caseId), data: { reason: 'he slammed\nthe door' } }, /data\.reason/],
      [
        { ...loggedIn(), type: 'login.failed', data: { method: 'oidc', count: 1.5 } },
        /whole numbers/,
      ],
      [
        { ...verified(caseId, somebody()), personal: { subject: randomUUID(), values: {} } },
        /step\.before/,
      ],
    ];
    for (const [fact, message] of refused) {
      await assert.rejects(ledger.state('worker', fact), { message });
    }
    assert.equal((await entriesOfCase(caseId)).length, 0);
  });

  it('refuses a leaf that no bundle could hold', async () => {
    const hosts = Array.from({ length: 300 }, (_, i) => `${i}`.padStart(250, 'h'));
    const data = { connection: 'okta-prod', change: 'changed', hosts };
    await assert.rejects(
      ledger.state('worker', { ...loggedIn(), type: 'connection.changed', data }),
      /a leaf holds 65535/,
    );
  });

  it('is written by one file only', () => {
    const root = path.resolve(import.meta.dirname, '../..');
    const files = globSync('{src,test,practice,bench}/**/*.{ts,tsx,sql}', { cwd: root });
    const naming = files.filter((file) => {
      if (file.endsWith('.test.ts')) return false;
      return readFileSync(path.join(root, file), 'utf8').includes('ledger.staged');
    });
    assert.deepEqual(naming.sort(), [
      'bench/capacity.ts', // waits until none waits
      'src/ledger/pruned.ts', // looks whether one says what was pruned
      'src/ledger/recover.ts', // takes away what the mirror has in order already
      'src/ledger/scribe.ts', // looks whether any wait
      'src/ledger/sequence.ts', // takes them away
      'src/store/migrations/0001_ledger.sql',
      'src/store/migrations/0036_scheduled_erasure.sql', // a change of its setting may be staged still
      'src/store/migrations/0045_pruning.sql', // a file that one of them names stays
      'src/store/migrations/0070_watching_itself.sql', // tells for how long the oldest has waited
      'src/store/migrations/0097_facts_of_several_cases.sql',
      'test/simulation/waiting.ts', // counts how often a step was tried
    ]);
  });
});

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createKeyFiles, type Keyring, openKeyring } from './keys.ts';
import { inTransaction, sql } from './sql.ts';
import { openSubjectKeys, SubjectErased } from './subject-keys.ts';
import { startDatabase, type TestDatabase } from './testing/database.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-subjects-'));
after(() => rmSync(folder, { recursive: true }));

describe('the key of a person', () => {
  let pools: TestDatabase['pools'];
  let keyring: Keyring;
  before(async () => {
    ({ pools } = await startDatabase());
    await createKeyFiles(folder);
    keyring = await openKeyring(folder, ['subject']);
  });

  /** As another process would open them. */
  const open = () => openSubjectKeys(keyring);

  it('is made once, is the same for every role, and another for everybody', async () => {
    const subject = randomUUID();
    const key = await open().keyOf(pools.web, subject);
    assert.equal(key.length, 32);
    for (const role of ['web', 'worker', 'scribe'] as const) {
      assert.deepEqual(await open().keyOf(pools[role], subject), key);
    }
    assert.notDeepEqual(await open().keyOf(pools.web, randomUUID()), key);
  });

  it('is agreed on by all who make it at the same moment', async () => {
    const subject = randomUUID();
    const made = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        inTransaction(n % 2 ? pools.web : pools.worker, (tx) => open().keyOf(tx, subject)),
      ),
    );
    for (const key of made) assert.deepEqual(key, made[0]);
  });

  it('is never used again when the transaction that made it was rolled back', async () => {
    const subject = randomUUID();
    const keys = open();
    let lost: Buffer | undefined;
    await assert.rejects(
      inTransaction(pools.web, async (tx) => {
        lost = await keys.keyOf(tx, subject);
        assert.deepEqual(await keys.keyOf(tx, subject), lost);
        throw new Error('something else went wrong');
      }),
    );

    const key = await keys.keyOf(pools.web, subject);
    assert.notDeepEqual(key, lost);
    assert.deepEqual(await open().keyOf(pools.web, subject), key);
  });

  it('is refused as soon as it was destroyed, wherever that was', async () => {
    const subject = randomUUID();
    const keys = open();
    await keys.keyOf(pools.worker, subject);

    await pools.scribe.query(sql`
      update ledger.subject_key set wrapped = null, destroyed_at = now() where subject = ${subject}
    `);
    await assert.rejects(keys.keyOf(pools.worker, subject), SubjectErased);
    await assert.rejects(open().keyOf(pools.worker, subject), /was erased/);
  });

  it('lies in the database wrapped, and is nobody else’s', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    const key = await open().keyOf(pools.web, one);
    await open().keyOf(pools.web, other);
    const { rows } = await pools.owner.query<{ wrapped: Buffer }>(sql`
      select wrapped from ledger.subject_key where subject = ${one}
    `);
    assert.equal(rows[0]?.wrapped.length, 77);
    assert.ok(!rows[0]?.wrapped.includes(key));

    await pools.owner.query(sql`
      update ledger.subject_key
         set wrapped = (select wrapped from ledger.subject_key where subject = ${other})
       where subject = ${one}
    `);
    await assert.rejects(open().keyOf(pools.web, one), /cannot be unwrapped/);
  });

  it('is unwrapped once in a while, however often it is needed', async () => {
    let unwrapped = 0;
    let nowMs = 0;
    const counting: Keyring = {
      ...keyring,
      async unwrap(...it) {
        unwrapped += 1;
        return keyring.unwrap(...it);
      },
    };
    const keys = openSubjectKeys(counting, { nowMs: () => nowMs });
    const subject = randomUUID();
    for (let n = 0; n < 20; n += 1) await keys.keyOf(pools.web, subject);
    assert.equal(unwrapped, 1);

    nowMs = 15 * 60_000;
    await keys.keyOf(pools.web, subject);
    assert.equal(unwrapped, 2);
  });
});

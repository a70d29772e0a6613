import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { ulid } from 'ulid';
import { until } from '#core/testing/until.ts';
import { newestCheckpoint } from '#ledger/fork-guard.ts';
import { base64url } from '#ledger/hash.ts';
import { headOf } from '#ledger/head.ts';
import { type Fact, record } from '#ledger/record.ts';
import { createKeyFiles, openKeyring, registerKeys } from '#store/keys.ts';
import { type Db, inTransaction, sql } from '#store/sql.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import { entriesOf, held, opened } from '../../src/ledger/testing/ledger.ts';
import { type OwnServer, startOwnServer } from './own-server.ts';
import { recordChecks } from './record-checks.ts';
import { loadScribes } from './scribes.ts';

/** A few in every run, all of them at night. */
const kills = process.env['GATEHOUSE_TEST_THOROUGH'] ? 30 : 3;
const longestLifeMs = 400;
const writers = 6;
/** Of one row: how often it is changed, the first time included. */
const versions = 8;
/** How a database that dies under a connection is met, by its words or the system's. */
const isOfLostDatabase = /connect|terminat|ECONNRESET|EPIPE|starting up|shutting down|recovery/i;

describe('scribe and database killed together by SIGKILL at random moments while many change things', () => {
  it(`have lost nothing and doubled nothing, ${kills} times: each change has its fact, each fact its change`, async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-kill-both-'));
    const ends: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
    t.after(async () => {
      for (const end of ends.toReversed()) await end();
    });
    const [mark, mirror] = [path.join(folder, 'mark'), path.join(folder, 'mirror')];
    await mkdir(mirror);
    const server = await startOwnServer(folder);
    ends.push(() => server.stop());
    const { pools } = server;
    await makeGuarded(server);
    const keysFolder = path.join(folder, 'keys');
    await createKeyFiles(keysFolder);
    const keyring = await openKeyring(keysFolder, ['subject', 'signing']);
    await registerKeys(pools.owner, keyring);
    const keys = openSubjectKeys(keyring);
    const { origin } = await headOf(pools.web);
    const places = { database: server.url('scribe'), keys: keysFolder, mark, mirror };
    const scribes = await loadScribes(kills + 1, places);
    ends.push(() => scribes.killAll());

    // What the database has said is committed; of what was under way when it died, nobody knows.
    const committed: string[] = [];
    let [writing, unknown, takenBack] = [true, 0, 0];
    async function write(): Promise<void> {
      while (writing) {
        const id = ulid();
        for (let version = 1; version <= versions; ) {
          const fact: Fact = version === 1 ? opened(id) : held(id);
          const row = { table: 'guarded', id, version };
          const change = async (tx: Db): Promise<void> => {
            await record(tx, keys, [{ ...fact, row }]);
            await changeTo(tx, id, version);
          };
          // Rolled back, neither is ever seen.
          await inTransaction(pools.worker, async (tx) => {
            await change(tx);
            throw new Error('taken back');
          }).catch(() => {});
          takenBack += 1;
          try {
            await inTransaction(pools.worker, change);
            committed.push(keyOf(id, version));
            version += 1;
          } catch {
            unknown += 1;
            version = (await standing(server, id)) + 1;
          }
          await wait(randomInt(5));
        }
      }
    }
    ends.push(() => {
      writing = false;
    });

    const { checkNow, checkInTheEnd, published } = recordChecks({ pools, mark, mirror });
    let present = await scribes.start();
    const written = Promise.all(Array.from({ length: writers }, write));
    let atDeath = { signed: 0, committed: 0 };
    for (let kill = 1; kill <= kills; kill += 1) {
      await until('both to be at work', async () => {
        const newest = await newestCheckpoint(pools.web, origin).catch(() => null);
        const signed = newest?.size ?? 0;
        return signed > atDeath.signed && committed.length > atDeath.committed;
      });
      const lifeMs = randomInt(longestLifeMs);
      await wait(lifeMs);
      const ended = once(present, 'exit');
      // In either order, since each can notice that the other is gone.
      const deaths = [() => present.kill('SIGKILL'), () => server.kill()];
      await Promise.all((kill % 2 === 0 ? deaths : deaths.toReversed()).map((die) => die()));
      assert.deepEqual((await ended)[1], 'SIGKILL');
      await server.restart();

      await checkNow(`death ${kill}, after ${lifeMs} ms`);
      await checkChanges(server, committed.slice());
      const newest = await newestCheckpoint(pools.web, origin);
      atDeath = { signed: newest?.size ?? 0, committed: committed.length };
      present = await scribes.start();
    }
    writing = false;
    await written;

    await until('all to be signed', async () => {
      const { rows } = await pools.admin.query<{ done: boolean }>(sql`
        select not exists (select from ledger.staged)
               and size = (select max(size) from ledger.checkpoint) as done
          from ledger.head
      `);
      return rows[0]?.done;
    });
    const ended = once(present, 'exit');
    present.kill('SIGTERM');
    await ended;
    await checkNow('in the end');
    await checkInTheEnd();
    const counted = await checkChanges(server, committed);
    await checkCases(server);
    assert.ok(unknown >= kills, `only ${unknown} changes were cut off`);
    assert.ok(published.size > kills, `only ${published.size} deaths met something new`);
    assert.deepEqual(
      scribes.errors.filter((it) => !isOfLostDatabase.test(it)),
      [],
    );
    t.diagnostic(
      `${kills} deaths of both: ${committed.length} changes were told to be committed, ${unknown} cut off, ` +
        `${takenBack} taken back; ${counted} row versions and as many facts, ${published.size} checkpoints seen`,
    );
  });
});

/** A table like those of the product that must be accounted for. */
async function makeGuarded({ pools }: OwnServer): Promise<void> {
  await pools.owner.query(`
    create table guarded (id text primary key, version integer not null);
    create constraint trigger accounted after insert or update on guarded
      deferrable initially deferred for each row execute function ledger.accounted();
    grant select, insert, update on guarded to gatehouse_worker;
  `);
}

const keyOf = (id: string, version: number) => `guarded/${id}@${version}`;

const changeTo = (tx: Db, id: string, version: number) =>
  tx.query(sql`
    insert into guarded (id, version) values (${id}, ${version})
        on conflict (id) do update set version = excluded.version
  `);

/** The version that a row has come to, once the database answers again. */
async function standing({ pools }: OwnServer, id: string): Promise<number> {
  const found = await until('the database to answer', () =>
    pools.worker
      .query<{ version: number }>(sql`
        select coalesce(max(version), 0) as version from guarded where id = ${id}
      `)
      .then(
        ({ rows }) => rows,
        () => null,
      ),
  );
  return found[0]!.version;
}

/**
 * Each version that a row has had has one fact, staged or in the record, and each fact has its version; what
 * was told to be committed is among them. Read at one moment, since others go on.
 */
async function checkChanges({ pools }: OwnServer, committed: readonly string[]): Promise<number> {
  const { rows } = await pools.admin.query<{ key: string; facts: number; changes: number }>(sql`
    with fact as (
      select row_key as key from ledger.entry where row_key like 'guarded/%'
      union all
      select row_key from ledger.staged where row_key like 'guarded/%'
    ), change as (
      select format('guarded/%s@%s', id, it) as key
        from guarded, generate_series(1, version) as it
    )
    select key, sum(fact)::integer as facts, sum(change)::integer as changes
      from (select key, 1 as fact, 0 as change from fact
             union all
            select key, 0, 1 from change) as told
     group by key
  `);
  assert.deepEqual(
    rows.filter((it) => it.facts !== it.changes || it.facts !== 1),
    [],
  );
  const there = new Set(rows.map((it) => it.key));
  assert.deepEqual(
    committed.filter((it) => !there.has(it)),
    [],
    'committed, and lost',
  );
  return rows.length;
}

/** No fact is there twice, and those of a case follow each other without a gap. */
async function checkCases({ pools }: OwnServer): Promise<void> {
  const entries = await entriesOf(pools.admin);
  const ids = entries.map(({ body }) => body['id']);
  assert.equal(new Set(ids).size, ids.length, 'none is there twice');
  const cases = Map.groupBy(entries, (it) => it.caseId);
  cases.delete(null);
  for (const facts of cases.values()) {
    for (const [i, { caseSeq, body }] of facts.entries()) {
      assert.equal(caseSeq, i + 1);
      assert.equal(body['case_prev'], i === 0 ? undefined : base64url(facts[i - 1]!.hash));
    }
  }
}

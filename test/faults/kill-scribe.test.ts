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
import { inTransaction } from '#store/sql.ts';
import { openSubjectKeys } from '#store/subject-keys.ts';
import { startDatabase } from '#store/testing/database.ts';
import { entriesOf, held, opened } from '../../src/ledger/testing/ledger.ts';
import { recordChecks } from './record-checks.ts';
import { loadScribes } from './scribes.ts';

/** Each death costs a process; a third of them in every run, all of them at night. */
const kills = process.env['GATEHOUSE_TEST_THOROUGH'] ? 30 : 10;
const longestLifeMs = 100;
const writers = 4;

describe('a scribe killed by SIGKILL at random moments while many state facts', () => {
  it(`has lost no fact and doubled none, ${kills} times, and all that was ever published is a beginning of what there is`, async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-kill-scribe-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const [mark, mirror] = [path.join(folder, 'mark'), path.join(folder, 'mirror')];
    await mkdir(mirror);
    const database = await startDatabase();
    const { admin, owner, web, worker } = database.pools;
    const keysFolder = path.join(folder, 'keys');
    await createKeyFiles(keysFolder);
    const keyring = await openKeyring(keysFolder, ['subject', 'signing']);
    await registerKeys(owner, keyring);
    const keys = openSubjectKeys(keyring);
    const { origin } = await headOf(web);
    const places = { database: database.url('scribe'), keys: keysFolder, mark, mirror };
    const scribes = await loadScribes(kills + 1, places);
    t.after(() => scribes.killAll());

    // Each writer has its cases; what it has committed must be found in the end, once, in this order.
    let writing = true;
    const stated: string[][] = [];
    async function write(): Promise<void> {
      while (writing) {
        const caseId = ulid();
        const facts: Fact[] = [opened(caseId), ...Array.from({ length: 4 }, () => held(caseId))];
        for (const fact of facts) {
          await inTransaction(worker, (tx) => record(tx, keys, [fact]));
          await wait(randomInt(10));
        }
        // Rolled back, it must never be seen.
        await inTransaction(worker, async (tx) => {
          await record(tx, keys, [held(caseId)]);
          throw new Error('taken back');
        }).catch(() => {});
        stated.push(facts.map(() => caseId));
      }
    }
    t.after(() => {
      writing = false;
    });

    let atDeath = 0;
    const { checkNow, checkInTheEnd, published } = recordChecks({
      pools: database.pools,
      mark,
      mirror,
    });
    let present = await scribes.start();
    const written = Promise.all(Array.from({ length: writers }, write));
    for (let kill = 1; kill <= kills; kill += 1) {
      // From when it leads, since before there is nothing to cut off; every other one from when it has published.
      const before = atDeath;
      await until('it to be at work', async () =>
        kill % 2 === 0
          ? ((await newestCheckpoint(web, origin))?.size ?? 0) > before
          : (await headOf(web)).size > before,
      );
      const lifeMs = randomInt(longestLifeMs);
      await wait(lifeMs);
      const ended = once(present, 'exit');
      present.kill('SIGKILL');
      assert.deepEqual((await ended)[1], 'SIGKILL');
      await checkNow(`death ${kill}, after ${lifeMs} ms`);
      atDeath = (await headOf(web)).size;
      present = await scribes.start();
    }
    writing = false;
    await written;
    const total = stated.flat().length;
    await until(
      'all to be signed',
      async () => ((await newestCheckpoint(web, origin))?.size ?? 0) >= total,
    );
    const ended = once(present, 'exit');
    present.kill('SIGTERM');
    await ended;
    await checkNow('in the end');

    const entries = await entriesOf(admin);
    const ids = entries.map(({ body }) => body['id']);
    assert.equal(new Set(ids).size, ids.length, 'none is there twice');
    const ofCases = Map.groupBy(
      entries.filter((it) => it.caseId !== null),
      (it) => it.caseId!,
    );
    assert.deepEqual([...ofCases.keys()].toSorted(), stated.map(([caseId]) => caseId!).toSorted());
    for (const facts of ofCases.values()) {
      assert.deepEqual(
        facts.map((it) => it.caseSeq),
        [1, 2, 3, 4, 5],
      );
      for (const [i, { body }] of facts.entries()) {
        assert.equal(body['case_prev'], i === 0 ? undefined : base64url(facts[i - 1]!.hash));
      }
    }
    await checkInTheEnd();
    assert.ok(published.size >= kills / 2, `only ${published.size} deaths met something new`);
    assert.deepEqual(scribes.errors, []);
  });
});
